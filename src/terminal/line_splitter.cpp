#include "terminal/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace chat {

void LineSplitter::feed(std::string_view bytes) {
  buffer_.erase(0, at_);
  searched_ -= std::min(searched_, at_);
  at_ = 0;
  buffer_.append(bytes);
}

std::optional<LineSplitter::Line> LineSplitter::next() {
  const std::size_t end = buffer_.find('\n', std::max(at_, searched_));
  if (end != std::string::npos) {
    Line line = cut(end);
    at_ = end + 1;
    return line;
  }
  if (finished_) {
    if (at_ == buffer_.size() && dropped_ == 0) return std::nullopt;
    Line line = cut(buffer_.size());
    at_ = buffer_.size();
    return line;
  }
  searched_ = buffer_.size();
  if (buffer_.size() - at_ > limit_ + 1) {  // one more for "\r"
    dropped_ += buffer_.size() - at_;
    buffer_.clear();
    at_ = searched_ = 0;
  }
  return std::nullopt;
}

LineSplitter::Line LineSplitter::cut(std::size_t end) {
  std::string_view text = std::string_view(buffer_).substr(at_, end - at_);
  if (text.ends_with('\r')) text.remove_suffix(1);
  Line line;
  line.bytes = std::exchange(dropped_, 0) + text.size();
  line.whole = line.bytes <= limit_;
  if (line.whole) line.text = text;
  return line;
}

}  // namespace chat
