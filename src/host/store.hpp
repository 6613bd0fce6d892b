// What a host with --data keeps on disk: posts, rooms, senders and a few settings, in one SQLite file.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/ledger.hpp"
#include "host/sqlite.hpp"
#include "protocol/packets.hpp"

namespace chat {

// What a commit survives: `power` a power cut (each commit is synced), `process` only the host's own end by whatever
// means.
enum class Durability { power, process };

// How much of the history is kept; the oldest posts go first. 0: all.
struct Keep {
  std::chrono::seconds age{0};
  std::uint64_t bytes = 0;
  bool operator==(const Keep&) const = default;
};

struct StoreSettings {
  Durability durability = Durability::power;
  std::uint64_t session_base = 0;  // sessions begin above this one, if not above a higher one
  const char* vfs = nullptr;       // a SQLite VFS by name, for tests
};

HostId random_host_id();  // of a host that was never started before, or keeps nothing

// The one connection that writes and checkpoints (SQLite before 3.51.3 can damage a file when two do). Belongs to one
// thread at a time: who opens it, then the ledger's. Every method may throw StoreError.
class Store {
 public:
  static constexpr std::uint64_t schema_version = 4;
  // What a host passes over in each room that ended while history was off: nobody knows how many numbers it gave.
  static constexpr Seq numbers_passed_over = Seq{1} << 32;

  // Makes the file if there is none; one that is damaged, empty or of a newer version is refused and left as it is.
  Store(const std::string& folder, StoreSettings settings);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  HostId host_id() const { return host_id_; }
  // Session ids above this one were never given by any host on this folder.
  std::uint64_t session_base() const { return session_base_; }
  bool stopped_cleanly() const { return stopped_cleanly_; }  // the last time
  // What was committed last may be missing: after an unclean stop the file's write-ahead log was not there, or was
  // none.
  bool lost_log() const { return lost_log_; }
  bool was_off() const { return was_off_; }  // the last host ended with its history off
  bool has_sealed();                         // posts that only a verifier's password opens. Looks through all of them
  const std::string& damaged_log() const { return damaged_log_; }  // where that is now, if anything was left of it

  // Small values by name; inside a transaction, or each for itself.
  std::optional<Bytes> meta(std::string_view name);
  void set_meta(std::string_view name, std::string_view value);

  void begin();
  // The post's seq in its room, which is made if it is new. `post.seq` is not looked at.
  Seq add(const Post& post);
  // The room has this lock (Ledger::StoredRoom) from now on, with its first post or before it.
  void lock_room(const std::string& name, std::string_view lock);
  void set_topic(const std::string& name, std::string_view topic);  // as Room::topic(); add() of one does it, too
  // The room has neither lock nor topic any more, and none of its posts: who makes it anew need not have known its
  // password. Its numbers go on. Nothing else takes lock and topic away, not even that all its posts are pruned.
  void forget_room(const std::string& name);
  void keep(const Ledger::Fact& fact);
  void remember(const ClientKey& key, std::uint64_t session, std::uint64_t last_message, std::uint64_t now_ms);
  // Nothing since begin() is there unless this returns. After a throw: rollback().
  void commit();
  void rollback() noexcept;

  // History is off: from now on numbers are given of which the store does not know. If the host ends before
  // keep_again() the next one passes over so many that none is given twice. Needs no space on the disk.
  void leave_off();
  // In a transaction: numbers up to `last` were given in the room, and of those that are not stored nothing is kept.
  void pass_over(const std::string& room, Seq last);
  // The store knows of all numbers again.
  void keep_again();

  // Copies the write-ahead log into the file when it has grown; between transactions.
  void checkpoint_if_due();
  // Deletes some of what `keep` does not cover, in a transaction of its own. True when there may be more.
  bool prune(const Keep& keep, std::uint64_t now_ms);
  // The last call: says that all was well.
  void close();

 private:
  struct Room {
    std::uint64_t id = 0;
    Seq last = 0;                 // with this transaction
    Seq committed = 0;            // without it
    std::uint64_t oldest_ms = 0;  // time of its first post; 0: not known, `no_post`: it has none
    bool touched = false;
    bool made = false;  // in this transaction
  };
  Room& room(const std::string& name);
  void set_log_aside();
  void migrate();
  void load();
  std::uint64_t bytes_used();
  bool prune_room(Room& room, std::uint64_t before_ms, bool at_least_one);
  bool forget_senders();

  const std::string path_;
  const std::string folder_;
  std::optional<Database> database_;
  HostId host_id_{};
  std::uint64_t session_base_ = 0;
  Seq rooms_begin_after_ = 0;  // a new room
  bool stopped_cleanly_ = true;
  bool lost_log_ = false;
  bool was_off_ = false;
  std::string damaged_log_;

  struct Statements;
  std::unique_ptr<Statements> statements_;
  std::map<std::string, Room, std::less<>> rooms_;
  std::vector<std::map<std::string, Room, std::less<>>::iterator> touched_;
  bool in_transaction_ = false;
};

}  // namespace chat
