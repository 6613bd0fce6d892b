#include "host/thread_group.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace chat {
namespace {

TEST(ThreadGroup, JoinsWhatThreadsStartAndWhatEndsBeforeItIsNoted) {
  std::atomic<int> ended{0};
  std::atomic<int> told{0};
  ThreadGroup group([&] { ++told; });
  constexpr int starters = 8;
  constexpr int each = 20;
  std::vector<Thread> outside;
  for (int i = 0; i < starters; ++i)
    outside.push_back(Thread::start([&] {
      for (int n = 0; n < each; ++n)
        EXPECT_TRUE(group.start(Stack::passing, [&] {
          EXPECT_TRUE(group.start(Stack::lasting, [&] { ++ended; }));
          ++ended;
        }));
    }));
  while (told < starters * each) group.join_finished();
  for (Thread& thread : outside) thread.join();
  group.join_all();
  EXPECT_EQ(ended, 2 * starters * each);
  EXPECT_EQ(told, ended);
}

}  // namespace
}  // namespace chat
