#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "terminal/console.hpp"

namespace chat {

namespace {

// What the signal handler touches: lock-free and there before it is installed.
std::atomic<int> caught_signal = 0;
std::atomic<const Waker*> signal_waker = nullptr;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<const Waker*>::is_always_lock_free);

void on_signal(int number) {
  const int error = errno;
  caught_signal = number;
  if (const Waker* waker = signal_waker) waker->wake();
  errno = error;
}

void handle(int number) {
  struct sigaction present {};
  ::sigaction(number, nullptr, &present);
  if (number == SIGHUP && present.sa_handler == SIG_IGN) return;  // nohup
  struct sigaction wanted {};
  wanted.sa_handler = on_signal;
  wanted.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  ::sigaction(number, &wanted, nullptr);
}

// A socket must not become descriptor 0, 1 or 2, where somebody would print or read.
void open_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
}

int timeout_ms(Clock::time_point until) {
  if (until == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

constexpr std::array<int, 3> handled_signals{SIGINT, SIGTERM, SIGHUP};

}  // namespace

struct Console::Impl {
  Waker waker;
};

Console::Console() {
  open_standard_descriptors();
  impl_ = std::make_unique<Impl>();
  signal_waker = &impl_->waker;
  std::signal(SIGPIPE, SIG_IGN);
  for (const int number : handled_signals) handle(number);
}

Console::~Console() {
  for (const int number : handled_signals) std::signal(number, SIG_DFL);
  signal_waker = nullptr;
}

bool Console::input_is_terminal() const { return ::isatty(STDIN_FILENO) == 1; }
bool Console::output_is_terminal() const { return ::isatty(STDOUT_FILENO) == 1; }

Console::Woke Console::wait(bool want_input, Clock::time_point until) {
  std::array<pollfd, 2> fds{};
  fds[0] = {static_cast<int>(impl_->waker.descriptor()), POLLIN, 0};
  fds[1] = {STDIN_FILENO, POLLIN, 0};
  if (::poll(fds.data(), want_input ? 2 : 1, timeout_ms(until)) < 0) fds = {};
  if (fds[0].revents != 0) impl_->waker.clear();
  return {want_input && fds[1].revents != 0, caught_signal.exchange(0)};
}

void Console::wake() const noexcept { impl_->waker.wake(); }

Console::Got Console::read(std::span<char> into) {
  const ssize_t got = ::read(STDIN_FILENO, into.data(), into.size());
  if (got > 0) return {static_cast<std::size_t>(got), false};
  return {0, got == 0 || (errno != EINTR && errno != EAGAIN)};
}

bool Console::write(Stream stream, std::string_view text) {
  const int fd = stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO;
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // somebody shares it and made it non-blocking
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace chat
