#include "client/events.hpp"

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
  return end.end == End::unreachable || end.end == End::turned_away || (end.end == End::goodbye && passes(end.why));
}

bool worth_knocking_again(const Ended& end) {
  return end.end == End::turned_away ||
         (end.end == End::goodbye && (end.why == Goodbye::busy || end.why == Goodbye::too_many));
}

}  // namespace chat
