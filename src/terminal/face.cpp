#include "terminal/face.hpp"

#include <algorithm>
#include <utility>

namespace chat {

namespace {

constexpr auto sequence_time = 500ms;  // for the rest of a key; a lone Escape does little here, so it may wait
constexpr auto paste_time = 50ms;      // without an octet: what is pasted comes without such a pause
constexpr auto interrupt_time = 2s;    // between two Ctrl-C that leave
constexpr auto background_time = 250ms;
constexpr std::size_t most_at_once = 1 << 20;

}  // namespace

Face::Face(View& view, const StopSignals& signals, std::string_view typed, bool sure,
           std::function<void()> at_first_word)
    : view_(view), signals_(signals), tty_(signals), sure_(sure), at_first_word_(std::move(at_first_word)) {
  editor_.set_sure(sure);
  reader_.feed(typed);
  editor_.set_completer([this](std::string_view text, std::size_t cursor) { return view_.complete(text, cursor); });
  view_.attach([this] { return tty_.size(); }, terminal_reflows());
  renew();
}

void Face::close() {
  if (!std::exchange(open_, false)) return;
  view_.detach();
  tty_.give_back();
}

// After a stop, or at the beginning.
void Face::renew() {
  if (tty_.raw()) return view_.resized();
  if (!tty_.make_raw()) return view_.lose();
  show();
  view_.regain();
}

void Face::show() {
  InputArea area;
  area.prompt = editor_.prompt().empty() ? prompt_ : editor_.prompt();
  if (!editor_.secret()) {
    area.text = editor_.text();
    area.cursor = editor_.cursor();
  }
  view_.edit(area);
}

LineInput::Outcome Face::next(std::string& line, Clock::time_point until, bool accepting) {
  while (true) {
    if (tty_.changed()) renew();
    while (const auto key = reader_.next()) {
      if (const auto outcome = press(*key, line, accepting)) {
        show();
        return *outcome;
      }
    }
    show();
    if (!tty_.raw()) {  // in the background nobody may read; no signal says when that is over
      const auto look_again = Clock::now() + background_time;
      if (wait_for(Socket(), Want::hangup, std::min(until, look_again), &signals_.waker()).woken)
        return LineInput::Outcome::woken;
      if (Clock::now() >= until) return LineInput::Outcome::timeout;
      renew();
      continue;
    }
    auto wait_until = until;
    if (reader_.unfinished()) wait_until = std::min(until, Clock::now() + sequence_time);
    if (reader_.holds_paste()) wait_until = std::min(until, heard_at_ + paste_time);
    std::string octets;
    switch (read_input(octets, wait_until, &signals_.waker())) {
      case Input::octets: break;
      case Input::end: return LineInput::Outcome::end;
      case Input::woken: return LineInput::Outcome::woken;
      case Input::timeout:
        if (reader_.holds_paste()) {
          if (Clock::now() < heard_at_ + paste_time) return LineInput::Outcome::timeout;
          reader_.settle();
          continue;
        }
        if (Clock::now() >= until) return LineInput::Outcome::timeout;
        reader_.expire();
        continue;
    }
    // All that is here: a paste comes in pieces.
    while (octets.size() < most_at_once && read_input(octets, Clock::now(), nullptr) == Input::octets) {
    }
    reader_.feed(octets);
    heard_at_ = Clock::now();
  }
}

std::optional<LineInput::Outcome> Face::press(const Key& key, std::string& line, bool accepting) {
  // A command needs no names until there is a Tab.
  const bool says =
      key.kind == Key::Kind::text && !(editor_.text().empty() ? key.text : editor_.text()).starts_with('/');
  if (at_first_word_ && !editor_.secret() && (says || key.kind == Key::Kind::tab))
    std::exchange(at_first_word_, nullptr)();
  switch (editor_.press(key)) {
    case Editor::Act::submit:
      if (!accepting) {
        view_.report("* not sent yet: too much waits for the host to take it - press Enter again later\n");
        return std::nullopt;
      }
      line = editor_.take();
      return LineInput::Outcome::line;
    case Editor::Act::end: return LineInput::Outcome::end;
    case Editor::Act::interrupt: interrupt(); return std::nullopt;
    case Editor::Act::suspend:
      view_.lose_cleanly();
      tty_.give_back();
      tty_.suspend();
      return std::nullopt;
    case Editor::Act::redraw: view_.clear(); return std::nullopt;
    case Editor::Act::next_room: view_.focus_next(1); return std::nullopt;
    case Editor::Act::previous_room: view_.focus_next(-1); return std::nullopt;
    case Editor::Act::unread_room: view_.focus_unread(); return std::nullopt;
    case Editor::Act::numbered_room: view_.focus_number(editor_.room()); return std::nullopt;
    case Editor::Act::none:
    case Editor::Act::refused: return std::nullopt;
    case Editor::Act::focus_in: view_.look(true); return std::nullopt;
    case Editor::Act::focus_out: view_.look(false); return std::nullopt;
  }
  return std::nullopt;
}

void Face::interrupt() {
  const auto now = Clock::now();
  if (sure_) return tty_.interrupt();
  if (interrupted_ != Clock::time_point::min() && now - interrupted_ < interrupt_time) return tty_.interrupt();
  interrupted_ = now;
  view_.report("* Ctrl-C once more leaves\n");
}

}  // namespace chat
