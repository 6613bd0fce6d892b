// Lines out of what standard input gives, on every system.
#include "net/stdio.hpp"

#include <utility>

#include "net/system.hpp"

namespace chat {

LineInput::Outcome LineInput::next(std::string& line, Clock::time_point until, const Waker* waker) {
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched_);
    const bool last = ended_ && newline == std::string::npos && !buffer_.empty();
    if (newline != std::string::npos || last) {
      line = buffer_.substr(0, newline);
      buffer_.erase(0, last ? buffer_.size() : newline + 1);
      searched_ = 0;
      if (line.ends_with('\r')) line.pop_back();
      if (std::exchange(discarding_, false) || line.size() > most_) return Outcome::too_long;
      return Outcome::line;
    }
    if (ended_) return Outcome::end;
    searched_ = buffer_.size();
    if (buffer_.size() > most_ + 1) {
      buffer_.clear();
      searched_ = 0;
      discarding_ = true;
    }
    switch (read_input(buffer_, until, waker)) {
      case Input::octets: break;
      case Input::woken: return Outcome::woken;
      case Input::timeout: return Outcome::timeout;
      case Input::end:
        ended_ = true;
        if (discarding_) buffer_ += '\n';  // the end of the line that was too long
        break;
    }
  }
}

std::string LineInput::take_rest() {
  searched_ = 0;
  return std::exchange(buffer_, {});
}

}  // namespace chat
