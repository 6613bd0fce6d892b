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
  void feed(std::string_view octets) {
    buffer_ += octets;
    quiet_ = false;
  }
  // The next whole key. Nothing: more octets are needed.
  std::optional<Key> next();
  // Octets wait that may be the beginning of something; see expire().
  bool unfinished() const { return !buffer_.empty() && !pasting_; }
  // Nothing more will come: the next next() makes of them what they are, an Escape for instance.
  void expire() { expired_ = true; }
  // A paste has ended, unless the mark of its end is itself part of what is pasted: more may be on its way. See
  // settle().
  bool holds_paste() const { return paste_ended_; }
  // Nothing has come for a moment: next() gives the paste that is held, and what was typed behind it.
  void settle() { quiet_ = true; }

 private:
  void keep_pasted(std::size_t size);
  std::optional<Key> take_paste();
  std::optional<Key> take_escape(bool whole);
  std::optional<Key> take_plain(bool whole, std::size_t at);
  std::optional<Key> taken(std::size_t size, Key key);

  std::string buffer_;
  std::string paste_;
  bool pasting_ = false;
  bool paste_ended_ = false;  // what is in buffer_ came behind the last mark of an end
  bool quiet_ = false;
  bool expired_ = false;
};

}  // namespace chat
