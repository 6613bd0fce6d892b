#include "host/gate.hpp"

#include <algorithm>
#include <utility>

namespace chat {

namespace {
constexpr Clock::duration penalty_enforced_from = 15s;
constexpr Clock::duration penalty_at_most = 600s;
}  // namespace

std::optional<Goodbye> Gate::admit(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  Source& s = source(from);
  if (now < s.outside_until) return Goodbye::too_many;
  if (counts(from)) {
    const double fresh = std::chrono::duration<double>(now - s.tokens_at) / limits::connect_interval;
    s.tokens = std::min<double>(limits::connect_burst, s.tokens + fresh);
    s.questions = std::max(0.0, s.questions - fresh);
    s.log_ins = std::max(0.0, s.log_ins - fresh);
    s.tokens_at = now;
    if (s.strangers >= limits::strangers_per_address || s.connections >= per_address_ || s.tokens < 1)
      return Goodbye::too_many;
    s.tokens -= 1;
  }
  // Random early drop: none below strangers_random_drop, all from `strangers` on, in between more and more. It is not
  // for members, who have as many places beside: nobody can fill these who has not been let in before.
  const Known* const member = known_.find(from.group());
  const bool known = member && now < member->until;
  if (strangers_ >= (known ? 2 : 1) * limits::strangers) return Goodbye::busy;
  if (!known && strangers_ >= limits::strangers_random_drop) {
    const double share = static_cast<double>(strangers_ - limits::strangers_random_drop) /
                         static_cast<double>(limits::strangers - limits::strangers_random_drop);
    const double percent = limits::strangers_drop_percent + share * (100.0 - limits::strangers_drop_percent);
    if (std::uniform_real_distribution<double>(0, 100)(random_) < percent) return Goodbye::busy;
  }
  ++s.strangers;
  ++s.connections;
  ++strangers_;
  return std::nullopt;
}

std::optional<std::string> Gate::turned_away(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  ++turned_away_;
  if (told_at_ && now - *told_at_ < limits::refusals_told_every) return std::nullopt;
  told_at_ = now;
  const std::size_t since = std::exchange(turned_away_, 0);
  if (since == 1) return "a connection from " + from.group() + " was refused: too many come from there";
  return std::to_string(since) + " connections were refused, the last one from " + from.group() +
         ": too many come from one address";
}

void Gate::logged_in(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  Source& s = source(from);
  known_.at(from.group()).until = now + limits::address_known_for;
  if (s.log_ins + 1 <= wanted_) {
    s.log_ins += 1;
    s.tokens = std::min<double>(limits::connect_burst, s.tokens + 1);
  }
  --s.strangers;
  --strangers_;
}

void Gate::closed(const Address& from, bool stranger) {
  MutexLock lock(mu_);
  Source& s = source(from);
  --s.connections;
  if (!stranger) return;
  --s.strangers;
  --strangers_;
}

void Gate::penalise(const Address& from, Clock::duration time, Clock::time_point now) {
  MutexLock lock(mu_);
  Source& s = source(from);
  s.penalty_until = std::min(std::max(s.penalty_until, now) + time, now + penalty_at_most);
  if (s.penalty_until - now >= penalty_enforced_from) s.outside_until = s.penalty_until;
}

void Gate::refund(const Address& from) {
  MutexLock lock(mu_);
  Source& s = source(from);
  if (s.questions + 1 > std::max(limits::connect_burst, wanted_)) return;
  s.questions += 1;
  s.tokens = std::min<double>(limits::connect_burst, s.tokens + 1);
}

bool Gate::may_make_room(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  Pacer& made = source(from).rooms_made;
  if (!counts(from) || made.count(now) <= Clock::duration{}) return true;
  made.refund();
  return false;
}

std::size_t Gate::strangers() const {
  MutexLock lock(mu_);
  return strangers_;
}

std::size_t Gate::addresses() const {
  MutexLock lock(mu_);
  return sources_.size();
}

}  // namespace chat
