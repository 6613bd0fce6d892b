#include "terminal/editor.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <utility>

#include "net_utils.hpp"
#include "terminal/clusters.hpp"

namespace chat {

namespace {

constexpr std::size_t most_history = 1000;  // lines
constexpr std::size_t most_kills = 20;
constexpr std::size_t most_undo = 100;
constexpr std::ptrdiff_t lines_without_question = 5;
constexpr std::size_t bytes_without_question = 2048;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

}  // namespace

// ---- Where things are ----------------------------------------------------------------------------------------------

std::size_t Editor::next(std::size_t from) const {
  for (const Cluster& cluster : clusters_of(text_))
    if (cluster.begin >= from) return cluster.begin + cluster.size;
  return text_.size();
}

std::size_t Editor::previous(std::size_t from) const {
  std::size_t before = 0;
  for (const Cluster& cluster : clusters_of(text_)) {
    if (cluster.begin >= from) break;
    before = cluster.begin;
  }
  return before;
}

std::size_t Editor::word_end(std::size_t from) const {
  bool inside = false;
  for (const Cluster& cluster : clusters_of(text_)) {
    if (cluster.begin < from) continue;
    if (inside && !cluster.word) return cluster.begin;
    inside = inside || cluster.word;
  }
  return text_.size();
}

std::size_t Editor::word_begin(std::size_t from) const {
  std::size_t begin = 0;
  bool inside = false;
  for (const Cluster& cluster : clusters_of(text_)) {
    if (cluster.begin >= from) break;
    if (cluster.word && !inside) begin = cluster.begin;
    inside = cluster.word;
  }
  return begin;
}

std::size_t Editor::blank_word_begin(std::size_t from) const {
  while (from > 0 && is_blank(text_[from - 1])) --from;
  while (from > 0 && !is_blank(text_[from - 1])) --from;
  return from;
}

std::size_t Editor::line_begin(std::size_t from) const {
  const std::size_t newline = from == 0 ? std::string::npos : text_.rfind('\n', from - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

std::size_t Editor::line_end(std::size_t from) const { return std::min(text_.find('\n', from), text_.size()); }

// ---- Keys ----------------------------------------------------------------------------------------------------------

Editor::Act Editor::press(const Key& key) {
  if (key.kind == Key::Kind::focus_in) return Act::focus_in;
  if (key.kind == Key::Kind::focus_out) return Act::focus_out;
  if (question_) return press_in_question(key);
  if (search_) return press_in_search(key);
  if (key.kind != Key::Kind::tab) cycle_.reset();
  const Last before = std::exchange(last_, Last::other);
  const State was{text_, cursor_};
  last_ = before;  // what the key does looks at it, and sets it
  const Act act = press_plain(key);
  if (act == Act::none && last_ == before && before != Last::typed) last_ = Last::other;
  const bool undone = key.kind == Key::Kind::control && key.text == "_";
  if (text_ != was.text && !undone && !secret_ && !(last_ == Last::typed && before == Last::typed)) {
    undo_.push_back(was);
    if (undo_.size() > most_undo) undo_.pop_front();
  }
  return act;
}

Editor::Act Editor::press_plain(const Key& key) {
  const Last before = std::exchange(last_, Last::other);
  switch (key.kind) {
    case Key::Kind::text:
      if (key.alt) {
        if (key.text == "d" || key.text == "D") last_ = before;
        return press_alt(key.text[0]);
      }
      last_ = is_blank(key.text[0]) ? Last::other : Last::typed;
      if (text_.size() + key.text.size() > most_) return Act::refused;
      insert(key.text);
      return Act::none;
    case Key::Kind::paste: paste(key.text); return Act::none;
    case Key::Kind::control: last_ = before; return key.alt ? Act::refused : press_control(key.text[0]);
    case Key::Kind::enter:
      if (!key.alt || secret_) return Act::submit;
      insert("\n");
      return Act::none;
    case Key::Kind::tab: return complete(key.shift);
    case Key::Kind::backspace:
      if (!key.alt) return erase(previous(cursor_), cursor_);
      last_ = before;
      return kill(word_begin(cursor_), cursor_);
    case Key::Kind::remove: return erase(cursor_, next(cursor_));
    case Key::Kind::up: return up();
    case Key::Kind::down: return down();
    case Key::Kind::left: return move_to(key.ctrl || key.alt ? word_begin(cursor_) : previous(cursor_));
    case Key::Kind::right: return move_to(key.ctrl || key.alt ? word_end(cursor_) : next(cursor_));
    case Key::Kind::home: return move_to(line_begin(cursor_));
    case Key::Kind::end: return move_to(line_end(cursor_));
    case Key::Kind::page_up:
    case Key::Kind::page_down:
    case Key::Kind::escape:
    case Key::Kind::focus_in:
    case Key::Kind::focus_out:
    case Key::Kind::unknown: return Act::none;
  }
  return Act::none;
}

Editor::Act Editor::press_control(char letter) {
  const Last before = std::exchange(last_, Last::other);
  switch (letter) {
    case 'a': return move_to(line_begin(cursor_));
    case 'b': return move_to(previous(cursor_));
    case 'c': return interrupt();
    case 'd': return text_.empty() ? Act::end : erase(cursor_, next(cursor_));
    case 'e': return move_to(line_end(cursor_));
    case 'f': return move_to(next(cursor_));
    case 'k': last_ = before; return kill(cursor_, cursor_ == line_end(cursor_) ? next(cursor_) : line_end(cursor_));
    case 'l': return Act::redraw;
    case 'n': return secret_ ? Act::refused : Act::next_room;
    case 'p': return secret_ ? Act::refused : Act::previous_room;
    case 'r': start_search(); return Act::none;
    case 't': return transpose();
    case 'u': last_ = before; return kill(line_begin(cursor_), cursor_);
    case 'w': last_ = before; return kill(blank_word_begin(cursor_), cursor_);
    case 'y': return yank();
    case 'z': return Act::suspend;
    case '_': return undo();
    default: return Act::refused;
  }
}

Editor::Act Editor::press_alt(char letter) {
  if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  if (letter >= '1' && letter <= '9') {
    room_ = static_cast<std::size_t>(letter - '0');
    return Act::numbered_room;
  }
  switch (letter) {
    case 'a': return Act::unread_room;
    case 'b': return move_to(word_begin(cursor_));
    case 'f': return move_to(word_end(cursor_));
    case 'd': return kill(cursor_, word_end(cursor_));
    case 'y': return yank_earlier();
    case 'u':
    case 'l':
    case 'c': return change_case(letter);
    case '<': return history_.empty() ? Act::refused : show_history(0);
    case '>': return show_history(history_.size());
    default: return Act::refused;
  }
}

std::string Editor::take() {
  if (search_) end_search();
  remember();
  std::string line = std::move(text_);
  set({});
  if (!secret_) undo_.clear();
  return line;
}

void Editor::set(std::string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
  at_ = history_.size();
  draft_.clear();
  last_ = Last::other;
  cycle_.reset();
}

void Editor::set_secret(bool secret) {
  if (secret == secret_) return;
  secret_ = secret;
  if (secret) {
    if (search_) end_search();
    aside_ = {{text_, cursor_}, at_, draft_, std::exchange(question_, std::nullopt), std::exchange(prompt_, {})};
    set({});
    return;
  }
  set(std::move(aside_.line.text));
  cursor_ = aside_.line.cursor;
  at_ = aside_.at;
  draft_ = std::move(aside_.draft);
  question_ = std::move(aside_.question);
  prompt_ = std::move(aside_.prompt);
}

// ---- Changing ------------------------------------------------------------------------------------------------------

void Editor::insert(std::string_view text) {
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

Editor::Act Editor::move_to(std::size_t cursor) {
  if (cursor == cursor_) return Act::refused;
  cursor_ = cursor;
  return Act::none;
}

Editor::Act Editor::erase(std::size_t from, std::size_t to) {
  if (from == to) return Act::refused;
  text_.erase(from, to - from);
  cursor_ = from;
  return Act::none;
}

// Kills that follow each other are one: forwards they are appended, backwards put in front.
Editor::Act Editor::kill(std::size_t from, std::size_t to) {
  if (from == to) return Act::refused;
  const std::string killed = text_.substr(from, to - from);
  if (!secret_) {
    if (last_ == Last::killed && !kills_.empty())
      kills_.front() = from == cursor_ ? kills_.front() + killed : killed + kills_.front();
    else
      kills_.push_front(killed);
    if (kills_.size() > most_kills) kills_.pop_back();
  }
  erase(from, to);
  last_ = Last::killed;
  return Act::none;
}

Editor::Act Editor::yank() {
  if (kills_.empty() || secret_ || text_.size() + kills_.front().size() > most_) return Act::refused;
  insert(kills_.front());
  yanked_ = 0;
  last_ = Last::yanked;
  return Act::none;
}

Editor::Act Editor::yank_earlier() {
  const std::string shown = yanked_ < kills_.size() ? kills_[yanked_] : std::string();
  const bool here = cursor_ >= shown.size() && text_.compare(cursor_ - shown.size(), shown.size(), shown) == 0;
  if (kills_.size() < 2 || shown.empty() || !here || secret_) return Act::refused;
  erase(cursor_ - shown.size(), cursor_);
  yanked_ = (yanked_ + 1) % kills_.size();
  insert(kills_[yanked_]);
  last_ = Last::yanked;
  return Act::none;
}

Editor::Act Editor::transpose() {
  const std::size_t right = cursor_ == text_.size() ? previous(cursor_) : cursor_;
  if (right == 0) return Act::refused;
  const std::size_t left = previous(right);
  const std::size_t end = next(right);
  text_ =
      text_.substr(0, left) + text_.substr(right, end - right) + text_.substr(left, right - left) + text_.substr(end);
  cursor_ = end;
  return Act::none;
}

Editor::Act Editor::change_case(char letter) {
  const std::size_t end = word_end(cursor_);
  if (end == cursor_) return Act::refused;
  icu::UnicodeString word = from_utf8(std::string_view(text_).substr(cursor_, end - cursor_));
  if (letter == 'u') word.toUpper(icu::Locale::getRoot());
  if (letter == 'l') word.toLower(icu::Locale::getRoot());
  if (letter == 'c') word.toTitle(nullptr, icu::Locale::getRoot());
  std::string changed;
  word.toUTF8String(changed);
  if (text_.size() - (end - cursor_) + changed.size() > most_) return Act::refused;
  text_.replace(cursor_, end - cursor_, changed);
  cursor_ += changed.size();
  return Act::none;
}

Editor::Act Editor::undo() {
  if (undo_.empty() || secret_) return Act::refused;
  text_ = std::move(undo_.back().text);
  cursor_ = undo_.back().cursor;
  undo_.pop_back();
  return Act::none;
}

// Ctrl-C: what was typed is not lost, Ctrl-Y has it. A password is: the question ends.
Editor::Act Editor::interrupt() {
  if (secret_) {
    set({});
    return Act::end;
  }
  if (text_.empty()) return Act::interrupt;
  cursor_ = text_.size();
  last_ = Last::other;
  kill(0, text_.size());
  last_ = Last::other;
  at_ = history_.size();
  return Act::none;
}

// ---- Pasting -------------------------------------------------------------------------------------------------------

void Editor::paste(const std::string& text) {
  std::string clean = clean_text(text);
  while (clean.ends_with('\n')) clean.pop_back();
  if (secret_) {
    insert(clean.substr(0, clean.find('\n')));
    return;
  }
  const auto lines = std::count(clean.begin(), clean.end(), '\n') + 1;
  const bool large = lines > lines_without_question || clean.size() > bytes_without_question;
  if ((large && !sure_) || text_.size() + clean.size() > most_) return ask_about(clean);
  insert(clean);
}

void Editor::ask_about(const std::string& text) {
  if (text_.size() + text.size() > most_) {
    prompt_ = "The paste has " + std::to_string(text.size()) + " bytes: too long for a message - Enter goes back ";
    question_ = "";
    return;
  }
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  prompt_ = "Paste " + (lines > 1 ? std::to_string(lines) + " lines, " : std::string()) + std::to_string(text.size()) +
            " bytes? y: as it is, j: joined into one line, n: no ";
  question_ = text;
}

Editor::Act Editor::press_in_question(const Key& key) {
  const char letter = key.kind == Key::Kind::text && !key.alt ? key.text[0] : '\0';
  const bool cancelled = key.kind == Key::Kind::escape || question_->empty() || letter == 'n' || letter == 'N' ||
                         (key.kind == Key::Kind::control && (key.text == "c" || key.text == "g"));
  if (key.kind == Key::Kind::control && key.text == "l") return Act::redraw;
  if (!cancelled && letter != 'y' && letter != 'Y' && letter != 'j' && letter != 'J') return Act::refused;
  std::string text = *std::exchange(question_, std::nullopt);
  prompt_.clear();
  if (cancelled) return Act::none;
  if (letter == 'j' || letter == 'J') std::replace(text.begin(), text.end(), '\n', ' ');
  undo_.push_back({text_, cursor_});
  insert(text);
  last_ = Last::other;
  return Act::none;
}

// ---- History -------------------------------------------------------------------------------------------------------

void Editor::remember() {
  if (secret_ || text_.empty() || (!history_.empty() && history_.back() == text_)) return;
  history_.push_back(text_);
  if (history_.size() > most_history) history_.pop_front();
}

Editor::Act Editor::show_history(std::size_t at) {
  if (at == at_ || secret_) return Act::refused;
  if (at_ == history_.size()) draft_ = text_;
  at_ = at;
  text_ = at == history_.size() ? draft_ : history_[at];
  cursor_ = text_.size();
  return Act::none;
}

// In a text of several lines Up and Down move the cursor, at its edges they turn to the history.
Editor::Act Editor::up() {
  const std::size_t begin = line_begin(cursor_);
  if (begin == 0) return at_ == 0 ? Act::refused : show_history(at_ - 1);
  const std::size_t before = line_begin(begin - 1);
  return move_to(before + cut_to_columns(std::string_view(text_).substr(before, begin - 1 - before),
                                         columns_of(std::string_view(text_).substr(begin, cursor_ - begin)))
                              .size());
}

Editor::Act Editor::down() {
  const std::size_t end = line_end(cursor_);
  if (end == text_.size()) return at_ == history_.size() ? Act::refused : show_history(at_ + 1);
  const std::size_t begin = line_begin(cursor_);
  return move_to(end + 1 +
                 cut_to_columns(std::string_view(text_).substr(end + 1, line_end(end + 1) - end - 1),
                                columns_of(std::string_view(text_).substr(begin, cursor_ - begin)))
                     .size());
}

void Editor::start_search() {
  if (secret_) return;
  search_ = Search{{text_, cursor_}, {}, history_.size(), false};
  show_search();
}

void Editor::search(bool older, bool again) {
  Search& now = *search_;
  std::size_t at = now.at;
  if (!again && at == history_.size() && at > 0) --at;
  now.failed = true;
  for (bool first = true;; first = false) {
    if (!first || again) {
      if (older ? at == 0 : at + 1 >= history_.size()) return;
      at = older ? at - 1 : at + 1;
    }
    if (at >= history_.size()) return;
    const std::size_t found = history_[at].rfind(now.wanted);
    if (found == std::string::npos) continue;
    now.at = at;
    now.failed = false;
    text_ = history_[at];
    cursor_ = found;
    return;
  }
}

void Editor::show_search() {
  prompt_ = std::string(search_->failed ? "(not found) " : "(search) ") + search_->wanted + ": ";
}

void Editor::end_search() {
  if (search_->at < history_.size()) {
    if (at_ == history_.size()) draft_ = search_->before.text;
    at_ = search_->at;
  }
  search_.reset();
  prompt_.clear();
}

Editor::Act Editor::press_in_search(const Key& key) {
  const char control = key.kind == Key::Kind::control ? key.text[0] : '\0';
  if (key.kind == Key::Kind::text && !key.alt) {
    search_->wanted += key.text;
    search(true, false);
  } else if (key.kind == Key::Kind::backspace) {
    const auto clusters = clusters_of(search_->wanted);
    search_->wanted.resize(clusters.empty() ? 0 : clusters.back().begin);
    search_->at = history_.size();
    if (!search_->wanted.empty()) search(true, false);
  } else if (control == 'r' || control == 's') {
    search(control == 'r', search_->at < history_.size());
  } else if (control == 'g' || control == 'c' || key.kind == Key::Kind::escape) {
    text_ = search_->before.text;
    cursor_ = search_->before.cursor;
    search_.reset();
    prompt_.clear();
    return Act::none;
  } else if (control == 'l') {
    return Act::redraw;
  } else {
    end_search();
    last_ = Last::other;
    return press(key);
  }
  show_search();
  return search_->failed ? Act::refused : Act::none;
}

// ---- Completion ----------------------------------------------------------------------------------------------------

Editor::Act Editor::complete(bool back) {
  if (!completer_ || secret_) return Act::refused;
  if (!cycle_) {
    Completion found = completer_(text_, cursor_);
    if (found.candidates.empty() || found.begin > cursor_) return Act::refused;
    cycle_ = Cycle{std::move(found), 0, cursor_};
    if (back) cycle_->at = cycle_->found.candidates.size() - 1;
  } else {
    const std::size_t count = cycle_->found.candidates.size();
    cycle_->at = (cycle_->at + (back ? count - 1 : 1)) % count;
  }
  const std::string& candidate = cycle_->found.candidates[cycle_->at];
  if (text_.size() + candidate.size() > most_) return Act::refused;
  text_.replace(cycle_->found.begin, cycle_->end - cycle_->found.begin, candidate);
  cursor_ = cycle_->end = cycle_->found.begin + candidate.size();
  return Act::none;
}

}  // namespace chat
