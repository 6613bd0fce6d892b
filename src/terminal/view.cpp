#include "terminal/view.hpp"

#include <algorithm>
#include <utility>

#include "terminal/format.hpp"
#include "terminal/json.hpp"
#include "terminal/tty.hpp"

namespace chat {

void write_error(std::string_view lines) { write_errors(lines, Clock::now() + 1s); }

int exit_code_of(const StopSignals& signals) { return signals.interrupted() ? 130 : 143; }

void View::set_looks(Looks looks) {
  MutexLock lock(mu_);
  looks_ = std::move(looks);
}

void View::speak_json() {
  MutexLock lock(mu_);
  json_ = true;
}

void View::tick() {
  MutexLock lock(mu_);
  if (ticking_) write_error(".");
}

void View::show(const Event& event) {
  MutexLock lock(mu_);
  if (std::exchange(ticking_, false)) error("\n");
  if (json_ && !is_unwanted(event)) put(json_line(event));
  if (const auto* arrived = std::get_if<PostArrived>(&event)) {
    this->arrived(*arrived);
  } else if (const auto* entered = std::get_if<RoomEntered>(&event)) {
    this->entered(*entered);
  } else if (const auto* letter = std::get_if<LetterArrived>(&event)) {
    this->letter(*letter);
  } else if (const auto* failed = std::get_if<LetterFailed>(&event)) {
    error("! not sent to " + printable(failed->to) + ": " + printable(failed->why) + "\n");
  } else if (const auto* changed = std::get_if<KeyChanged>(&event)) {
    error("! " + printable(changed->name) + " has another key than before" +
          (changed->was_compared ? ", not the one you compared" : "") + ": a new session, or somebody else - /verify " +
          printable(changed->name) + " shows the number\n");
  } else if (const auto* number = std::get_if<SafetyNumber>(&event)) {
    write(safety_lines(*number));
  } else if (const auto* left = std::get_if<RoomLeft>(&event)) {
    this->left(*left);
  } else if (const auto* taken = std::get_if<Acknowledged>(&event)) {
    acknowledged(taken->message);
    if (std::exchange(not_stored_, false)) error("* it is stored now\n");
    if (list_pending()) put(screen_->update(area_));
  } else if (const auto* gap = std::get_if<GapSeen>(&event)) {
    error(gap_line(*gap));
  } else if (const auto* refusal = std::get_if<NotStoredYet>(&event)) {
    if (!std::exchange(not_stored_, true)) error(not_stored_line(*refusal));
  } else if (const auto* refused = std::get_if<Refusal>(&event)) {
    std::erase_if(pending_, [&](const Pending& each) { return each.message == refused->message; });
    error("! not sent: " + printable(refused->text) + "\n");
  } else if (const auto* page = std::get_if<PastArrived>(&event)) {
    past(*page);
  } else if (const auto* host = std::get_if<HostAnswered>(&event)) {
    answered(*host);
  } else if (std::holds_alternative<CheckingPassword>(event)) {
    if (screen_) write("* checking password\n");
    if (!screen_ && input_is_terminal()) error("checking password ");
    ticking_ = !screen_ && input_is_terminal();
  } else if (const auto* warning = std::get_if<Warning>(&event)) {
    error("! " + printable(warning->text) + "\n");
  } else if (const auto* in = std::get_if<LoggedIn>(&event)) {
    logged_in(*in);
  } else if (const auto* lost = std::get_if<Lost>(&event)) {
    lost_ = *lost;
  } else if (const auto* retry = std::get_if<Retrying>(&event)) {
    retrying(*retry);
  }
}

void View::say(std::string_view lines) {
  MutexLock lock(mu_);
  json_ ? put(json_lines(lines)) : write(lines);
}

// What its user does not want to see.
bool View::is_unwanted(const Event& event) const {
  if (const auto* arrived = std::get_if<PostArrived>(&event))
    return arrived->own ? !echo_ : !ignored_.empty() && is_ignored(arrived->post.sender);
  if (const auto* letter = std::get_if<LetterArrived>(&event)) return letter->own ? !echo_ : is_ignored(letter->from);
  return false;
}

void View::report(std::string_view lines) {
  MutexLock lock(mu_);
  error(lines);
}

// Whole lines to stdout.
void View::write(std::string_view lines) {
  if (json_) return;
  if (!screen_) return put(lines);
  fit();
  list_pending();
  put(screen_->print(lines, area_));
}

void View::error(std::string_view lines) { screen_&& errors_too_ ? write(lines) : write_error(lines); }

void View::put(std::string_view lines) {
  while (!broken_ && !lines.empty()) {
    switch (write_output(lines, Clock::now() + (giving_up_ ? 0ms : 200ms))) {
      case Written::all: return;
      case Written::failed: broken_ = true; return;
      case Written::late:
        if (giving_up_) return;
    }
  }
}

// ---- The line being typed ------------------------------------------------------------------------------------------

void View::attach(std::function<ScreenSize()> size, bool reflows) {
  MutexLock lock(mu_);
  size_ = std::move(size);
  errors_too_ = errors_go_to_terminal();
  screen_.emplace(size_(), reflows, looks_.color());
}

void View::detach() {
  MutexLock lock(mu_);
  if (!screen_) return;
  put(screen_->hide());
  screen_.reset();
}

// What has changed since the last look: a signal says so, but not before we draw.
void View::fit() { put(screen_->resize(size_())); }

void View::edit(const InputArea& area) {
  MutexLock lock(mu_);
  if (!screen_) return;
  fit();
  area_ = area;
  own_prompt_ = area.prompt.empty();
  if (own_prompt_) area_.prompt = prompt();
  list_pending();
  put(screen_->update(area_));
}

void View::sent(std::uint64_t message, const std::string& text) {
  MutexLock lock(mu_);
  if (message <= acknowledged_) return;  // the network was faster
  pending_.push_back({message, name_ + ": " + text.substr(0, text.find('\n'))});
  if (screen_ && list_pending()) put(screen_->update(area_));
}

void View::acknowledged(std::uint64_t message) {
  acknowledged_ = std::max(acknowledged_, message);
  while (!pending_.empty() && pending_.front().message <= acknowledged_) pending_.pop_front();
}

// Brings the area up to date; true when that changed it.
bool View::list_pending() {
  std::vector<std::string> lines;
  for (const Pending& each : pending_) lines.push_back(each.line);
  if (lines == area_.pending) return false;
  area_.pending = std::move(lines);
  return screen_.has_value();
}

// Who may be addressed: everybody who was seen to come or heard, but not oneself.
void View::notice_person(const PostArrived& arrived) {
  const Post& post = arrived.post;
  if (arrived.own || post.sender == name_) return;
  if (post.kind == PostKind::leave && post.room == lobby) people_.left(post.sender);
  if (post.kind == PostKind::rename) {
    people_.left(post.sender);
    people_.spoke(post.body);
  }
  const bool said = post.kind == PostKind::message || post.kind == PostKind::action;
  if (said || post.kind == PostKind::join) people_.spoke(post.sender);
}

// ---- Rooms ---------------------------------------------------------------------------------------------------------

std::vector<View::Place>::iterator View::place_of(const std::string& room) {
  return std::find_if(places_.begin(), places_.end(), [&](const Place& place) { return place.room == room; });
}

std::string View::focus() {
  MutexLock lock(mu_);
  return places_[focus_].room;
}

bool View::is_in(const std::string& room) {
  MutexLock lock(mu_);
  return place_of(room) != places_.end();
}

void View::move_focus(std::size_t at) {
  focus_ = at;
  places_[at].unread = 0;
  redraw_prompt();
}

void View::set_focus(const std::string& room) {
  MutexLock lock(mu_);
  if (const auto place = place_of(room); place != places_.end())
    move_focus(static_cast<std::size_t>(place - places_.begin()));
}

void View::focus_next(int step) {
  MutexLock lock(mu_);
  move_focus((focus_ + places_.size() + static_cast<std::size_t>(step + 1) - 1) % places_.size());
}

void View::focus_number(std::size_t number) {
  MutexLock lock(mu_);
  if (number >= 1 && number <= places_.size()) move_focus(number - 1);
}

void View::focus_unread() {
  MutexLock lock(mu_);
  for (std::size_t i = 1; i < places_.size(); ++i) {
    const std::size_t at = (focus_ + i) % places_.size();
    if (places_[at].unread > 0) return move_focus(at);
  }
}

// Where what is typed goes, and where something new was said.
std::string View::prompt() const {
  const std::string& here = places_[focus_].room;
  std::string text = here.starts_with('@') ? "[" + here + " sealed" : "[#" + here;
  for (const Place& place : places_)
    if (place.unread > 0) text += " | " + place.room + " " + std::to_string(place.unread);
  return text + "] ";
}

void View::open_query(const std::string& name) {
  MutexLock lock(mu_);
  if (place_of("@" + name) == places_.end()) places_.push_back({"@" + name, 0});
  move_focus(static_cast<std::size_t>(place_of("@" + name) - places_.begin()));
}

void View::close_query() {
  MutexLock lock(mu_);
  if (!places_[focus_].room.starts_with('@')) return;
  places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(focus_));
  move_focus(0);
}

