#include <pthread.h>

#include <csignal>
#include <cstddef>

#include "net/thread.hpp"
#include "net_utils.hpp"

namespace chat {

struct Thread::Native {
  pthread_t id{};
};

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CLINT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CLINT_SANITIZED 1
#endif
#endif
#ifdef CLINT_SANITIZED
constexpr std::size_t unit = 16;  // frames are several times as large
#else
constexpr std::size_t unit = 1;
#endif

constexpr std::size_t bytes_of(Stack stack) { return (stack == Stack::passing ? 128 : 192) * 1024 * unit; }

void* run(void* argument) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(argument));
  (*body)();
  return nullptr;
}

}  // namespace

Thread::Thread() = default;
Thread::Thread(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Thread::Thread(Thread&& other) noexcept = default;
Thread& Thread::operator=(Thread&& other) noexcept {
  ensure(!joinable(), "a running thread was replaced");
  native_ = std::move(other.native_);
  return *this;
}
Thread::~Thread() { ensure(!joinable(), "a thread was not joined"); }

Thread Thread::start(std::function<void()> body, Stack stack) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return {};
  pthread_attr_setstacksize(&attributes, bytes_of(stack));
  auto native = std::make_unique<Native>();
  auto argument = std::make_unique<std::function<void()>>(std::move(body));
  // A stop, and its end, come to the main thread, whose the lent terminal is (lent_terminal.hpp).
  sigset_t not_taken;
  sigset_t before;
  sigemptyset(&not_taken);
  sigaddset(&not_taken, SIGTSTP);
  sigaddset(&not_taken, SIGCONT);
  pthread_sigmask(SIG_BLOCK, &not_taken, &before);
  const int error = pthread_create(&native->id, &attributes, run, argument.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) return {};
  static_cast<void>(argument.release());  // run() owns it
  return Thread(std::move(native));
}

void Thread::join() {
  ensure(joinable(), "a thread was joined twice");
  pthread_join(native_->id, nullptr);
  native_.reset();
}

void Thread::abandon() {
  ensure(joinable(), "a thread was abandoned twice");
  pthread_detach(native_->id);
  native_.reset();
}

}  // namespace chat
