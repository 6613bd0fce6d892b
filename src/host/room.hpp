// A room: a name, the log of its posts, and the bells that ring when the log has grown.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "host/log.hpp"

namespace chat {

class Room;

// Somebody who carries on what was appended to a room. ring() is called by the ledger, must not block, and may come
// from any thread.
class Bell {
 public:
  virtual ~Bell() = default;
  virtual void ring(Room& room) = 0;
};

// Owned by whoever uses it, for as long as it does: always by a shared_ptr. Any thread may call any method.
class Room : public std::enable_shared_from_this<Room> {
 public:
  // locked: it has a password of its own, and only its members' keys open what is said there.
  Room(std::string name, LogLimits limits, const std::vector<Bell*>& bells, bool locked = false)
      : name_(std::move(name)), locked_(locked), log_(limits) {
    for (Bell* bell : bells) bells_.push_back({bell, std::make_unique<std::atomic<bool>>(false)});
  }
  const std::string& name() const { return name_; }
  bool locked() const { return locked_; }
  Log& log() { return log_; }
  const Log& log() const { return log_; }

  // The numbers before the log's first post, if nothing is kept of them; last 0: something is. The ledger sets it
  // before anybody else knows the room.
  struct Hole {
    Seq first = 0;  // 1: nothing at all is kept from before
    Seq last = 0;
  };
  const Hole& hole() const { return hole_; }
  void set_hole(Hole hole) { hole_ = hole; }

  // What the room is about: the latest post of kind topic, encoded; empty: none yet. The ledger sets it.
  Bytes topic() const {
    MutexLock lock(mu_);
    return topic_;
  }
  void set_topic(Bytes post) {
    MutexLock lock(mu_);
    topic_ = std::move(post);
  }

  // After an append: rings each bell that has not yet been rung for this room since it last looked.
  void ring() {
    for (auto& [bell, mark] : bells_)
      if (!mark->exchange(true)) bell->ring(*this);
  }
  // The bell's owner is about to look at the log. Reading the mark (a store alone would not) lets it see every append
  // whose ring() found the mark set.
  void looking(const Bell& whose) {
    for (auto& [bell, mark] : bells_)
      if (bell == &whose) mark->exchange(false);
  }

 private:
  struct Attached {
    Bell* bell;
    std::unique_ptr<std::atomic<bool>> mark;
  };
  const std::string name_;
  const bool locked_;
  Log log_;
  Hole hole_;
  std::vector<Attached> bells_;  // constant after construction; a mark is set while its bell has a ring to answer
  mutable Mutex mu_;             // rank 6: a leaf
  Bytes topic_ GUARDED_BY(mu_);
};

}  // namespace chat