void View::be(const std::string& name) {
  MutexLock lock(mu_);
  name_ = name;
}

void View::ignore(const std::string& name, bool ignored) {
  MutexLock lock(mu_);
  std::erase_if(ignored_, [&](const std::string& each) { return look_alike(each, name); });
  if (ignored) ignored_.push_back(name);
}

std::vector<std::string> View::ignored() {
  MutexLock lock(mu_);
  return ignored_;
}

bool View::is_ignored(const std::string& name) const {
  return std::any_of(ignored_.begin(), ignored_.end(), [&](const std::string& each) { return look_alike(each, name); });
}

void View::letter(const LetterArrived& event) {
  if (!event.own && is_ignored(event.from)) return;
  if (!event.own) people_.spoke(event.from);
  transcript_.add(event);
  if (!event.own) {
    mark_unread();
    call_user(event.from, "a private message", event.time_ms);
  }
  const auto place = place_of("@" + event.from);
  if (!event.own && place != places_.end() && place != places_.begin() + static_cast<std::ptrdiff_t>(focus_)) {
    ++place->unread;
    if (own_prompt_) area_.prompt = prompt();
  }
  write(looks_.letter(event));
}

// ---- Looking elsewhere, looking back -------------------------------------------------------------------------------

void View::look(bool here) {
  MutexLock lock(mu_);
  looks_away_ = !here;
  marked_ = false;
}

