// How long to wait before the next attempt to connect. Pure: the random numbers come from outside.
#pragma once

#include <chrono>
#include <functional>

namespace chat {

// Full jitter: the first wait is uniform in 0 to limits::reconnect_first, each later one in 0 to twice as much, up to
// limits::reconnect_cap. So a thousand clients of a restarted host do not come back in the same instant. Not
// thread-safe.
class Backoff {
 public:
  // `random` gives numbers uniform in [0, 1).
  explicit Backoff(std::function<double()> random) : random_(std::move(random)) {}
  // The next wait, but never shorter than `at_least`, which a host asked for: then the jitter comes on top.
  std::chrono::milliseconds next(std::chrono::milliseconds at_least = {});
  unsigned attempts() const { return attempts_; }  // waits given since the last reset
  void reset() { attempts_ = 0; }                  // after a log-in

 private:
  std::function<double()> random_;
  unsigned attempts_ = 0;
};

}  // namespace chat
