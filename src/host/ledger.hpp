// The ledger gives posts their seq and keeps them. It alone appends to rooms.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/room.hpp"
#include "protocol/packets.hpp"

namespace chat {

// What the ledger remembers of one client key: its session id and the last message stored. A client that comes back
// with its key gets the same one, so that what it sends again is known.
class Sender : public std::enable_shared_from_this<Sender> {
 public:
  Sender(const ClientKey& key, std::uint64_t session, std::uint64_t last_message)
      : key_(key), session_(session), last_message_(last_message), taken_(last_message) {}
  std::uint64_t session() const { return session_; }
  std::uint64_t last_message() const {
    MutexLock lock(mu_);
    return last_message_;
  }
  // The client speaks on this connection (Visitor) from now on, or already on a later one.
  void speak_on(std::uint64_t connection) {
    MutexLock lock(mu_);
    connection_ = std::max(connection_, connection);
  }

 private:
  friend class MemoryLedger;
  friend class DurableLedger;
  const ClientKey key_;
  const std::uint64_t session_;
  mutable Mutex mu_;  // rank 3: held while the message is taken over, so that ids rise in the log, too
  std::uint64_t last_message_ GUARDED_BY(mu_);
  std::uint64_t connection_ GUARDED_BY(mu_) = 0;  // the latest: nothing is taken from those before it
  // Of a ledger that stores some time after it took a message over:
  std::uint64_t taken_ GUARDED_BY(mu_);         // the last one taken over
  std::uint64_t refused_ GUARDED_BY(mu_) = 0;   // nothing is taken over until this one comes again; 0: all is well
  std::string refused_in_ GUARDED_BY(mu_);      // its room
  std::uint64_t refusals_ GUARDED_BY(mu_) = 0;  // what was taken over before the latest one is void
};

// A sender on one of its connections.
struct Speaker {
  Speaker(Sender& who, std::uint64_t on = 0) : sender(who), connection(on) {}
  Sender& sender;
  std::uint64_t connection;
};

// Senders by key. Whoever is here is remembered; of the others limits::senders_remembered, the oldest forgotten first.
// Any thread may call any method.
class Senders {
 public:
  explicit Senders(std::uint64_t session_base = 0) : last_session_(session_base) {}
  std::shared_ptr<Sender> find(const ClientKey& key) const;
  // The one that is there; else one as it was stored, or, with session 0, a new one with a session id never given
  // before.
  std::shared_ptr<Sender> add(const ClientKey& key, std::uint64_t session = 0, std::uint64_t last_message = 0);

 private:
  mutable Mutex mu_;  // rank 2
  std::map<ClientKey, std::shared_ptr<Sender>> senders_ GUARDED_BY(mu_);
  std::deque<ClientKey> oldest_first_ GUARDED_BY(mu_);
  std::uint64_t last_session_ GUARDED_BY(mu_);
};

// Appends a post that is stored, or need not be; `frame` is `post` encoded.
void append(Room& room, const Post& post, std::string_view frame);
// The post as the ledger takes it over: stamped with the host's clock, without a seq.
Post stamped(const Room& room, std::uint64_t session, const std::string& name, std::uint64_t message, PostKind kind,
             Bytes body);

// Any thread may call any method.
class Ledger {
 public:
  virtual ~Ledger() = default;
  // A new room, before anybody else knows it: its log gets what is stored of a room of this name, and goes on from
  // there. A room lives until everything submitted to it is appended: see commit().
  virtual void open(Room& room) = 0;
  // The sender with this key: as it was left, or a new one with a session id never given before.
  virtual std::shared_ptr<Sender> recall(const ClientKey& key) = 0;
  // Takes a message over: stores it, gives it a seq and appends it to the room, in this order, maybe after the call
  // has returned. A message id that does not rise is a repetition and is dropped; so is what comes from a connection
  // that was replaced, since all that is not acknowledged comes again on the new one, in order. A ledger that stores
  // may have to refuse: then its owner tells the sender. May wait while too much is on its way to the disk. kind:
  // message or sealed.
  virtual void submit(Room& room, Speaker from, const std::string& name, std::uint64_t message, PostKind kind,
                      Bytes body) = 0;
  // The same for posts that nobody sends twice: joins, leaves, the host's own. message: of a sealed one, else 0.
  virtual void submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
                      std::uint64_t message) = 0;
  // A notice of the host, stored and delivered when this returns. False: it could not be stored, and nobody sees it.
  virtual bool announce(Room& room, const std::string& text) = 0;
  // This message will not be submitted, though it may have been before, and been refused: those after it may be. That
  // is for the latest connection to say, too.
  virtual void skip(Speaker from, std::uint64_t message) = 0;
  // Nothing that was refused in this room will be submitted again. Waits like commit() while something of this sender
  // is on its way.
  virtual void skip(Speaker from, const std::string& room) = 0;
  // Whoever submitted has nothing more to add right now: what it said goes out. Several submissions in one go save each
  // reader a wake-up.
  virtual void deliver(Room& room) = 0;
  // Everything submitted before is stored and appended, or refused, when this returns.
  virtual void commit() = 0;

