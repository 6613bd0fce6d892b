// The lines of standard input.
#pragma once

#include "terminal/console.hpp"
#include "terminal/line_splitter.hpp"

namespace chat {

// Belongs to the main thread. What a prompt has not used is there for whoever reads next.
class Input {
 public:
  explicit Input(Console& console) : console_(console) {}
  // The next line that is already here.
  std::optional<LineSplitter::Line> next() { return lines_.next(); }
  // Reads once, after the console said that there is something.
  void read();
  bool ended() const { return ended_; }

 private:
  Console& console_;
  LineSplitter lines_{2 * limits::message_bytes};  // room for what cleaning takes away
  bool ended_ = false;
};

}  // namespace chat
