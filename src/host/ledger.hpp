// The ledger gives posts their seq and keeps them. It alone appends to rooms.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "host/room.hpp"
#include "protocol/packets.hpp"

namespace chat {

// What the ledger remembers of one client key: its session id and the last message stored. A client that comes back
// with its key gets the same one, so that what it sends again is known.
class Sender {
 public:
  explicit Sender(std::uint64_t session) : session_(session) {}
  std::uint64_t session() const { return session_; }
  std::uint64_t last_message() const {
    MutexLock lock(mu_);
    return last_message_;
  }

 private:
  friend class MemoryLedger;
  const std::uint64_t session_;
  mutable Mutex mu_;  // rank 3: held while the message is appended, so that ids rise in the log, too
  std::uint64_t last_message_ GUARDED_BY(mu_) = 0;
};

// Any thread may call any method.
class Ledger {
 public:
  virtual ~Ledger() = default;
  // The sender with this key: as it was left, or a new one with a session id never given before.
  virtual std::shared_ptr<Sender> recall(const ClientKey& key) = 0;
  // Takes a message over: stores it, gives it a seq and appends it to the room, in this order, maybe after the call
  // has returned. A message id that does not rise is a repetition and is dropped.
  // kind: message or sealed.
  virtual void submit(Room& room, Sender& sender, const std::string& name, std::uint64_t message, PostKind kind,
                      Bytes body) = 0;
  // The same for posts that nobody sends twice: joins, leaves, the host's own. message: of a sealed one, else 0.
  virtual void submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
                      std::uint64_t message) = 0;
  // Whoever submitted has nothing more to add right now: what it said goes out. Several submissions in one go save each
  // reader a wake-up.
  virtual void deliver(Room& room) = 0;
  // Everything submitted before is stored and appended when this returns.
  virtual void commit() = 0;
};

// Keeps what the rooms' logs keep, and nothing beyond the host's life.
class MemoryLedger final : public Ledger {
 public:
  // The first session id that it gives is the one after last_session.
  explicit MemoryLedger(std::uint64_t last_session = 0) : last_session_(last_session) {}
  std::shared_ptr<Sender> recall(const ClientKey& key) override;
  void submit(Room& room, Sender& sender, const std::string& name, std::uint64_t message, PostKind kind,
              Bytes body) override;
  void submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
              std::uint64_t message) override;
  void deliver(Room& room) override { room.ring(); }
  void commit() override {}

 private:
  void append(Room& room, Post post);

  Mutex mu_;  // rank 2
  std::map<ClientKey, std::shared_ptr<Sender>> senders_ GUARDED_BY(mu_);
  std::deque<ClientKey> oldest_first_ GUARDED_BY(mu_);
  std::uint64_t last_session_ GUARDED_BY(mu_);
};

}  // namespace chat
