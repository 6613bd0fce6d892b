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

void View::hush() {
  MutexLock lock(mu_);
  hushed_ = true;
}

void View::be_scripted() {
  MutexLock lock(mu_);
  scripted_ = true;
}

void View::tick() {
  MutexLock lock(mu_);
  if (ticking_) write_error(".");
}

// What comes next has a line of its own.
void View::end_ticking() {
  if (std::exchange(ticking_, false)) error("\n");
}

void View::show(const Event& event) {
  MutexLock lock(mu_);
  end_ticking();
  if (json_ && !is_unwanted(event)) put(json_line(event));
  if (const auto* arrived = std::get_if<PostArrived>(&event)) {
    this->arrived(*arrived);
  } else if (const auto* entered = std::get_if<RoomEntered>(&event)) {
    this->entered(*entered);
  } else if (const auto* letter = std::get_if<LetterArrived>(&event)) {
    this->letter(*letter);
  } else if (const auto* failed = std::get_if<LetterFailed>(&event)) {
    this->failed(*failed);
  } else if (const auto* changed = std::get_if<KeyChanged>(&event)) {
    error("! " + printable(changed->name) + " has another key than before" +
          (changed->was_compared ? ", not the one you compared" : "") + ": a new session, or somebody else - /verify " +
          printable(changed->name) + " shows the number\n");
  } else if (const auto* number = std::get_if<SafetyNumber>(&event)) {
    tell(safety_lines(*number));
  } else if (const auto* refused = std::get_if<RoomRefused>(&event)) {
    // What a script says behind it is meant for it, and what was pasted.
    if ((scripted_ || !screen_) && !refused->leaving) lost_focus_ = refused->room;
  } else if (const auto* left = std::get_if<RoomLeft>(&event)) {
    this->left(*left);
  } else if (const auto* taken = std::get_if<Acknowledged>(&event)) {
    acknowledged(taken->message);
    if (std::exchange(not_stored_, false)) status("* it got through now\n");
    refresh();
  } else if (const auto* gap = std::get_if<GapSeen>(&event)) {
    return_ ? static_cast<void>(return_->gaps += gap_line(*gap)) : error(gap_line(*gap));
  } else if (const auto* refusal = std::get_if<NotStoredYet>(&event)) {
    if (!std::exchange(not_stored_, true)) error(not_stored_line(*refusal));
  } else if (const auto* not_sent = std::get_if<Refusal>(&event)) {
    std::erase_if(pending_, [&](const Pending& each) { return each.message == not_sent->message; });
    undone("! not sent: " + printable(not_sent->text) + "\n");
    refresh();
  } else if (const auto* page = std::get_if<PastArrived>(&event)) {
    past(*page);
  } else if (const auto* host = std::get_if<HostAnswered>(&event)) {
    answered(*host);
  } else if (std::holds_alternative<CheckingPassword>(event)) {
    if (screen_ && !hushed_) write("* checking password\n");
    ticking_ = !screen_ && !hushed_ && input_is_terminal();
    if (ticking_) error("checking password ");
  } else if (const auto* warning = std::get_if<Warning>(&event)) {
    error("! " + printable(warning->text) + "\n");
  } else if (const auto* in = std::get_if<LoggedIn>(&event)) {
    logged_in(*in);
  } else if (const auto* lost = std::get_if<Lost>(&event)) {
    lost_ = *lost;
    show_missed();
  } else if (const auto* retry = std::get_if<Retrying>(&event)) {
    retrying(*retry);
  }
}

void View::say(std::string_view lines) {
  MutexLock lock(mu_);
  end_ticking();
  tell(lines);
}

void View::say_linked(const std::string& lines) {
  MutexLock lock(mu_);
  tell(json_ ? lines : looks_.linked(lines));
}

void View::tell(std::string_view lines) { json_ ? put(json_lines(lines)) : write(lines); }

// What its user does not want to see.
bool View::is_unwanted(const Event& event) const {
  if (const auto* arrived = std::get_if<PostArrived>(&event))
    return arrived->own ? !echo_ : !ignored_.empty() && is_ignored(arrived->post.sender);
  if (const auto* letter = std::get_if<LetterArrived>(&event)) return letter->own ? !echo_ : is_ignored(letter->from);
  if (const auto* past = std::get_if<PastArrived>(&event)) return past->search != 0;
  return false;
}

void View::report(std::string_view lines) {
  MutexLock lock(mu_);
  end_ticking();
  error(lines);
}

void View::refuse(std::string_view line) {
  MutexLock lock(mu_);
  tell_undone(line);
}

void View::fail(std::string_view why) {
  MutexLock lock(mu_);
  failed_ = true;
  if (json_) put(json_error(why));
}

// Whole lines to stdout.
void View::write(std::string_view lines) {
  if (json_) return;
  if (!screen_) return put(lines);
  if (return_) {
    return_->others += lines;
    return;
  }
  fit();
  list_pending();
  put(screen_->print(lines, area_));
}

void View::error(std::string_view lines) { screen_&& errors_too_ ? write(lines) : write_error(lines); }

void View::undone(std::string_view lines) {
  failed_ = true;
  error(lines);
}

