// Threads with an owner and small stacks, and locks that clang's thread-safety analysis understands.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#if defined(__clang__)
#define CLINT_TSA(x) __attribute__((x))
#else
#define CLINT_TSA(x)
#endif
#define CAPABILITY(x) CLINT_TSA(capability(x))
#define SCOPED_CAPABILITY CLINT_TSA(scoped_lockable)
#define GUARDED_BY(x) CLINT_TSA(guarded_by(x))
#define REQUIRES(...) CLINT_TSA(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) CLINT_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) CLINT_TSA(release_capability(__VA_ARGS__))
#define EXCLUDES(...) CLINT_TSA(locks_excluded(__VA_ARGS__))

namespace chat {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mu_.lock(); }
  void unlock() RELEASE() { mu_.unlock(); }

 private:
  std::mutex mu_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ACQUIRE(mu) : mu_(mu) { mu_.lock(); }
  ~MutexLock() RELEASE() { mu_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

// Waits with the Mutex held by the caller's MutexLock.
using Condition = std::condition_variable_any;

// What a thread is for, and so how large its stack is. The system hands a finished thread's stack, with what it has
// touched of it, to the next one of this size: a lasting thread must not get one that a log-in has been through.
enum class Stack {
  passing,  // ends soon: 128 KiB of address space (more under a sanitizer)
  lasting,  // 192 KiB
};

// A thread that its owner joins, or abandons. Its stack is small: ten thousand of them must fit. What `body` throws
// ends the program.
class Thread {
 public:
  Thread();
  // Starts a thread, or returns one that is not joinable when the system has none to give.
  static Thread start(std::function<void()> body, Stack stack = Stack::lasting);
  Thread(Thread&& other) noexcept;
  Thread& operator=(Thread&& other) noexcept;  // the target must not be joinable
  ~Thread();                                   // must not be joinable
  bool joinable() const { return native_ != nullptr; }
  void join();
  // Leaves it to itself, since the system call that it is in cannot be interrupted; it owns all that it touches.
  void abandon();

 private:
  struct Native;
  explicit Thread(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

}  // namespace chat
