// Threads that come and go with connections, and the one place that joins them.
#pragma once

#include <deque>
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

  // False: the system has no thread to give, and body is not called. A lasting thread is a fresh one; a passing one may
  // have done something else before, and at most `most_resting` of them rest between two bodies.
  bool start(Stack stack, std::function<void()> body) {
    MutexLock lock(mu_);
    if (stack == Stack::passing && resting_ > 0) {
      --resting_;
      bodies_.push_back(std::move(body));
      bell_.notify_one();
      return true;
    }
    const std::uint64_t id = ++last_;
    auto whole = [this, id, stack, body = std::move(body)]() mutable {
      do {
        body();
        body = nullptr;  // what it holds goes before the thread rests, or counts as finished
      } while (stack == Stack::passing && rest(body));
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

  // Waits for every thread, those they start meanwhile included. None rests any more.
  void join_all() {
    {
      MutexLock lock(mu_);
      closed_ = true;
      resting_ = 0;
      bell_.notify_all();
    }
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
  static constexpr std::size_t most_resting = 8;  // enough for a crowd that logs in; each keeps what its bodies left

  // A passing thread waits for its next body; false: it is to end.
  bool rest(std::function<void()>& body) {
    MutexLock lock(mu_);
    if (closed_ || resting_ == most_resting) return false;
    ++resting_;
    while (bodies_.empty() && !closed_) bell_.wait(mu_);
    if (bodies_.empty()) return false;
    body = std::move(bodies_.front());
    bodies_.pop_front();
    return true;
  }

  const std::function<void()> on_finished_;
  Mutex mu_;        // rank 6: a leaf
  Condition bell_;  // for those that rest
  std::unordered_map<std::uint64_t, Thread> threads_ GUARDED_BY(mu_);
  std::vector<std::uint64_t> finished_ GUARDED_BY(mu_);
  std::uint64_t last_ GUARDED_BY(mu_) = 0;
  std::size_t resting_ GUARDED_BY(mu_) = 0;                   // those that rest and have not been given a body
  std::deque<std::function<void()>> bodies_ GUARDED_BY(mu_);  // each for one that rests
  bool closed_ GUARDED_BY(mu_) = false;
};

}  // namespace chat
