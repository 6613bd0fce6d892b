#include <system_error>
#include <thread>

#include "net/thread.hpp"
#include "net_utils.hpp"

namespace chat {

// Windows commits a thread's stack page by page; the default reserve is small enough.
struct Thread::Native {
  std::thread thread;
};

Thread::Thread() = default;
Thread::Thread(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Thread::Thread(Thread&& other) noexcept = default;
Thread& Thread::operator=(Thread&& other) noexcept {
  ensure(!joinable(), "a running thread was replaced");
  native_ = std::move(other.native_);
  return *this;
}
Thread::~Thread() { ensure(!joinable(), "a thread was not joined"); }

Thread Thread::start(std::function<void()> body, Stack) {
  try {
    auto native = std::make_unique<Native>();
    native->thread = std::thread(std::move(body));
    return Thread(std::move(native));
  } catch (const std::system_error&) {
    return {};
  }
}

void Thread::join() {
  ensure(joinable(), "a thread was joined twice");
  native_->thread.join();
  native_.reset();
}

void Thread::abandon() {
  ensure(joinable(), "a thread was abandoned twice");
  native_->thread.detach();
  native_.reset();
}

}  // namespace chat
