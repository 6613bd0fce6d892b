#include "host/log.hpp"

#include <algorithm>

namespace chat {

Seq Log::append(std::string_view entry, std::optional<std::size_t> seq_at) {
  MutexLock lock(mu_);
  if (pieces_.empty() || pieces_.back().room - pieces_.back().used < entry.size()) {
    const std::size_t usual =
        pieces_.empty() ? limits_.first_piece_bytes : std::min(2 * pieces_.back().room, limits_.piece_bytes);
    Piece piece;
    piece.room = std::max(usual, entry.size());
    piece.octets = std::shared_ptr<char[]>(new char[piece.room]);
    piece.first = last_ + 1;
    pieces_.push_back(std::move(piece));
  }
  Piece& piece = pieces_.back();
  char* const to = piece.octets.get() + piece.used;
  entry.copy(to, entry.size());
  if (seq_at)
    for (std::size_t i = 0; i < sizeof(Seq); ++i) to[*seq_at + i] = static_cast<char>((last_ + 1) >> (56 - 8 * i));
  piece.starts.push_back(static_cast<std::uint32_t>(piece.used));
  piece.used += entry.size();
  bytes_ += entry.size();
  last_.store(last_ + 1, std::memory_order_release);
  while (pieces_.size() > 1 && (bytes_ > limits_.bytes || last_ - pieces_[1].first >= limits_.entries)) {
    bytes_ -= pieces_.front().used;
    pieces_.erase(pieces_.begin());
  }
  return last_;
}

void Log::begin_at(Seq first) {
  MutexLock lock(mu_);
  ensure(pieces_.empty() && last_ == 0, "a log's beginning was moved");
  last_.store(first - 1, std::memory_order_release);
}

Seq Log::first() const {
  MutexLock lock(mu_);
  return pieces_.empty() ? last_ + 1 : pieces_.front().first;
}

std::size_t Log::bytes() const {
  MutexLock lock(mu_);
  return bytes_;
}

std::optional<Log::Found> Log::read(Seq from, std::size_t most) const {
  MutexLock lock(mu_);
  if (from > last_ || pieces_.empty()) return std::nullopt;
  const Seq first = std::max(from, pieces_.front().first);
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), first,
                                      [](Seq seq, const Piece& piece) { return seq < piece.first; });
  const Piece& piece = *std::prev(after);
  const auto start = piece.starts.begin() + static_cast<std::ptrdiff_t>(first - piece.first);
  // The last entry that begins within `most` bytes, or the first one, ends the run.
  const auto end = std::upper_bound(std::next(start), piece.starts.end(), *start + most);
  const std::size_t end_at = end == piece.starts.end() ? piece.used : *end;
  Found found;
  found.first = first;
  found.run.owner = piece.octets;
  found.run.octets = {piece.octets.get() + *start, end_at - *start};
  found.run.next = piece.first + static_cast<Seq>(end - piece.starts.begin());
  return found;
}

void Log::forget_before(Seq seq) {
  MutexLock lock(mu_);
  while (!pieces_.empty() && pieces_.front().next() <= seq) {
    bytes_ -= pieces_.front().used;
    pieces_.erase(pieces_.begin());
  }
  if (pieces_.empty()) pieces_.shrink_to_fit();
}

}  // namespace chat
