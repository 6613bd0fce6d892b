#include "terminal/view.hpp"

#include <cstdio>
#include <utility>

#include "terminal/format.hpp"

namespace chat {

void write_error(std::string_view lines) {
  std::fwrite(lines.data(), 1, lines.size(), stderr);
  std::fflush(stderr);
}

int exit_code_of(const StopSignals& signals) { return signals.interrupted() ? 130 : 143; }

void View::tick() {
  MutexLock lock(mu_);
  if (ticking_) write_error(".");
}

void View::show(const Event& event) {
  MutexLock lock(mu_);
  if (std::exchange(ticking_, false)) write_error("\n");
  if (const auto* arrived = std::get_if<PostArrived>(&event)) {
    if (echo_ || !arrived->own || arrived->post.kind != PostKind::message) write(post_lines(*arrived));
  } else if (const auto* gap = std::get_if<GapSeen>(&event)) {
    write_error(gap_line(*gap));
  } else if (const auto* refusal = std::get_if<NotStoredYet>(&event)) {
    if (!std::exchange(not_stored_, true)) write_error(not_stored_line(*refusal));
  } else if (std::holds_alternative<Acknowledged>(event)) {
    if (std::exchange(not_stored_, false)) write_error("* it is stored now\n");
  } else if (const auto* past = std::get_if<PastArrived>(&event)) {
    write(past_lines(*past));
  } else if (const auto* host = std::get_if<HostAnswered>(&event)) {
    answered(*host);
  } else if (std::holds_alternative<CheckingPassword>(event)) {
    if (input_is_terminal()) write_error("checking password ");
    ticking_ = input_is_terminal();
  } else if (const auto* warning = std::get_if<Warning>(&event)) {
    write_error("! " + printable(warning->text) + "\n");
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

void View::write(std::string_view lines) {
  while (!broken_ && !lines.empty()) {
    switch (write_output(lines, Clock::now() + (giving_up_ ? 0ms : 200ms))) {
      case Written::all: return;
      case Written::failed: broken_ = true; return;
      case Written::late:
        if (giving_up_) return;
    }
  }
}

// A host with a password is one only when the log-in has succeeded.
void View::answered(const HostAnswered& event) {
  host_ = event;
  if (event.how != Trusted::by_password) connected(event);
}

void View::connected(const HostAnswered& event) {
  if (!std::exchange(met_, true)) write("Connected to " + place_ + "\n");
  const std::string security = security_line(event);
  if (std::exchange(security_, security) != security) write_error(security);
}

void View::logged_in(const LoggedIn& event) {
  if (event.by_password) {
    if (!met_) {
      write("Authenticated as " + printable(event.name) + "\n");
      name_ = event.name;
    }
    connected(host_);
  }
  if (event.again) write_error("* back after " + duration_text(event.away) + "\n");
  if (std::exchange(name_, event.name) != event.name)
    write_error("* you are " + std::string(event.again ? "now " : "") + printable(event.name) + "\n");
  if (!event.again) write(motd_lines(event.motd));
}

void View::retrying(const Retrying& event) {
  if (event.attempt == 1)
    write_error(lost_line(place_, lost_, event));
  else if (is_told(event.attempt))
    write_error(retry_line(event));
}

}  // namespace chat
