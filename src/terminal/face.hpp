// The conversation with somebody at a terminal: keys into the editor, the line being typed onto the screen.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "terminal/editor.hpp"
#include "terminal/keys.hpp"
#include "terminal/tty.hpp"
#include "terminal/view.hpp"

namespace chat {

// One object, main thread. While it lives and is open, it has the terminal; it gives it back at its end.
class Face {
 public:
  // typed: what was read from the terminal before, and not used. at_first_word: called once, when something that may
  // need names begins to be typed. sure: neither a large paste nor Ctrl-C is asked about. The view must outlive the
  // face.
  Face(View& view, const StopSignals& signals, std::string_view typed, bool sure, std::function<void()> at_first_word);
  ~Face() { close(); }
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;

  // Waits for a line, as LineInput::next() does; `end` is Ctrl-D, and Ctrl-C at a secret's prompt. Ctrl-C twice is
  // SIGINT, or once if we are sure. accepting: whether a line may be sent now; if not, Enter says so and leaves it.
  LineInput::Outcome next(std::string& line, Clock::time_point until, bool accepting);
  // A secret is asked for, with this prompt; nothing: a line is typed.
  void set_secret(std::optional<std::string> prompt) {
    editor_.set_secret(prompt.has_value());
    prompt_ = std::move(prompt).value_or("");
  }
  // Lines of before, for Up and Ctrl-R; and those with what was typed since.
  void set_history(std::deque<std::string> lines) { editor_.set_history(std::move(lines)); }
  const std::deque<std::string>& history() const { return editor_.history(); }
  // The terminal is as it was before; from now on the system edits lines again.
  void close();

 private:
  std::optional<LineInput::Outcome> press(const Key& key, std::string& line, bool accepting);
  void interrupt();
  void renew();
  void show();

  View& view_;
  const StopSignals& signals_;
  Tty tty_;
  const bool sure_;
  KeyReader reader_;
  std::function<void()> at_first_word_;                       // until it was called
  Editor editor_{2 * limits::message_bytes};                  // room for what cleaning takes away
  Clock::time_point heard_at_ = Clock::time_point::min();     // the last octets
  std::string prompt_;                                        // empty: the view's own
  Clock::time_point interrupted_ = Clock::time_point::min();  // the last Ctrl-C on an empty line
  bool open_ = true;
};

}  // namespace chat
