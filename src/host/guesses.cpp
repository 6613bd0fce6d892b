#include "host/guesses.hpp"

#include <algorithm>

namespace chat {

namespace {

// The n-th failure in a row, counted from 1, makes its address wait so long.
Clock::duration wait_after(unsigned failures) {
  if (failures < limits::free_guesses) return Clock::duration::zero();
  const unsigned doubled = std::min(failures - limits::free_guesses, 16U);
  return std::min<Clock::duration>(limits::guess_wait_first * (1U << doubled), limits::guess_wait_last);
}

// More failures than this weigh no more: the longest wait is reached.
constexpr unsigned most_failures = limits::free_guesses + 7;
static_assert(limits::guess_wait_first * (1U << 7) >= limits::guess_wait_last);

}  // namespace

void Guesses::forget(Source& source, Clock::time_point now) {
  while (source.failures > 0 && now - source.wait_until >= limits::guess_forgotten_after) {
    --source.failures;
    source.wait_until += limits::guess_forgotten_after;
  }
}

Guesses::Answer Guesses::take(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  Source& s = sources_.at(from.group());
  forget(s, now);
  const bool free = s.failures + s.under_way < limits::free_guesses;
  if (!free && now < s.wait_until) {
    ++counts_.refused;
    return {Answer::Step::refused, s.wait_until - now};
  }
  if (!free && s.under_way > 0) return {Answer::Step::occupied, {}};
  ++s.under_way;
  if (now - minute_began_ >= 2min) {
    this_minute_ = last_minute_ = 0;
    minute_began_ = now;
  }
  const bool known = s.has_succeeded && now - s.succeeded_at < limits::address_known_for;
  const bool brake = !known && std::max(this_minute_, last_minute_) > limits::failures_a_minute;
  return {Answer::Step::granted, brake ? Clock::duration(limits::brake) : Clock::duration::zero()};
}

std::optional<std::string> Guesses::failed(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  Source& s = sources_.at(from.group());
  forget(s, now);
  --s.under_way;
  s.failures = std::min(s.failures + 1, most_failures);
  s.wait_until = std::max(s.wait_until, now + wait_after(s.failures));
  ++counts_.failed;
  if (now - minute_began_ >= 1min) {
    last_minute_ = now - minute_began_ < 2min ? this_minute_ : 0;
    this_minute_ = 0;
    minute_began_ = now;
  }
  ++this_minute_;

  if (std::exchange(s.told_round, round_) != round_) s.failed_since_told = 0;
  ++failed_since_told_;
  if (++s.failed_since_told > worst_count_) {
    worst_count_ = s.failed_since_told;
    worst_address_ = from.group();
  }
  if (failed_since_told_ < limits::free_guesses || (told_at_ && now - *told_at_ < limits::failures_told_every))
    return std::nullopt;
  std::string text = std::to_string(failed_since_told_) + " failed log-ins";
  text += worst_count_ == failed_since_told_ ? " from " + worst_address_
                                             : ", " + std::to_string(worst_count_) + " of them from " + worst_address_;
  told_at_ = now;
  ++round_;
  failed_since_told_ = worst_count_ = 0;
  return text;
}

void Guesses::succeeded(const Address& from, Clock::time_point now) {
  MutexLock lock(mu_);
  Source& s = sources_.at(from.group());
  --s.under_way;
  s.has_succeeded = true;
  s.succeeded_at = now;
  ++counts_.succeeded;
}

Guesses::Counts Guesses::counts() const {
  MutexLock lock(mu_);
  return counts_;
}

}  // namespace chat
