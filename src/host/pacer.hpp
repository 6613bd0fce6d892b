// A token bucket: how long a too fast sender is made to wait. Pure; the caller brings the clock.
#pragma once

#include <algorithm>
#include <chrono>

#include "net/socket.hpp"

namespace chat {

class Pacer {
 public:
  // `burst` events at once, then `per_second` of them; per_second 0: no limit.
  Pacer(double burst, double per_second) : burst_(burst), per_second_(per_second), tokens_(burst) {}

  // Counts one event at `now` and returns how long its sender has to wait before the next.
  Clock::duration count(Clock::time_point now) {
    if (per_second_ <= 0) return {};
    if (now > at_) {
      tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - at_).count() * per_second_);
      at_ = now;
    }
    tokens_ -= 1;
    if (tokens_ >= 0) return {};
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(-tokens_ / per_second_));
  }
  // The last event counted did not happen after all.
  void refund() { tokens_ = std::min(burst_, tokens_ + 1); }

 private:
  double burst_;
  double per_second_;
  double tokens_;
  Clock::time_point at_{};
};

}  // namespace chat
