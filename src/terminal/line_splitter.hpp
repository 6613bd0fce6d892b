// Cuts what was typed or piped in into lines, in bounded memory. Pure, not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

class LineSplitter {
 public:
  struct Line {
    std::string text;       // without "\n" or "\r\n"; empty when it was too long
    std::size_t bytes = 0;  // that the line had
    bool whole = true;      // false: longer than the limit, so its text was not kept
  };
  // limit: bytes of one line, its end not counted.
  explicit LineSplitter(std::size_t limit) : limit_(limit) {}
  void feed(std::string_view bytes);
  void finish() { finished_ = true; }  // the end of input; a last line without its end counts, too
  std::optional<Line> next();

 private:
  Line cut(std::size_t end);

  const std::size_t limit_;
  std::string buffer_;
  std::size_t at_ = 0;       // bytes of buffer_ given out
  std::size_t searched_ = 0; // bytes of buffer_ known to hold no line's end
  std::size_t dropped_ = 0;  // bytes of the present line not kept
  bool finished_ = false;
};

}  // namespace chat
