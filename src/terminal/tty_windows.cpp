#include <io.h>

#include <cstdio>

#include "terminal/tty.hpp"

namespace chat {

// The Windows console edits lines by itself and has a history of its own: clint reads whole lines from it.
bool terminal_is_capable() { return false; }
bool output_is_terminal() { return ::_isatty(::_fileno(stdout)) != 0; }
bool errors_go_to_terminal() { return ::_isatty(::_fileno(stderr)) != 0; }
bool terminal_reflows() { return true; }

std::tm local_time(std::time_t time) {
  std::tm local{};
  ::localtime_s(&local, &time);
  return local;
}

Tty::Tty(const StopSignals& signals) : signals_(signals) {}
Tty::~Tty() = default;
bool Tty::make_raw() { return false; }
void Tty::give_back() {}
bool Tty::raw() const { return false; }
ScreenSize Tty::size() const { return {}; }
void Tty::suspend() {}
void Tty::interrupt() {}
bool Tty::changed() { return false; }

}  // namespace chat
