#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "net/lent_terminal.hpp"
#include "net_utils.hpp"

namespace chat {

namespace {

// A stop, all whose standard action is an end, but those that StopSignals waits for, and the end of a stop: last, since
// its handler sets that of the stop.
constexpr std::array terminal_signals{SIGTSTP, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT,   SIGTRAP, SIGSYS, SIGQUIT,
                                      SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGCONT};

// What signal handlers touch. tcsetattr(3), tcflush(3), tcgetpgrp(3), pthread_sigmask(3), poll(2) and write(2) are
// async-signal-safe.
std::atomic<const TerminalUse*> in_use{nullptr};
termios as_found;
std::atomic<bool> know_as_found{false};
std::atomic<bool> terminal_taken{false};
int terminal_output = -1;
std::array<struct sigaction, NSIG> handlers_before;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<const TerminalUse*>::is_always_lock_free);

// A terminal that controls nobody has no background.
bool in_foreground() {
  const pid_t group = ::tcgetpgrp(STDIN_FILENO);
  return group < 0 || group == ::getpgrp();
}

void on_stop(int number);
void on_continue(int number);
void on_end(int number);

struct sigaction& handler_before(int number) {
  return handlers_before[static_cast<std::size_t>(number)];
}

sigset_t stops() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTSTP);
  ::sigaddset(&set, SIGCONT);
  return set;
}

// Meanwhile a stop and its end wait: in between, the terminal would be taken and not changed yet, or the reverse.
// Threads other than the main one never take these two signals (thread_posix.cpp).
class StopsHeld {
 public:
  StopsHeld() {
    const sigset_t held = stops();
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~StopsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  StopsHeld(const StopsHeld&) = delete;
  StopsHeld& operator=(const StopsHeld&) = delete;

 private:
  sigset_t before_{};
};

// Who ignores a signal goes on to do so: there are shells that know no jobs, and nohup.
void handle(int number) {
  if (handler_before(number).sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = number == SIGTSTP ? on_stop : number == SIGCONT ? on_continue : on_end;
  // One inside the other would take the terminal before a stop, or drop what was typed since it went on.
  if (number == SIGTSTP || number == SIGCONT) action.sa_mask = stops();
  action.sa_flags = action.sa_handler == on_end ? SA_ONSTACK | SA_NODEFER : SA_RESTART;
  ::sigaction(number, &action, nullptr);
}

// After whatever kind of stop: the shell has had the terminal meanwhile.
void on_continue(int) {
  const int error = errno;
  handle(SIGTSTP);  // before anybody can see that the program goes on, and stop it again
  terminal_taken = false;
  if (const TerminalUse* use = in_use) use->gone_on();
  errno = error;
}

// Gives the terminal back, then stops as the signal wants. The rest happens when the program goes on, or at once where
// there is no shell that could make it.
void on_stop(int number) {
  const int error = errno;
  give_back_terminal_from_handler();
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(number, &standard, nullptr);
  sigset_t waiting;
  ::sigpending(&waiting);
  if (::sigismember(&waiting, SIGCONT) != 1) ::raise(number);  // else it is to go on already
  const sigset_t held = stops();
  ::pthread_sigmask(SIG_UNBLOCK, &held, nullptr);  // here it stops
  ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
  handle(number);
  if (const TerminalUse* use = in_use; use && !terminal_taken) use->gone_on();
  errno = error;
}

// The terminal first, then whoever was there before us (a sanitizer), or the end.
void on_end(int number) {
  give_back_terminal_from_handler();
  ::sigaction(number, &handler_before(number), nullptr);
  ::raise(number);
}

}  // namespace

int unblocked(int stream) {
  std::array<char, 256> path{};
  if (::isatty(stream) != 1 || ::ttyname_r(stream, path.data(), path.size()) != 0) return stream;
  const int terminal = ::open(path.data(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return terminal < 0 ? stream : terminal;
}

void begin_terminal_use(const TerminalUse& use) {
  ensure(!in_use, "the terminal is in use already");
  know_as_found = terminal_taken = false;
  static const int output = ::isatty(STDOUT_FILENO) == 1   ? unblocked(STDOUT_FILENO)
                            : ::isatty(STDERR_FILENO) == 1 ? unblocked(STDERR_FILENO)
                                                           : -1;
  terminal_output = output;
  in_use = &use;
  for (const int number : terminal_signals) {
    ::sigaction(number, nullptr, &handler_before(number));
    handle(number);
  }
}

bool take_terminal() {
  const StopsHeld held;
  if (terminal_taken) return true;
  const TerminalUse* use = in_use;
  if (!use || !in_foreground()) return false;
  if (!know_as_found && ::tcgetattr(STDIN_FILENO, &as_found) != 0) return false;
  know_as_found = true;
  termios wanted = as_found;
  use->change(wanted);
  terminal_taken = true;
  if (use->drops_input) ::tcflush(STDIN_FILENO, TCIFLUSH);
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &wanted) != 0) {
    terminal_taken = false;
    return false;
  }
  write_to_terminal(use->begin);
  return true;
}

bool has_terminal() { return terminal_taken; }

void give_back_terminal() {
  const StopsHeld held;
  const TerminalUse* use = in_use;
  if (!use || !terminal_taken) return;
  const int error = errno;
  write_to_terminal(use->end);
  if (use->drops_input) ::tcflush(STDIN_FILENO, TCIFLUSH);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &as_found);
  terminal_taken = false;  // not before: who ends the program meanwhile gives it back as well
  errno = error;
}

void end_terminal_use() {
  const StopsHeld held;
  give_back_terminal();
  in_use = nullptr;
  std::for_each(terminal_signals.rbegin(), terminal_signals.rend(),
                [](int number) { ::sigaction(number, &handler_before(number), nullptr); });
}

void give_back_terminal_from_handler() {
  const TerminalUse* use = in_use;
  if (!use || !terminal_taken) return;
  write_to_terminal(use->farewell);
  give_back_terminal();
}

void write_to_terminal(std::string_view text) {
  if (text.empty() || terminal_output < 0) return;
  pollfd out{terminal_output, POLLOUT, 0};
  if (::poll(&out, 1, 0) == 1) (void)!::write(terminal_output, text.data(), text.size());
}

}  // namespace chat
