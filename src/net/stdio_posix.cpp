#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "net/lent_terminal.hpp"
#include "net/stdio.hpp"
#include "net/system.hpp"

namespace chat {

Input read_input(std::string& text, Clock::time_point until, const Waker* waker) {
  while (true) {
    std::array<pollfd, 2> fds{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{-1, POLLIN, 0}};
    if (waker) fds[1].fd = static_cast<int>(waker->descriptor());
    const int ready = ::poll(fds.data(), fds.size(), timeout_ms(until));
    if (ready < 0) continue;  // EINTR: the signal has woken the waker, if it matters
    if (fds[1].revents != 0) return Input::woken;
    if (fds[0].revents == 0) {
      if (Clock::now() >= until) return Input::timeout;
      continue;
    }
    std::array<char, 4096> octets;
    const auto size = ::read(STDIN_FILENO, octets.data(), octets.size());
    if (size > 0) {
      text.append(octets.data(), static_cast<std::size_t>(size));
      return Input::octets;
    }
    if (size == 0 || (errno != EINTR && errno != EAGAIN)) return Input::end;
  }
}

bool input_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }

namespace {

// What is asked, for who comes back after a stop.
std::array<char, 256> question_asked;
std::size_t question_bytes = 0;

void without_echo(termios& attributes) {
  attributes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  attributes.c_lflag |= ECHONL;
}

void ask_again() {
  if (take_terminal()) write_to_terminal({question_asked.data(), question_bytes});
}

constexpr TerminalUse typing_unseen{without_echo, ask_again, "", "", "\n", true};

}  // namespace

EchoOff::EchoOff(std::string_view question) {
  question_bytes = question.copy(question_asked.data(), question_asked.size());
  begin_terminal_use(typing_unseen);
  take_terminal();
}

EchoOff::~EchoOff() { end_terminal_use(); }

namespace {

Written write_to(int descriptor, std::string_view& text, Clock::time_point until) {
  constexpr std::size_t at_once = 4096;  // PIPE_BUF: a pipe that polls as writable takes it without blocking
  while (!text.empty()) {
    pollfd out{descriptor, POLLOUT, 0};
    const int ready = ::poll(&out, 1, timeout_ms(until));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Written::late;
    const auto size = ::write(descriptor, text.data(), std::min(text.size(), at_once));
    if (size > 0)
      text.remove_prefix(static_cast<std::size_t>(size));
    else if (errno != EINTR && errno != EAGAIN)
      return Written::failed;
    else if (Clock::now() >= until)
      return Written::late;
    else
      ::poll(nullptr, 0, 10);  // a terminal with room for one octet does not take a line's end, which is two
  }
  return Written::all;
}

}  // namespace

Written write_output(std::string_view& text, Clock::time_point until) {
  static const int descriptor = unblocked(STDOUT_FILENO);
  return write_to(descriptor, text, until);
}

Written write_errors(std::string_view& text, Clock::time_point until) {
  static const int descriptor = unblocked(STDERR_FILENO);
  return write_to(descriptor, text, until);
}

namespace {

// What a signal handler may touch: lock-free atomics.
std::atomic<const Waker*> woken_by_signals{nullptr};
std::atomic<int> signals_caught{0};
std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<const Waker*>::is_always_lock_free);

void on_signal(int number) {
  if (signals_caught.fetch_add(1) > 0) {
    give_back_terminal_from_handler();
    ::_exit(130);
  }
  first_signal = number;
  if (const Waker* waker = woken_by_signals) waker->wake();
}

std::atomic<bool> hung_up{false};
std::array<bool, 3> had_terminal{};  // by stream

void on_hang_up(int) {
  hung_up = true;
  if (const Waker* waker = woken_by_signals) waker->wake();
}

// Opens what is closed of the three streams; in the order of their numbers, since open() gives the lowest free one.
// Standard output only to be read: who writes there learns that nobody takes it, as when a reader has gone.
void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace

StopSignals::Streams::Streams() { open_standard_streams(); }

StopSignals::StopSignals(HangUp hang_up) {
  woken_by_signals = &waker_;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) had_terminal[static_cast<std::size_t>(fd)] = ::isatty(fd) == 1;
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    action.sa_handler = number == SIGHUP && hang_up == HangUp::reread ? on_hang_up : on_signal;
    if (number != SIGHUP || before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}
bool StopSignals::caught() const { return signals_caught > 0; }
bool StopSignals::reread() const {
  if (!hung_up.exchange(false)) return false;
  bool terminal_gone = false;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    terminal_gone = terminal_gone || (had_terminal[static_cast<std::size_t>(fd)] && ::isatty(fd) != 1);
  if (terminal_gone && !caught()) on_signal(SIGHUP);
  return !terminal_gone;
}
bool StopSignals::interrupted() const { return first_signal == SIGINT; }

}  // namespace chat