  // What outlives the host, of rooms. The lock is the text of a verifier (crypto/verifier.hpp); empty: no password.
  struct StoredRoom {
    std::string name;
    Bytes lock;
    Bytes topic;        // as Room::topic()
    bool said = false;  // something was said in it that is kept: more than that people came, went or changed names
  };
  // Those in which something was said, or that have a lock or a topic. While history is off one may come twice.
  virtual std::vector<StoredRoom> stored_rooms() = 0;
  // A new room has this lock, also after a restart. False: that could not be stored.
  virtual bool lock_room(const std::string& name, std::string_view lock) = 0;
  // These rooms have neither lock nor topic any more, and nothing is kept of them; their numbers go on. False: that
  // could not be stored.
  virtual bool forget_rooms(const std::vector<std::string>& names) = 0;
  // What outlives the host besides: a fact of some kind ("ban", "account") about somebody.
  struct Fact {
    std::string kind;
    std::string name;
    Bytes value;  // empty: no such fact any more
  };
  virtual std::vector<Fact> facts() = 0;
  virtual bool keep(const std::vector<Fact>& facts) = 0;  // false: that could not be stored, and none of them is
  // Whether what is said is kept from now on, where it can be (stores()): while it is not, messages are taken as on a
  // host that stores nothing, and no number is given twice for that. Nothing: done. Else why not.
  virtual std::optional<std::string> keep_history(bool on) = 0;
  virtual bool keeps_history() const = 0;
  // Whether rooms that nobody is in are kept elsewhere, so that they need no memory.
  virtual bool stores() const = 0;
};

// Keeps what the rooms' logs keep, and nothing beyond the host's life.
class MemoryLedger : public Ledger {
 public:
  // The first session id that it gives is the one after last_session.
  explicit MemoryLedger(std::uint64_t last_session = 0) : senders_(last_session) {}
  void open(Room&) override {}
  std::shared_ptr<Sender> recall(const ClientKey& key) override { return senders_.add(key); }
  void submit(Room& room, Speaker from, const std::string& name, std::uint64_t message, PostKind kind,
              Bytes body) override;
  void submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
              std::uint64_t message) override;
  bool announce(Room& room, const std::string& text) override;
  void skip(Speaker, std::uint64_t) override {}
  void skip(Speaker, const std::string&) override {}
  void deliver(Room& room) override { room.ring(); }
  void commit() override {}
  std::vector<StoredRoom> stored_rooms() override { return {}; }
  bool lock_room(const std::string&, std::string_view) override { return true; }
  bool forget_rooms(const std::vector<std::string>&) override { return true; }
  std::vector<Fact> facts() override { return {}; }
  bool keep(const std::vector<Fact>&) override { return true; }
  std::optional<std::string> keep_history(bool) override {
    return "this host keeps nothing: it was started without --data";
  }
  bool keeps_history() const override { return false; }
  bool stores() const override { return false; }

 private:
  Senders senders_;
};

}  // namespace chat
