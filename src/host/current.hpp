// What may be replaced while it is in use: whoever has it goes on with it until done.
#pragma once

#include <memory>
#include <utility>

#include "net/thread.hpp"

namespace chat {

// Any thread may call any method.
template <class T>
class Current {
 public:
  explicit Current(std::shared_ptr<T> first = nullptr) : now_(std::move(first)) {}
  std::shared_ptr<T> get() const EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return now_;
  }
  void set(std::shared_ptr<T> next) EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      now_.swap(next);
    }  // the one before goes without the lock
  }

 private:
  mutable Mutex mu_;  // rank 6: a leaf
  std::shared_ptr<T> now_ GUARDED_BY(mu_);
};

}  // namespace chat
