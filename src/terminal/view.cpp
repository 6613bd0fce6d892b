#include "terminal/view.hpp"

#include <utility>

#include "terminal/format.hpp"

namespace chat {

void View::show(const Event& event) {
  MutexLock lock(mu_);
  if (const auto* arrived = std::get_if<PostArrived>(&event)) {
    if (echo_ || !arrived->own || arrived->post.kind != PostKind::message)
      write(Console::Stream::out, post_lines(*arrived));
  } else if (const auto* gap = std::get_if<GapSeen>(&event)) {
    write(Console::Stream::error, gap_line(*gap));
  } else if (const auto* host = std::get_if<HostAnswered>(&event)) {
    answered(*host);
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
  write(Console::Stream::out, lines);
}

void View::report(std::string_view lines) {
  MutexLock lock(mu_);
  write(Console::Stream::error, lines);
}

void View::write(Console::Stream stream, std::string_view lines) {
  if (!console_.write(stream, lines) && stream == Console::Stream::out) broken_ = true;
}

void View::answered(const HostAnswered& event) {
  if (!std::exchange(met_, true)) write(Console::Stream::out, "Connected to " + place_ + "\n");
  const std::string security = security_line(event);
  if (std::exchange(security_, security) != security) write(Console::Stream::error, security);
}

void View::logged_in(const LoggedIn& event) {
  if (event.again) write(Console::Stream::error, "* back after " + duration_text(event.away) + "\n");
  if (std::exchange(name_, event.name) != event.name)
    write(Console::Stream::error, "* you are " + std::string(event.again ? "now " : "") + printable(event.name) + "\n");
  if (!event.again) write(Console::Stream::out, motd_lines(event.motd));
}

void View::retrying(const Retrying& event) {
  if (event.attempt == 1)
    write(Console::Stream::error, lost_line(place_, lost_, event));
  else if (is_told(event.attempt))
    write(Console::Stream::error, retry_line(event));
}

}  // namespace chat
