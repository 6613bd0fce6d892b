// Where posts are that a room's log has left behind.
#pragma once

#include <memory>

#include "host/delivery.hpp"
#include "protocol/packets.hpp"

namespace chat {

class Courier;

// Any thread may call any method; none waits for the disk. The answers come later, from a thread of the archive's own.
class Archive {
 public:
  virtual ~Archive() = default;
  // A page of the room's posts from `from` on: answered by to.fetched().
  virtual void fetch(Courier& to, std::shared_ptr<Delivery> delivery, std::shared_ptr<Room> room, Seq from) = 0;
  // What was said before: answered by a Past in the delivery's mailbox.
  virtual void history(Courier& to, std::shared_ptr<Delivery> delivery, History question) = 0;
};

}  // namespace chat
