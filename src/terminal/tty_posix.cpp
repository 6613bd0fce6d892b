#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "net/lent_terminal.hpp"
#include "net/user_files.hpp"
#include "terminal/tty.hpp"

namespace chat {

namespace {

std::atomic<bool> has_changed{false};
std::atomic<const Waker*> woken{nullptr};
struct sigaction resize_before;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<const Waker*>::is_always_lock_free);

void make_attributes_raw(termios& attributes) {
  attributes.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | IXON | ISTRIP | INPCK);
  attributes.c_oflag |= OPOST | ONLCR;
  attributes.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  attributes.c_cc[VMIN] = 1;
  attributes.c_cc[VTIME] = 0;
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

// A paste comes between marks, and focus is told. A signal leaves what is being typed where it is: the shell's prompt
// begins a line of its own.
constexpr TerminalUse key_by_key{make_attributes_raw,      note_change,  "\x1b[?2004h\x1b[?1004h",
                                 "\x1b[?2004l\x1b[?1004l", "\r\n\x1b[J", false};

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
  begin_terminal_use(key_by_key);
  struct sigaction resize {};
  resize.sa_handler = on_resize;
  resize.sa_flags = SA_RESTART;
  ::sigaction(SIGWINCH, &resize, &resize_before);
}

Tty::~Tty() {
  end_terminal_use();
  ::sigaction(SIGWINCH, &resize_before, nullptr);
  woken = nullptr;
}

bool Tty::make_raw() { return take_terminal(); }
void Tty::give_back() { give_back_terminal(); }
bool Tty::raw() const { return has_terminal(); }

ScreenSize Tty::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

void Tty::suspend() { ::kill(0, SIGTSTP); }  // the whole job, as the terminal would
void Tty::interrupt() { ::raise(SIGINT); }
bool Tty::changed() { return has_changed.exchange(false); }

}  // namespace chat