void View::tell_undone(std::string_view line) {
  if (json_) put(json_error(line));
  undone(line);
}

void View::status(std::string_view lines) {
  if (!hushed_) error(lines);
}

void View::moved(std::string_view lines) { screen_ ? error(lines) : status(lines); }

void View::put(std::string_view lines) {
  while (!broken_ && !lines.empty()) {
    switch (write_output(lines, Clock::now() + (giving_up_ ? 0ms : 200ms))) {
      case Written::all: return;
      case Written::failed: broken_ = true; return;
      case Written::late:
        // Whoever would tell us to give up may be waiting for us to be done.
        if (giving_up_ || (signals_ && signals_->caught())) return;
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
  show_missed();
  show_folded(Clock::now());
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

void View::sent(const std::string& room, std::uint64_t message, const std::string& text) {
  MutexLock lock(mu_);
  // Unless the network was faster.
  if (message > acknowledged_) add_pending({room, message, 0, name_ + ": " + text.substr(0, text.find('\n'))});
}

std::vector<std::string> View::unsaid() {
  MutexLock lock(mu_);
  std::vector<std::string> lines;
  for (const Pending& each : pending_)
    if (each.letter == 0) lines.push_back(printable(each.line));
  return lines;
}

void View::written(std::uint64_t letter, const std::string& to, const std::string& text) {
  MutexLock lock(mu_);
  if (letter > done_with_) add_pending({{}, 0, letter, "[you -> " + to + "] " + text.substr(0, text.find('\n'))});
}

void View::add_pending(Pending said) {
  pending_.push_back(std::move(said));
  refresh();
}

void View::refresh() {
  if (list_pending()) put(screen_->update(area_));
}

void View::acknowledged(std::uint64_t message) {
  const std::uint64_t last = acknowledged_ = std::max(acknowledged_, message);
  std::erase_if(pending_, [&](const Pending& each) { return each.letter == 0 && each.message <= last; });
}

void View::done_with(std::uint64_t letter) {
  done_with_ = std::max(done_with_, letter);
  std::erase_if(pending_, [&](const Pending& each) { return each.letter != 0 && each.letter == letter; });
}

// To see a safety number is a wish of its own, and no letter.
void View::failed(const LetterFailed& event) {
  done_with(event.letter);
  const std::string what = event.letter == 0 ? std::string() : "not sent to " + printable(event.to) + ": ";
  undone("! " + what + printable(event.why) + "\n");
  refresh();
}

// Brings the area up to date; true when that changed it.
bool View::list_pending() {
  std::vector<std::string> lines;
  for (const Pending& each : pending_) lines.push_back(each.line);
  if (lines == area_.pending) return false;
  area_.pending = std::move(lines);
  return screen_.has_value();
}

void View::redraw_prompt() {
  if (!screen_ || !own_prompt_) return;
  fit();
  area_.prompt = prompt();
  put(screen_->update(area_));
}

void View::resized() {
  MutexLock lock(mu_);
  if (screen_) fit();
}

void View::clear() {
  MutexLock lock(mu_);
  if (!screen_) return;
  put(screen_->clear());
  for (const Place& place : places_) cleared_.insert(place.room);
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
  if (!std::exchange(met_, true) && !hushed_) write("Connected to " + place_ + "\n");
  const std::string security = security_line(event);
  if (std::exchange(security_, security) != security) status(security);
}

void View::logged_in(const LoggedIn& event) {
  if (event.by_password) {
    if (!met_) {
      if (!hushed_) write("Authenticated as " + printable(event.name) + "\n");
      name_ = event.name;
    }
    connected(host_);
  }
  if (!event.changed) since_ = Clock::now();
  if (event.again && !event.changed) {
    return_ = Return{event.away, {}, {}, {}, false, since_, since_};
    presences_.came_back(Clock::now());
    if (!screen_) show_missed();
  }
  const bool taken = !event.wanted.empty() && event.wanted != event.name;
  if (std::exchange(name_, event.name) != event.name || (taken && !event.again)) {
    const std::string why = taken ? ", since " + printable(event.wanted) + " is taken - /nick NAME takes another" : "";
    const std::string line = "* you are " + std::string(event.again ? "now " : "") + printable(event.name) + why + "\n";
    event.again ? moved(line) : status(line);
  }
  if (event.again) return;
  came(std::string(lobby));
  write(looks_.linked(motd_lines(event.motd)));
}

std::string View::fingerprint() {
  MutexLock lock(mu_);
  if (!host_.secure) return "* this connection is not encrypted: there is no key\n";
  return "* the host's key is " + printable(host_.fingerprint) + "\n" + security_line(host_);
}

std::size_t View::width() {
  MutexLock lock(mu_);
  return static_cast<std::size_t>((screen_ ? size_() : ScreenSize()).columns);
}

std::chrono::milliseconds View::connected_for() {
  MutexLock lock(mu_);
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since_);
}

void View::retrying(const Retrying& event) {
  if (event.why.empty())
    error(lost_line(place_, lost_, event));
  else if (is_told(event.attempt))
    error(retry_line(event));
}

}  // namespace chat
