#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "net/user_files.hpp"
#include "terminal/tty.hpp"

namespace chat {

namespace {

constexpr std::string_view modes_on = "\x1b[?2004h\x1b[?1004h";  // a paste comes between marks; focus is told
constexpr std::string_view modes_off = "\x1b[?2004l\x1b[?1004l";
constexpr std::array fatal_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What signal handlers touch. tcsetattr(3) and write(2) are async-signal-safe.
termios before;  // of the first time
std::atomic<bool> know_before{false};
std::atomic<bool> is_raw{false};
std::atomic<bool> has_changed{false};
std::atomic<const Waker*> woken{nullptr};
std::array<struct sigaction, NSIG> others;  // the handlers that were there before
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<const Waker*>::is_always_lock_free);

bool in_foreground() { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

// Unless the terminal takes nothing: nobody waits for it to say farewell. poll(2) is async-signal-safe.
void write_now(std::string_view text) {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  if (::poll(&out, 1, 0) == 1) (void)!::write(STDOUT_FILENO, text.data(), text.size());
}

void restore() {
  if (!is_raw.exchange(false)) return;
  const int error = errno;
  write_now(modes_off);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
  errno = error;
}

// Leaves what is being typed where it is: the shell's prompt begins a line of its own.
void restore_from_handler() {
  if (!is_raw) return;
  write_now("\r\n\x1b[J");
  restore();
}

// Between poll(2) and read(2) the program may be stopped, and the shell then takes what was there: a read that waits
// would never hear of it. Non-blocking is a property of the open file, which is the shell's, too: so we open our own.
void open_own_input() {
  std::array<char, 256> name;
  if (::ttyname_r(STDIN_FILENO, name.data(), name.size()) != 0) return;
  const int fd = ::open(name.data(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return;
  ::dup2(fd, STDIN_FILENO);
  ::close(fd);
}

void note_change() {
  has_changed = true;
  if (const Waker* waker = woken) waker->wake();
}

void on_resize(int) {
  const int error = errno;
  note_change();
  errno = error;
}

// After whatever kind of stop: the shell has had the terminal meanwhile, so it is not raw any more.
void on_continue(int) {
  const int error = errno;
  is_raw = false;
  note_change();
  errno = error;
}

// Gives the terminal back, then stops as the signal wants. The rest happens when the program goes on.
void on_stop(int number) {
  const int error = errno;
  restore_from_handler();
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  struct sigaction ours {};
  ::sigaction(number, &standard, &ours);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, number);
  ::raise(number);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);  // here it stops
  ::sigaction(number, &ours, nullptr);
  note_change();
  errno = error;
}

// A crash: the terminal first, then whoever was there before us (a sanitizer), or the end.
void on_crash(int number) {
  restore_from_handler();
  ::sigaction(number, &others[static_cast<std::size_t>(number)], nullptr);
  ::raise(number);
}

void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(number, &action, &others[static_cast<std::size_t>(number)]);
}

}  // namespace

bool output_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool errors_go_to_terminal() { return ::isatty(STDERR_FILENO) == 1; }

bool terminal_is_capable() {
  const std::string term = variable("TERM");
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && !term.empty() && term != "dumb";
}

bool terminal_reflows() {
  if (!variable("TMUX").empty()) return true;
  return variable("XTERM_VERSION").empty() && !variable("TERM").starts_with("screen");
}

std::tm local_time(std::time_t time) {
  std::tm local{};
  ::localtime_r(&time, &local);
  return local;
}

Tty::Tty(const StopSignals& signals) : signals_(signals) {
  woken = &signals.waker();
  open_own_input();
  at_forced_exit(restore_from_handler);
  handle(SIGWINCH, on_resize, SA_RESTART);
  handle(SIGCONT, on_continue, SA_RESTART);
  struct sigaction stop {};
  ::sigaction(SIGTSTP, nullptr, &stop);
  others[SIGTSTP] = stop;
  if (stop.sa_handler != SIG_IGN) handle(SIGTSTP, on_stop, SA_RESTART);  // ignored: the shell knows no jobs
  for (const int number : fatal_signals) handle(number, on_crash, SA_ONSTACK | SA_NODEFER);
}

Tty::~Tty() {
  give_back();
  at_forced_exit(nullptr);
  for (const int number : {SIGWINCH, SIGCONT, SIGTSTP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    ::sigaction(number, &others[static_cast<std::size_t>(number)], nullptr);
  woken = nullptr;
}

bool Tty::make_raw() {
  if (is_raw) return true;
  if (!in_foreground()) return false;
  if (!know_before && ::tcgetattr(STDIN_FILENO, &before) != 0) return false;
  know_before = true;
  termios raw = before;
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | IXON | ISTRIP | INPCK);
  raw.c_oflag |= OPOST | ONLCR;
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  is_raw = true;
  if (::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0) {
    is_raw = false;
    return false;
  }
  write_now(modes_on);
  return true;
}

void Tty::give_back() { restore(); }
bool Tty::raw() const { return is_raw; }

ScreenSize Tty::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

void Tty::suspend() { ::kill(0, SIGTSTP); }  // the whole job, as the terminal would
void Tty::interrupt() { ::raise(SIGINT); }
bool Tty::changed() { return has_changed.exchange(false); }

}  // namespace chat
