// The three standard streams, and what may interrupt the wait for them: console_posix.cpp and console_windows.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "client/client.hpp"

namespace chat {

// One at a time in a program: it handles SIGINT, SIGTERM and SIGHUP. The first of each is reported by wait(); the
// second does what it does by default, so that a program that hangs can be left. A closed stdout kills nobody.
class Console {
 public:
  Console();  // throws std::system_error
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  bool input_is_terminal() const;
  bool output_is_terminal() const;

  struct Woke {
    bool input = false;  // something to read, or the end of it
    int signal = 0;      // its number, once
  };
  // Waits for input where wanted, a signal, wake(), or `until`. By one thread, as read().
  Woke wait(bool want_input, Clock::time_point until);
  void wake() const noexcept;  // by any thread

  struct Got {
    std::size_t bytes = 0;
    bool end = false;
  };
  Got read(std::span<char> into);

  enum class Stream { out, error };
  // Writes everything; false when nobody reads it any more. Waits for a slow reader. By any thread.
  bool write(Stream stream, std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat
