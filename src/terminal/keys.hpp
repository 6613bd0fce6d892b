// What a terminal sends, octets in, keys out: UTF-8 that is cut anywhere, escape sequences (ECMA-48, xterm's keys),
// bracketed paste. Pure; time stays outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat {

struct Key {
  enum class Kind {
    text,     // characters as typed; `text` is one character of UTF-8
    paste,    // `text` is all of it, new lines as \n
    control,  // Ctrl with the small letter (or one of @ [ \ ] ^ _) in `text`
    enter,
    tab,
    backspace,
    remove,  // the key Delete
    up,
    down,
    left,
    right,
    home,
    end,
    page_up,
    page_down,
    escape,  // alone
    focus_in,
    focus_out,
    unknown,
  } kind = Kind::unknown;
  std::string text;
  bool alt = false;
  bool ctrl = false;  // with keys that have no letter: arrows, Delete
  bool shift = false;
  bool operator==(const Key&) const = default;
};

// Belongs to one thread.
class KeyReader {
 public:
  void feed(std::string_view octets) { buffer_ += octets; }
  // The next whole key. Nothing: more octets are needed.
  std::optional<Key> next();
  // Octets wait that may be the beginning of something; see expire().
  bool unfinished() const { return !buffer_.empty() && !pasting_; }
  // Nothing more will come: the next next() makes of them what they are, an Escape for instance.
  void expire() { expired_ = true; }

 private:
  std::optional<Key> take_paste();
  std::optional<Key> take_escape(bool whole);
  std::optional<Key> take_plain(bool whole, std::size_t at);
  std::optional<Key> taken(std::size_t size, Key key);

  std::string buffer_;
  std::string paste_;
  bool pasting_ = false;
  bool expired_ = false;
};

}  // namespace chat
