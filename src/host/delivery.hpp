// One session's link as its courier sees it: a mailbox of its own and a cursor in each room it follows.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "host/room.hpp"
#include "net/link.hpp"

namespace chat {

class Delivery {
 public:
  explicit Delivery(std::shared_ptr<Link> link)
      : link_(std::move(link)),
        mailbox_(
            {.bytes = 2 * limits::mailbox_bytes, .entries = SIZE_MAX, .first_piece_bytes = 256, .piece_bytes = 4096}) {}

  Link& link() { return *link_; }
  // Packets for this session alone. Any thread may append; then ring the courier (Courier::nudge).
  // False when the mailbox is full: the session takes nothing and is ended as stalled.
  bool post(std::string_view packet) {
    if (mailbox_.bytes() + packet.size() > limits::mailbox_bytes) {
      end(Goodbye::stalled);
      return false;
    }
    mailbox_.append(packet);
    return true;
  }

  // Ends the session, once: the first reason counts. Its thread wakes and says goodbye. Any thread.
  void end(Goodbye why) {
    auto none = std::uint8_t{0};
    if (ended_.compare_exchange_strong(none, static_cast<std::uint8_t>(why))) link_->stop_reading();
  }
  std::optional<Goodbye> ended() const { return goodbye_from(ended_.load()); }

 private:
  friend class Courier;

  struct Cursor {
    Room* room = nullptr;
    Seq next = 0;           // the post to be served next
    std::size_t place = 0;  // in the courier's list of the room's followers
  };

  const std::shared_ptr<Link> link_;
  Log mailbox_;
  std::atomic<std::uint8_t> ended_{0};

  // From here on: the courier's thread alone.
  Seq mailbox_next_ = 1;
  std::vector<Cursor> cursors_;
  std::string gap_;                             // the gap packet being sent, if one is
  Log::Run run_;                                // what is being sent
  std::size_t sent_ = 0;                        // octets of it
  bool waiting_ = false;                        // in the courier's list of links that take nothing now
  bool dropped_ = false;                        // served no more
  std::optional<Clock::time_point> finish_by_;  // set: the rest is sent, then the link is closed
  Clock::time_point progress_;                  // while waiting: when the link last took a byte
  Clock::time_point retry_at_;
  Clock::duration retry_after_{};
};

}  // namespace chat
