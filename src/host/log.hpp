// A log of encoded packets: a room's posts, or one session's mailbox.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/thread.hpp"
#include "net_utils.hpp"

namespace chat {

// How much a log keeps, and in pieces of what size. The oldest whole piece goes first.
struct LogLimits {
  std::size_t bytes = limits::log_bytes;
  std::size_t entries = limits::log_posts;
  std::size_t first_piece_bytes = 4 * 1024;  // doubled from piece to piece
  std::size_t piece_bytes = 256 * 1024;      // up to this
};

// Append-only, entries numbered 1, 2, 3 ... Any thread may call any method; none blocks on I/O or calls back, and each
// does O(log n) work under the lock. An entry's octets never change and stay where they are while a Run holds them.
class Log {
 public:
  explicit Log(LogLimits limits) : limits_(limits) {}

  // Entry last() + 1. With seq_at, the entry's number is written over its 8 octets from there (big-endian): it is not
  // known before. For a room, the ledger alone calls this.
  // Gives the number.
  Seq append(std::string_view entry, std::optional<std::size_t> seq_at = std::nullopt);
  // Before the first append: the first entry's number, if it is not 1.
  void begin_at(Seq first);
  const LogLimits& limits() const { return limits_; }
  Seq last() const { return last_.load(std::memory_order_acquire); }
  Seq first() const;          // the oldest one kept; last() + 1 when none is
  std::size_t bytes() const;  // kept

  // Whole entries in one stretch of memory, which lives as long as the Run.
  struct Run {
    std::shared_ptr<const char[]> owner;
    std::string_view octets;
    Seq next = 0;  // the entry after the run
  };
  // Entries from `from` on, at least one and at most about `most` bytes; nothing when there is none yet.
  // When `from` is no longer kept the run begins with the oldest kept entry.
  struct Found {
    Run run;
    Seq first = 0;  // the run's first entry
  };
  std::optional<Found> read(Seq from, std::size_t most) const;

  // Gives back the memory of all entries before `seq`.
  void forget_before(Seq seq);

 private:
  struct Piece {
    std::shared_ptr<char[]> octets;
    std::size_t room = 0;  // its size in bytes
    std::size_t used = 0;
    Seq first = 0;                      // the entry it begins with
    std::vector<std::uint32_t> starts;  // offset of each entry
    Seq next() const { return first + starts.size(); }
  };

  const LogLimits limits_;
  mutable Mutex mu_;  // rank 4, see docs/ARCHITECTURE.md, "Locks"
  std::vector<Piece> pieces_ GUARDED_BY(mu_);
  std::size_t bytes_ GUARDED_BY(mu_) = 0;
  std::atomic<Seq> last_{0};  // written under mu_
};

}  // namespace chat
