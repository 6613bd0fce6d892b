// One guess at a password, from before it is answered until it is known to be right.
#pragma once

#include <functional>
#include <optional>

#include "host/announcer.hpp"
#include "host/guesses.hpp"

namespace chat {

// Not thread-safe.
class Guess {
 public:
  // told: where the members read about failed ones.
  Guess(Guesses& guesses, Announcer& told, Address from)
      : guesses_(guesses), announcer_(told), from_(std::move(from)) {}
  ~Guess();  // a guess that was begun and has not succeeded has failed
  Guess(const Guess&) = delete;
  Guess& operator=(const Guess&) = delete;
  // Takes a place among the guesses of its address. Nothing: it may be answered now. Else: so long it has to wait, and
  // was not begun. `pause` waits, for the brake or while others of this address are under way; it may throw to give up.
  std::optional<Clock::duration> begin(const std::function<void(Clock::duration)>& pause);
  void succeeded();

 private:
  Guesses& guesses_;
  Announcer& announcer_;
  const Address from_;
  bool open_ = false;
};

}  // namespace chat
