// The standard streams and the signals that end a program, waited for like sockets.
#pragma once

#include <string>
#include <string_view>

#include "net/socket.hpp"

namespace chat {

// Lines from standard input, terminal or not. One thread.
class LineInput {
 public:
  // Longer lines are too_long: discarded up to their end, nothing of them is kept.
  explicit LineInput(std::size_t most_bytes) : most_(most_bytes) {}
  enum class Outcome { line, too_long, end, timeout, woken };
  // The next line, without its newline (and without a carriage return before it). A last line without a newline
  // counts. Waits until `until`, or until the waker (may be null) is woken.
  Outcome next(std::string& line, Clock::time_point until, const Waker* waker);
  // What was read and is in no line that next() gave; it is not kept.
  std::string take_rest();

 private:
  const std::size_t most_;
  std::string buffer_;
  std::size_t searched_ = 0;
  bool discarding_ = false;
  bool ended_ = false;
};

enum class Input { octets, end, timeout, woken };
// Appends what standard input has to `text`, waiting for it until `until` or the waker (may be null). One thread.
Input read_input(std::string& text, Clock::time_point until, const Waker* waker);

bool input_is_terminal();

// While it lives, a terminal does not show what is typed on it; what ends or stops the program shows it again, too. Who
// goes on after a stop is asked again, with this question. One at a time, main thread.
class EchoOff {
 public:
  explicit EchoOff(std::string_view question);
  ~EchoOff();
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
};

// Writes to standard output, waiting for a slow reader until `until`; takes what was written from the front of `text`.
enum class Written { all, late, failed };  // failed: nobody reads any more
Written write_output(std::string_view& text, Clock::time_point until);
// The same for standard error.
Written write_errors(std::string_view& text, Clock::time_point until);

// What SIGHUP asks for: to leave, or to read settings again. When the terminal is gone, always the first.
enum class HangUp { leave, reread };

// SIGINT, SIGTERM and SIGHUP (unless it is ignored, as under nohup) wake; the second one ends the program at once with
// exit code 130. SIGPIPE is ignored. Standard streams that are closed are opened on the null device, so that no socket
// takes their place. One object in a program, for its whole life, before any other descriptor is opened.
class StopSignals {
 public:
  explicit StopSignals(HangUp hang_up = HangUp::leave);
  const Waker& waker() const { return waker_; }
  bool caught() const;       // any of them
  bool reread() const;       // once after a SIGHUP with HangUp::reread; main thread
  bool interrupted() const;  // SIGINT

 private:
  struct Streams {
    Streams();
  };
  Streams streams_;  // first: the waker's descriptors must not become standard ones
  // Never destroyed: to the very end a handler may be using it in some thread.
  const Waker& waker_ = *new Waker;
};

}  // namespace chat
