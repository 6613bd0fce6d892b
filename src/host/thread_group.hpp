// Threads that come and go with connections, and the one place that joins them.
#pragma once

#include <functional>
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
    MutexLock lock(mu_);
    const std::uint64_t id = ++last_;
    auto whole = [this, id, body = std::move(body)]() mutable {
      body();
      body = nullptr;  // what it holds goes before the thread counts as finished
      {
        MutexLock finished(mu_);
        finished_.push_back(id);
      }
      on_finished_();
    };
    Thread thread = Thread::start(std::move(whole), stack);
    if (!thread.joinable()) return false;
    threads_.emplace(id, std::move(thread));
    return true;
  }

  void join_finished() {
    std::vector<Thread> threads;
    {
      MutexLock lock(mu_);
      for (const std::uint64_t id : finished_) {
        const auto found = threads_.find(id);
        threads.push_back(std::move(found->second));
        threads_.erase(found);
      }
      finished_.clear();
    }
    for (Thread& thread : threads) thread.join();
  }

  // Waits for every thread, those they start meanwhile included.
  void join_all() {
    while (true) {
      std::unordered_map<std::uint64_t, Thread> threads;
      {
        MutexLock lock(mu_);
        threads.swap(threads_);
      }
      if (threads.empty()) return;
      for (auto& [id, thread] : threads) thread.join();
      MutexLock lock(mu_);
      std::erase_if(finished_, [&](std::uint64_t id) { return threads.count(id) > 0; });
    }
  }

 private:
  const std::function<void()> on_finished_;
  Mutex mu_;  // rank 6: a leaf
  std::unordered_map<std::uint64_t, Thread> threads_ GUARDED_BY(mu_);
  std::vector<std::uint64_t> finished_ GUARDED_BY(mu_);
  std::uint64_t last_ GUARDED_BY(mu_) = 0;
};

}  // namespace chat
