#include "terminal/view.hpp"

#include <utility>

#include "terminal/format.hpp"
#include "terminal/tty.hpp"

namespace chat {

void write_error(std::string_view lines) { write_errors(lines, Clock::now() + 1s); }

int exit_code_of(const StopSignals& signals) { return signals.interrupted() ? 130 : 143; }

void View::set_looks(Looks looks) {
  MutexLock lock(mu_);
  looks_ = std::move(looks);
}

void View::tick() {
  MutexLock lock(mu_);
  if (ticking_) write_error(".");
}

void View::show(const Event& event) {
  MutexLock lock(mu_);
  if (std::exchange(ticking_, false)) error("\n");
  if (const auto* arrived = std::get_if<PostArrived>(&event)) {
    notice_person(*arrived);
    if (arrived->own) acknowledged(arrived->post.message);
    if (echo_ || !arrived->own || arrived->post.kind != PostKind::message) write(looks_.post(*arrived, name_));
  } else if (const auto* taken = std::get_if<Acknowledged>(&event)) {
    acknowledged(taken->message);
    if (std::exchange(not_stored_, false)) error("* it is stored now\n");
    if (list_pending()) put(screen_->update(area_));
  } else if (const auto* gap = std::get_if<GapSeen>(&event)) {
    error(gap_line(*gap));
  } else if (const auto* refusal = std::get_if<NotStoredYet>(&event)) {
    if (!std::exchange(not_stored_, true)) error(not_stored_line(*refusal));
  } else if (const auto* past = std::get_if<PastArrived>(&event)) {
    write(past_lines(*past));
  } else if (const auto* host = std::get_if<HostAnswered>(&event)) {
    answered(*host);
  } else if (std::holds_alternative<CheckingPassword>(event)) {
    if (input_is_terminal()) error("checking password ");
    ticking_ = input_is_terminal();
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
  write(lines);
}

void View::report(std::string_view lines) {
  MutexLock lock(mu_);
  error(lines);
}

// Whole lines to stdout.
void View::write(std::string_view lines) {
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
  if (post.kind == PostKind::leave) people_.left(post.sender);
  if (post.kind == PostKind::message || post.kind == PostKind::join) people_.spoke(post.sender);
}

Completion View::complete(std::string_view text, std::size_t cursor) {
  MutexLock lock(mu_);
  return chat::complete(people_, text, cursor);
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
  if (event.again) error("* back after " + duration_text(event.away) + "\n");
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
