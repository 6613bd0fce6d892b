// Threads that come and go with connections, and the one place that joins them.
#pragma once

#include <functional>
#include <iterator>
#include <unordered_map>
#include <vector>

#include "net/thread.hpp"

namespace chat {

// Any thread may start(); join_finished() and join_all() belong to the owner's thread.
class ThreadGroup {
 public:
  // on_finished is called by a thread of the group as the last thing it does: time to join_finished().
  explicit ThreadGroup(std::function<void()> on_finished) : on_finished_(std::move(on_finished)) {}

  // False: the system has no thread to give, and body is not called.
  bool start(Stack stack, std::function<void()> body) {
    const std::uint64_t id = reserve();
    auto whole = [this, id, body = std::move(body)]() mutable {
      body();
      body = nullptr;  // what it holds goes before the thread counts as finished
      {
        MutexLock finished(mu_);
        finished_.push_back(id);
      }
      on_finished_();
    };
    Thread thread = Thread::start(std::move(whole), stack);  // without the lock: it takes its time
    MutexLock lock(mu_);
    const bool started = thread.joinable();
    if (started)
      threads_.at(id) = std::move(thread);
    else
      threads_.erase(id);
    return started;
  }

  void join_finished() {
    std::vector<Thread> threads;
    {
      MutexLock lock(mu_);
      std::erase_if(finished_, [&](std::uint64_t id) REQUIRES(mu_) {
        const auto found = threads_.find(id);
        if (found == threads_.end()) return true;     // join_all() has it
        if (!found->second.joinable()) return false;  // faster than the end of start(): next time
        threads.push_back(std::move(found->second));
        threads_.erase(found);
        return true;
      });
    }
    for (Thread& thread : threads) thread.join();
  }

  // Waits for every thread, those they start meanwhile included. Nobody else may start one any more.
  void join_all() {
    while (true) {
      std::vector<Thread> threads;
      {
        MutexLock lock(mu_);
        finished_.clear();
        for (auto each = threads_.begin(); each != threads_.end();) {
          const bool running = each->second.joinable();  // else its starter is among the others
          if (running) threads.push_back(std::move(each->second));
          each = running ? threads_.erase(each) : std::next(each);
        }
      }
      if (threads.empty()) return;
      for (Thread& thread : threads) thread.join();
    }
  }

 private:
  // A place for the thread, so that nothing can fail once it runs.
  std::uint64_t reserve() {
    MutexLock lock(mu_);
    threads_.try_emplace(++last_);
    return last_;
  }

  const std::function<void()> on_finished_;
  Mutex mu_;  // rank 6: a leaf
  std::unordered_map<std::uint64_t, Thread> threads_ GUARDED_BY(mu_);
  std::vector<std::uint64_t> finished_ GUARDED_BY(mu_);
  std::uint64_t last_ GUARDED_BY(mu_) = 0;
};

}  // namespace chat
