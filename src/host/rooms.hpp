// The rooms: by name, and who is in them. A room begins when somebody enters it. An empty one is kept in memory for a
// while only. On a host with a store it stays for as long as anything is kept that was said in it; one without that
// vanishes, and what is left in the store is its last number and, where it had neither a password nor a topic, that
// people came and went.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "crypto/verifier.hpp"
#include "host/announcer.hpp"
#include "host/visitor.hpp"
#include "net/socket.hpp"

namespace chat {

// Any thread may call any method. enter() and lock() may wait for the disk; nobody waits for them who enters a room
// that is in memory.
class Rooms {
 public:
  // The lobby is there from the beginning, and everybody is in it: it knows how many by `members`, and whether
  // somebody is by `is_here`. on_pending: as in Announcer. Throws StoreError.
  Rooms(Ledger& ledger, std::vector<Bell*> bells, std::function<std::size_t()> members, Announcer::IsHere is_here,
        std::function<void()> on_pending);

  Room& lobby() { return *lobby_->room; }
  Announcer& lobby_announcer() { return *lobby_->announcer; }

  struct Entry {
    Result result = Result::ok;
    std::string why;                       // of a refusal, one line for its user
    std::shared_ptr<Room> room;            // with ok
    bool fresh = false;                    // was not in it before: announce() it
    std::size_t members = 0;               // with the new one
    std::shared_ptr<const Verifier> lock;  // with proof_wanted
  };
  // Lets this session into a room (its name as typed), which is made if there is none. proven: it has shown that it
  // knows the password of exactly this lock. Whoever is in the room already, on whatever connection, needs no proof.
  Entry enter(std::string_view name, Visitor who, const Verifier* proven = nullptr);
  // Makes a new room with a password and lets the session in; taken if there is one of this name.
  Entry lock(std::string_view name, Visitor who, Verifier verifier);
  // The password of a room; null: it has none, or there is no such room.
  std::shared_ptr<const Verifier> lock_of(const std::string& name) const;
  bool exists(const std::string& name) const;  // but the lobby
  // Tells the room that somebody has come, who is in it.
  void announce(Room& room, std::uint64_t session, const std::string& person);
  // False: was not in it, or is in it by a later connection. The lobby cannot be left.
  bool leave(const std::string& name, Visitor who, const std::string& person, Goodbye why);
  // Whatever the session has entered on this connection or before it.
  void leave_all(Visitor who, const std::string& person, Goodbye why);

  struct Seen {
    std::string name;
    std::size_t members = 0;
    bool locked = false;
    Bytes topic;  // as Room::topic()
  };
  // Those with the most members first; of `hidden` sessions nobody shall know, and they do not count.
  std::vector<Seen> list(const std::set<std::uint64_t>& hidden = {}) const;
  // Sessions in a room of this name, but the lobby's, which are those of the roster.
  std::vector<std::uint64_t> members(const std::string& room) const;
  // The names of the rooms that a session is in, but the lobby.
  std::vector<std::string> of(std::uint64_t session) const;
  std::vector<std::shared_ptr<Room>> rooms_of(std::uint64_t session) const;  // the lobby among them
  std::size_t size() const;

  void tick();                       // posts what has come together in crowds
  void tidy(Clock::time_point now);  // lets rooms go that have been empty for long; may wait for the disk

 private:
  struct Place {
    std::string name;
    std::shared_ptr<Room> room;  // null: in the store only
    std::shared_ptr<Announcer> announcer;
    std::shared_ptr<const Verifier> lock;
    Bytes topic;                                     // while room is null
    std::map<std::uint64_t, std::uint64_t> members;  // sessions, each with the last connection by which it has entered
    Clock::time_point empty_since{};
  };
  Entry enter_place(std::string_view typed, Visitor who, const Verifier* proven,
                    std::shared_ptr<const Verifier> lock_with);
  Place* find(const std::string& name) REQUIRES(mu_);
  Entry admit(Place& place, Visitor who) REQUIRES(mu_);
  static bool in_use(const Place& place);
  bool is_in(const std::string& name, std::uint64_t session) const;
  void add_stored() EXCLUDES(mu_);
  void let_vanish(Clock::time_point now) EXCLUDES(mu_);
  void forget(std::map<std::string, Place>::iterator at) REQUIRES(mu_);
  bool make_space() REQUIRES(mu_);
  void log_of_vanished(Room& room) REQUIRES(mu_);

  Ledger& ledger_;
  const std::vector<Bell*> bells_;
  const Announcer::IsHere is_here_;
  const std::function<void()> on_pending_;
  std::unique_ptr<Place> lobby_;  // constant

  Mutex making_;      // rank 0: held while a room is made, and its posts are read from the disk
  mutable Mutex mu_;  // rank 1
  std::map<std::string, Place> places_ GUARDED_BY(mu_);  // but the lobby
  std::unordered_map<std::string, std::string> names_by_skeleton_ GUARDED_BY(mu_);
  std::unordered_map<std::uint64_t, std::set<std::string>> of_ GUARDED_BY(mu_);
  std::map<std::string, Seq> vanished_ GUARDED_BY(mu_);  // last seq, where nothing is stored: it is never used again
  Clock::time_point store_looked_at_ GUARDED_BY(mu_){};
};

}  // namespace chat