void View::set_notice(Notice notice) {
  MutexLock lock(mu_);
  notice_ = notice;
}

void View::set_notice(Notice notice, std::string sound) {
  MutexLock lock(mu_);
  notice_ = notice;
  sound_ = std::move(sound);
}

// A terminal that does not tell whether it is looked at may be looked at. What is old calls nobody.
void View::call_user(const std::string& from, const std::string& text, std::uint64_t time_ms) {
  constexpr std::uint64_t old_ms = 60'000;
  if (!screen_ || !looks_away_ || notice_ == Notice::off || time_ms + old_ms < unix_ms()) return;
  put(notice_sequence(notice_, from, text));
  if (!sound_.empty()) play_sound(sound_);
}

void View::mark_unread() {
  if (!screen_ || !looks_away_ || std::exchange(marked_, true)) return;
  write(looks_.color() ? "\x1b[2m---- new ----\x1b[0m\n" : "---- new ----\n");
}

void View::keep(const PostArrived& arrived) {
  transcript_.add(arrived);
  if (transcript_.failed()) error("! the log could not be written, and is closed - /log FILE begins another\n");
}

std::optional<std::string> View::log_to(const std::string& file) {
  MutexLock lock(mu_);
  return transcript_.log_to(file);
}

void View::search(const std::string& words, bool history_follows) {
  constexpr std::size_t most = 50;
  MutexLock lock(mu_);
  const auto found = transcript_.find(words, most);
  std::string lines = "* " + std::to_string(found.all) + (found.all == 1 ? " line" : " lines") + " with " +
                      printable(words) +
                      (found.all > most ? ", the last 50:"
                       : found.all > 0  ? ":"
                                        : "") +
                      "\n";
  for (const std::string& line : found.lines) lines += line + "\n";
  if (history_follows) searching_ = words;
  json_ ? put(json_lines(lines)) : write(lines);
}

void View::past(const PastArrived& event) {
  const auto words = std::exchange(searching_, std::nullopt);
  if (!words) return write(past_lines(event));
  std::string lines;
  for (const PostArrived& post : event.posts) {
    const bool said = post.post.kind == PostKind::message || post.post.kind == PostKind::action;
    if (!said) continue;
    const std::string line = transcript_line(post);
    if (has_words(line, *words)) lines += line + "\n";
  }
  if (!event.kept) return;
  write(lines.empty() ? "* nothing more in the history\n" : "* and earlier:\n" + lines);
}

