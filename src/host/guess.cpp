#include "host/guess.hpp"

#include <utility>

namespace chat {

namespace {
constexpr auto asked_again = 20ms;
}

std::optional<Clock::duration> Guess::begin(const std::function<void(Clock::duration)>& pause) {
  while (true) {
    const auto answer = guesses_.take(from_, Clock::now());
    if (answer.step == Guesses::Answer::Step::refused) return answer.wait;
    open_ = answer.step == Guesses::Answer::Step::granted;
    pause(open_ ? answer.wait : Clock::duration(asked_again));
    if (open_) return std::nullopt;
  }
}

void Guess::succeeded() {
  open_ = false;
  guesses_.succeeded(from_, Clock::now());
}

Guess::~Guess() {
  if (!open_) return;
  if (const auto told = guesses_.failed(from_, Clock::now())) announcer_.notice(*told);
}

}  // namespace chat
