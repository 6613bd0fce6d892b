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

class Room {
 public:
  Room(std::string name, LogLimits limits, const std::vector<Bell*>& bells) : name_(std::move(name)), log_(limits) {
    for (Bell* bell : bells) bells_.push_back({bell, std::make_unique<std::atomic<bool>>(false)});
  }
  const std::string& name() const { return name_; }
  Log& log() { return log_; }
  const Log& log() const { return log_; }

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
  Log log_;
  std::vector<Attached> bells_;  // constant after construction; a mark is set while its bell has a ring to answer
};

}  // namespace chat
