// The terminal itself: tty_posix.cpp, tty_windows.cpp. While it is raw, keys arrive one by one and unshown. Whatever
// ends or stops the program, but SIGKILL, gives the terminal back as it was.
#pragma once

#include <ctime>
#include <string>

#include "net/stdio.hpp"
#include "terminal/looks.hpp"
#include "terminal/options.hpp"
#include "terminal/screen.hpp"

namespace chat {

// Whether standard input and output are a terminal that obeys escape sequences.
bool terminal_is_capable();
bool output_is_terminal();
bool errors_go_to_terminal();
// Whether the terminal breaks lines anew when it changes its size: all do but a few old ones.
bool terminal_reflows();
std::tm local_time(std::time_t time);
// What the user and the environment want lines to look like.
Looks terminal_looks(const ClintOptions& options);

// One object in a program at a time; main thread.
class Tty {
 public:
  explicit Tty(const StopSignals& signals);
  ~Tty();
  Tty(const Tty&) = delete;
  Tty& operator=(const Tty&) = delete;
  // False when it cannot be, now: the program is in the background, or the terminal is gone.
  bool make_raw();
  void give_back();  // as it was before
  bool raw() const;  // false after a stop, until make_raw() is called again
  ScreenSize size() const;
  // Stops the program as Ctrl-Z does; returns when it goes on.
  void suspend();
  // As if Ctrl-C had been pressed where it interrupts.
  void interrupt();
  // True once after the program was stopped, or its terminal changed; then make_raw() and size() have news.
  bool changed();

 private:
  [[maybe_unused]] const StopSignals& signals_;
};

}  // namespace chat