void View::redraw_prompt() {
  if (!screen_ || !own_prompt_) return;
  fit();
  area_.prompt = prompt();
  put(screen_->update(area_));
}

void View::arrived(const PostArrived& event) {
  notice_person(event);
  const Post& post = event.post;
  if (event.own) acknowledged(post.message);
  if (!ignored_.empty() && !event.own && is_ignored(post.sender)) return;
  const bool said = post.kind == PostKind::message || post.kind == PostKind::action;
  const bool elsewhere = post.room != places_[focus_].room;
  if (const auto place = place_of(post.room); elsewhere && said && !event.own && place != places_.end()) {
    ++place->unread;
    if (own_prompt_) area_.prompt = prompt();
  }
  keep(event);
  if (said && !event.own) {
    mark_unread();
    if (mentions(post.body, name_)) call_user(post.sender, "names you in #" + post.room, post.time_ms);
  }
  if (!echo_ && event.own && post.kind == PostKind::message) return;
  const bool named = screen_ ? elsewhere : post.room != lobby;
  write(looks_.post(event, name_, named ? post.room : std::string()));
}

void View::entered(const RoomEntered& event) {
  if (place_of(event.room) == places_.end()) places_.push_back({event.room, 0});
  if (event.again) return;
  focus_ = static_cast<std::size_t>(place_of(event.room) - places_.begin());
  if (own_prompt_) area_.prompt = prompt();
  error("* you are in #" + printable(event.room) + " (" + std::to_string(event.members) + " here" +
        (event.locked ? ", with a password" : "") + ")\n");
  if (event.topic && !event.topic->post.body.empty())
    error(topic_line(*event.topic, printable(event.topic->post.sender)));
}

void View::left(const RoomLeft& event) {
  if (const auto place = place_of(event.room); place != places_.end()) {
    const auto at = static_cast<std::size_t>(place - places_.begin());
    places_.erase(place);
    if (focus_ == at) focus_ = 0;
    if (focus_ > at) --focus_;
    if (own_prompt_) area_.prompt = prompt();
  }
  if (event.why.empty())
    error("* you left #" + printable(event.room) + "\n");
  else
    error("! you are not in #" + printable(event.room) + " any more: " + printable(event.why) + " - /join " +
          printable(event.room) + " tries to enter it\n");
  if (event.unsaid > 0)
    error("! not sent: " + std::to_string(event.unsaid) + (event.unsaid == 1 ? " message" : " messages") + " for #" +
          printable(event.room) + "\n");
}

Completion View::complete(std::string_view text, std::size_t cursor) {
  MutexLock lock(mu_);
  std::vector<std::string> rooms;
  for (const Place& place : places_) rooms.push_back(place.room);
  return chat::complete(people_, rooms, text, cursor);
}

void View::resized() {
  MutexLock lock(mu_);
  if (screen_) fit();
}

void View::clear() {
  MutexLock lock(mu_);
  if (screen_) put(screen_->clear());
}

void View::regain() {
  MutexLock lock(mu_);
  if (!screen_) return;
  fit();
  put(screen_->again());
}

void View::lose() {
  MutexLock lock(mu_);
  if (screen_) screen_->forget();
}

void View::lose_cleanly() {
  MutexLock lock(mu_);
  if (screen_) put(screen_->hide());
}

// ---- Events --------------------------------------------------------------------------------------------------------

// A host with a password is one only when the log-in has succeeded.
void View::answered(const HostAnswered& event) {
  host_ = event;
  if (event.how != Trusted::by_password) connected(event);
}

void View::connected(const HostAnswered& event) {
  if (!std::exchange(met_, true)) write("Connected to " + place_ + "\n");
  const std::string security = security_line(event);
  if (std::exchange(security_, security) != security) error(security);
}

void View::logged_in(const LoggedIn& event) {
  if (event.by_password) {
    if (!met_) {
      write("Authenticated as " + printable(event.name) + "\n");
      name_ = event.name;
    }
    connected(host_);
  }
  if (event.again && !event.changed) error("* back after " + duration_text(event.away) + "\n");
  if (std::exchange(name_, event.name) != event.name)
    error("* you are " + std::string(event.again ? "now " : "") + printable(event.name) + "\n");
  if (!event.again) write(motd_lines(event.motd));
}

void View::retrying(const Retrying& event) {
  if (event.attempt == 1)
    error(lost_line(place_, lost_, event));
  else if (is_told(event.attempt))
    error(retry_line(event));
}

}  // namespace chat
