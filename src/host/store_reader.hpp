// Reads what the store has committed, beside the connection that writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/ledger.hpp"
#include "host/sqlite.hpp"
#include "protocol/packets.hpp"

namespace chat {

// The post in a row that begins with seq, sender, session, message, time, kind, body.
Post post_in(const Statement& row, std::string room);

// A read-only connection. Any thread may call any method; each waits for the disk. All may throw StoreError.
class StoreReader {
 public:
  explicit StoreReader(const std::string& folder);

  // Posts from `from` on, encoded as they go on the wire, about `most` bytes of them; they have no holes between them.
  // Nothing when there are none.
  std::optional<Log::Found> read(const std::string& room, Seq from, std::size_t most);
  // Puts the room's last posts into its log, which is empty: as many as it keeps, back to a number of which nothing is
  // kept. Its numbers go on from there, or from `given` if that is later. And its topic.
  void fill(Room& room, Seq given = 0);
  // The last posts before `before` (0: the end) that are not older than `since_ms`, oldest first: `count` at most, and
  // about `most` bytes.
  std::vector<Post> history(const std::string& room, Seq before, std::uint64_t since_ms, std::uint32_t count,
                            std::size_t most);
  struct StoredSender {
    std::uint64_t session = 0;
    std::uint64_t last_message = 0;
  };
  std::optional<StoredSender> sender(const ClientKey& key);
  std::vector<Ledger::StoredRoom> kept_rooms();  // Ledger::stored_rooms()
  std::vector<Ledger::Fact> facts();

 private:
  Mutex mu_;  // rank 6: a leaf
  Database database_ GUARDED_BY(mu_);
  Statement forward_ GUARDED_BY(mu_);
  Statement backward_ GUARDED_BY(mu_);
  Statement sender_ GUARDED_BY(mu_);
  Statement room_ GUARDED_BY(mu_);
};

}  // namespace chat
