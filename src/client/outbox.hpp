// What was said and not yet acknowledged: kept in order, sent again after a cut, each exactly once.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "net/thread.hpp"
#include "protocol/packets.hpp"

namespace chat {

struct Said : Say {
  std::uint64_t said_ms = 0;  // Unix epoch: when our user said it, not when it is sent
};

// Any thread may call any method; none blocks. Message ids are 1, 2, 3 ... for the outbox's whole life.
class Outbox {
 public:
  explicit Outbox(std::size_t capacity) : capacity_(capacity) {}
  // The new message's id; nothing when `capacity` messages wait for their acknowledgement.
  std::optional<std::uint64_t> push(std::string room, std::string text, PostKind kind = PostKind::message)
      EXCLUDES(mu_);
  // The oldest message not yet sent over the present connection, which then counts as sent.
  std::optional<Said> take() EXCLUDES(mu_);
  // The host has stored this message, and with it every earlier one: it takes them in order.
  // True when that was news.
  bool acknowledge(std::uint64_t message) EXCLUDES(mu_);
  // Nothing can be said in this room any more: what was not acknowledged is forgotten. How many that were.
  std::size_t give_up(const std::string& room) EXCLUDES(mu_);
  // A new connection has begun, on which nothing was sent yet; the host has stored all up to `last_message`.
  void resume(std::uint64_t last_message) EXCLUDES(mu_);
  // The host could not store this message and what came after it: they count as not sent.
  void take_back(std::uint64_t message) EXCLUDES(mu_);
  std::uint64_t said() const EXCLUDES(mu_);          // the last message's id, 0: none
  std::uint64_t sent() const EXCLUDES(mu_);          // all up to this id has been taken over this connection
  std::uint64_t acknowledged() const EXCLUDES(mu_);  // all up to this id is the host's, or given up
  // The host does not take this message, and will not: it is forgotten. Others stay.
  void drop(std::uint64_t message) EXCLUDES(mu_);
  std::size_t unacknowledged() const EXCLUDES(mu_);
  bool full() const { return unacknowledged() >= capacity_; }

 private:
  void drop_to(std::uint64_t message) REQUIRES(mu_);

  const std::size_t capacity_;
  mutable Mutex mu_;  // docs/ARCHITECTURE.md, "Locks"
  std::deque<Said> kept_ GUARDED_BY(mu_);
  std::size_t sent_ GUARDED_BY(mu_) = 0;  // so many at the front of kept_ were sent over this connection
  std::uint64_t last_id_ GUARDED_BY(mu_) = 0;
};

}  // namespace chat
