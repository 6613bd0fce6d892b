// The ledger that stores nothing, and the announcer, which has it write who comes and goes.
#include "host/ledger.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "host/announcer.hpp"
#include "host/console.hpp"
#include "unit/room_posts.hpp"

namespace chat {
namespace {

TEST(Ledger, GivesSeqsWithoutHolesFromManyThreads) {
  MemoryLedger ledger;
  Room room("lobby", {}, {});
  std::vector<Thread> threads;
  for (std::uint8_t i = 1; i <= 4; ++i)
    threads.push_back(Thread::start([&ledger, &room, i] {
      const auto sender = ledger.recall(ClientKey{i});
      for (std::uint64_t id = 1; id <= 500; ++id) ledger.submit(room, *sender, "name", id, PostKind::message, "text");
    }));
  for (Thread& thread : threads) thread.join();
  const auto all = posts(room);
  ASSERT_EQ(all.size(), 2000u);
  std::map<std::uint64_t, std::uint64_t> last;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].seq, i + 1);
    EXPECT_EQ(all[i].message, ++last[all[i].session]) << "in the sender's order";
  }
}

TEST(Ledger, DropsAMessageIdThatDoesNotRise) {
  MemoryLedger ledger;
  Room room("lobby", {}, {});
  const auto sender = ledger.recall(ClientKey{1});
  for (const std::uint64_t id : {1, 2, 2, 1, 5, 3, 6})
    ledger.submit(room, *sender, "bob", id, PostKind::message, std::to_string(id));
  std::string kept;
  for (const Post& post : posts(room)) kept += post.body;
  EXPECT_EQ(kept, "1256");
  EXPECT_EQ(sender->last_message(), 6u);
}

TEST(Ledger, RemembersAClientThatComesBack) {
  MemoryLedger ledger;
  Room room("lobby", {}, {});
  const auto session = ledger.recall(ClientKey{1})->session();
  ledger.submit(room, *ledger.recall(ClientKey{1}), "bob", 7, PostKind::message, "text");
  EXPECT_NE(ledger.recall(ClientKey{2})->session(), session);
  EXPECT_EQ(ledger.recall(ClientKey{1})->session(), session);
  EXPECT_EQ(ledger.recall(ClientKey{1})->last_message(), 7u);
}

TEST(Ledger, ForgetsTheOldestAwaySendersNotThoseHere) {
  MemoryLedger ledger;
  const auto here = ledger.recall(ClientKey{255});
  const auto key = [](std::size_t i) {
    return ClientKey{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                     static_cast<std::uint8_t>(i >> 16), 1};
  };
  const auto away = ledger.recall(key(0))->session();
  for (std::size_t i = 1; i < limits::senders_remembered + 10; ++i) ledger.recall(key(i));
  EXPECT_EQ(ledger.recall(ClientKey{255}), here);
  EXPECT_NE(ledger.recall(key(0))->session(), away);
}

TEST(Announcer, InACrowdComingAndGoingBecomesOneLine) {
  MemoryLedger ledger;
  const auto room = std::make_shared<Room>("lobby", LogLimits{}, std::vector<Bell*>{});
  std::size_t members = 100;
  int pending = 0;
  Announcer announcer(
      ledger, room, [&] { return members; }, [](std::uint64_t, const std::string&) { return true; },
      [&] { ++pending; });
  announcer.joined(1, "a");
  for (members = 101; members < 110; ++members) announcer.joined(members, "x");
  announcer.left(105, "x", Goodbye::left);
  EXPECT_EQ(pending, 1);
  announcer.tick();
  announcer.tick();
  const auto all = posts(*room);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind, PostKind::join);
  EXPECT_EQ(all[1].kind, PostKind::crowd);
  EXPECT_EQ(console_lines(all[1], ""), "+ Total connected clints: [110] (9 joined, 1 left)\n");
}

TEST(Announcer, TheLastOfManyWhoGoAtOnceHasTheLastCount) {
  MemoryLedger ledger;
  const auto room = std::make_shared<Room>("lobby", LogLimits{}, std::vector<Bell*>{});
  std::atomic<std::size_t> members = 50;
  Announcer announcer(
      ledger, room, [&] { return members.load(); }, [](std::uint64_t, const std::string&) { return false; }, [] {});
  std::vector<std::thread> leaving;
  for (int i = 0; i < 50; ++i)
    leaving.emplace_back([&] {
      --members;  // as Roster::leave()
      announcer.left(1, "x", Goodbye::left);
    });
  for (std::thread& thread : leaving) thread.join();
  std::uint32_t before = 50;
  for (const Post& post : posts(*room)) {
    const std::uint32_t count = Presence::decode(post.kind, post.body).members;
    EXPECT_LE(count, before);
    before = count;
  }
  EXPECT_EQ(before, 0u);
}

}  // namespace
}  // namespace chat
