#include "client/events.hpp"

#include <algorithm>
#include <charconv>

namespace chat {

namespace {

// A goodbye that speaks of the moment, not of us.
bool passes(Goodbye why) {
  switch (why) {
    case Goodbye::host_stopping:
    case Goodbye::connection_lost:
    case Goodbye::silent:
    case Goodbye::stalled:
    case Goodbye::log_in_deadline:
    case Goodbye::frame_deadline:
    case Goodbye::tls_failed:
    case Goodbye::full:
    case Goodbye::busy:
    case Goodbye::too_many:
    case Goodbye::guesses: return true;
    case Goodbye::left:
    case Goodbye::idle:
    case Goodbye::replaced:
    case Goodbye::malformed:
    case Goodbye::too_large:
    case Goodbye::unknown_type:
    case Goodbye::out_of_state:
    case Goodbye::bad_text:
    case Goodbye::bad_name:
    case Goodbye::version:
    case Goodbye::not_clint:
    case Goodbye::needs_tls:
    case Goodbye::wrong_password:
    case Goodbye::kicked:
    case Goodbye::banned:
    case Goodbye::closed:
    case Goodbye::account: return false;
  }
  return false;
}

}  // namespace

bool worth_retrying(const Ended& end) {
  return end.end == End::unreachable || end.end == End::unknown_host || end.end == End::turned_away ||
         (end.end == End::goodbye && passes(end.why));
}

bool worth_knocking_again(const Ended& end) {
  return end.end == End::turned_away ||
         (end.end == End::goodbye && (end.why == Goodbye::busy || end.why == Goodbye::too_many));
}

std::string reason_text(Goodbye why, const std::string& text) {
  const std::string_view known = goodbye_text(why);
  if (text.empty()) return std::string(known);
  return text.starts_with(known) ? text : std::string(known) + ": " + text;
}

std::chrono::seconds asked_to_wait(const Ended& end) {
  constexpr std::string_view before = "retry in ";
  constexpr std::string_view after = " s";
  constexpr unsigned most = 300;
  const auto at = end.text.rfind(before);
  if (end.end != End::goodbye || at == std::string::npos || !end.text.ends_with(after)) return 0s;
  const char* const first = end.text.data() + at + before.size();
  const char* const last = end.text.data() + end.text.size() - after.size();
  unsigned seconds = 0;
  const auto parsed = std::from_chars(first, last, seconds);
  if (parsed.ptr != last || parsed.ec != std::errc{}) return 0s;
  return std::chrono::seconds(std::min(seconds, most));
}

}  // namespace chat
