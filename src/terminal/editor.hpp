// The line that is being typed: readline's emacs keys, history, search, kill ring, several lines, the question before
// a large paste. Pure: keys in, text and cursor out; it draws nothing.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/keys.hpp"

namespace chat {

// What Tab may put in place of the text from `begin` up to the cursor, best first.
struct Completion {
  std::size_t begin = 0;
  std::vector<std::string> candidates;
};
using Completer = std::function<Completion(std::string_view text, std::size_t cursor)>;

// Belongs to one thread. Texts are valid UTF-8 and clean (is_clean_text).
class Editor {
 public:
  explicit Editor(std::size_t most_bytes) : most_(most_bytes) {}
  void set_completer(Completer completer) { completer_ = std::move(completer); }
  void set_sure(bool sure) { sure_ = sure; }  // a large paste is taken as it is

  enum class Act {
    none,           // at most the text or the cursor has changed
    refused,        // the key does nothing here: a bell, where one is wanted
    submit,         // Enter: see take()
    interrupt,      // Ctrl-C on an empty line
    end,            // Ctrl-D on an empty line, Ctrl-C on a password
    suspend,        // Ctrl-Z
    redraw,         // Ctrl-L
    next_room,      // Ctrl-N
    previous_room,  // Ctrl-P
    unread_room,    // Alt-A
    numbered_room,  // Alt-1 to Alt-9: see room()
    focus_in,
    focus_out,
  };
  Act press(const Key& key);

  // The line, which leaves the editor, into the history unless it is empty or secret.
  std::string take();
  // Lines of before, oldest first; and those with what was typed since.
  void set_history(std::deque<std::string> lines) { at_ = (history_ = std::move(lines)).size(); }
  const std::deque<std::string>& history() const { return history_; }
  // In place of what is there; the cursor at its end.
  void set(std::string text);
  // From now on the line is a password: nothing of it is shown or kept. What was being typed comes back after it.
  void set_secret(bool secret);
  bool secret() const { return secret_; }

  // What to show. A question or a search has a prompt of its own, which stands in place of the usual one.
  const std::string& prompt() const { return prompt_; }
  const std::string& text() const { return text_; }
  std::size_t cursor() const { return cursor_; }
  std::size_t room() const { return room_; }  // of numbered_room

 private:
  struct State {
    std::string text;
    std::size_t cursor = 0;
  };
  struct Search {
    State before;
    std::string wanted;
    std::size_t at = 0;  // in history_; history_.size(): nothing found yet
    bool failed = false;
  };
  struct Cycle {  // Tab and Shift-Tab walk through what the first Tab found
    Completion found;
    std::size_t at = 0;
    std::size_t end = 0;  // of what stands in the text now
  };
  struct Aside {  // what was being typed when a password was asked for
    State line;
    std::size_t at = 0;
    std::string draft;
    std::optional<std::string> question;
    std::string prompt;
  };
  enum class Last { other, typed, killed, yanked };

  Act press_plain(const Key& key);
  Act press_control(char letter);
  Act press_alt(char letter);
  Act press_in_search(const Key& key);
  Act press_in_question(const Key& key);
  Act complete(bool back);
  void insert(std::string_view text);
  void paste(const std::string& text);
  void ask_about(const std::string& text);
  Act interrupt();
  Act move_to(std::size_t cursor);
  Act erase(std::size_t from, std::size_t to);
  Act kill(std::size_t from, std::size_t to);
  Act yank();
  Act yank_earlier();
  Act transpose();
  Act change_case(char letter);
  Act undo();
  Act up();
  Act down();
  Act show_history(std::size_t at);
  void start_search();
  void search(bool older, bool again);
  void end_search();
  void show_search();
  void remember();

  std::size_t next(std::size_t from) const;
  std::size_t previous(std::size_t from) const;
  std::size_t word_end(std::size_t from) const;
  std::size_t word_begin(std::size_t from) const;
  std::size_t blank_word_begin(std::size_t from) const;
  std::size_t line_begin(std::size_t from) const;
  std::size_t line_end(std::size_t from) const;

  const std::size_t most_;
  Completer completer_;
  std::string prompt_;
  std::string text_;
  std::size_t cursor_ = 0;
  bool secret_ = false;
  bool sure_ = false;
  Aside aside_;
  std::size_t room_ = 0;
  Last last_ = Last::other;
  std::deque<State> undo_;
  std::deque<std::string> kills_;  // the youngest first
  std::size_t yanked_ = 0;         // which of them stands before the cursor
  std::deque<std::string> history_;
  std::size_t at_ = 0;  // in history_; history_.size(): the line itself, which draft_ keeps meanwhile
  std::string draft_;
  std::optional<Search> search_;
  std::optional<std::string> question_;  // the paste it is about
  std::optional<Cycle> cycle_;
};

}  // namespace chat
