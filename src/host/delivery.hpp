// One session's link as its courier sees it, with a mailbox of its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/room.hpp"
#include "net/link.hpp"
#include "protocol/packets.hpp"

namespace chat {

class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  explicit Delivery(std::shared_ptr<Link> link)
      : link_(std::move(link)),
        mailbox_(
            {.bytes = 2 * limits::mailbox_bytes, .entries = SIZE_MAX, .first_piece_bytes = 256, .piece_bytes = 4096}) {}

  Link& link() { return *link_; }
  // Packets for this session alone. Any thread may append; then ring the courier (Courier::nudge).
  // False when the mailbox is full: the session takes nothing and is ended as stalled.
  bool post(std::string_view packet) {
    const bool posted = put(packet);
    if (!posted) end(Goodbye::stalled);
    return posted;
  }

  // A private message, which its sender is told has arrived: so it is kept until the client has shown, by its answer
  // to a ping behind it, that it has come. full: what others send it, and it has not read, shall not be its end; moved:
  // its client is here on another connection.
  enum class Carried { taken, full, moved };
  Carried carry(const std::string& letter) {
    MutexLock lock(mu_);
    if (moved_) return Carried::moved;
    const Bytes ping = Ping{carried_ + 1}.encode(PacketType::ping);
    const std::size_t bytes = letter.size() + ping.size();
    if (std::max(mailbox_.bytes(), kept_bytes_) + bytes > limits::mailbox_bytes / 2) return Carried::full;
    letters_.push_back({++carried_, bytes, letter});
    kept_bytes_ += bytes;
    put(letter);
    put(ping);
    return Carried::taken;
  }
  // The client has answered a ping with this number. True: it was one of those behind a letter.
  bool ponged(std::uint64_t token) {
    MutexLock lock(mu_);
    bool came = false;
    for (; !letters_.empty() && letters_.front().ping <= token && token <= carried_; came = true) {
      kept_bytes_ -= letters_.front().bytes;
      letters_.pop_front();
    }
    return came;
  }
  // The same client's new connection, which nobody else knows yet, instead of the old one: gets the letters that may
  // not have come there. They find space here. Throws bad_alloc when the old one has to end.
  void take_over(Delivery& old) {
    try {
      for (const Kept& letter : old.give_up_letters()) carry(letter.packet);
    } catch (const std::bad_alloc&) {
      old.end(Goodbye::busy);
      throw;
    }
  }

  // Ends the session, once: the first reason counts. Its thread wakes and says goodbye, unless `farewell`, which then
  // counts as a packet of post(), has said it. Any thread.
  void end(Goodbye why, std::string_view farewell = {}) {
    {
      MutexLock lock(mu_);
      auto none = std::uint8_t{0};
      if (!ended_.compare_exchange_strong(none, static_cast<std::uint8_t>(why))) return;
      // After the reason: who reads it may be gone before we are back.
      if (!farewell.empty()) put(farewell);
    }
    link_->stop_reading();
  }
  // Returns when end(), if it has begun, has left its farewell.
  void wait_for_farewell() { MutexLock lock(mu_); }
  // One question for history at a time: false when there is one already.
  bool ask_history() { return !asks_history_.exchange(true); }
  void history_answered() { asks_history_ = false; }

  std::optional<Goodbye> ended() const { return goodbye_from(ended_.load()); }

 private:
  friend class Courier;

  // Where the courier keeps this session's cursor in a room: a place in its list of the room's followers.
  struct Place {
    Place(Room* in, std::size_t row) : room(in), at(row) {}
    Room* room;
    std::size_t at;
    // What the log has left behind comes from the archive, page by page.
    enum class Asked { no, yes, answered } asked = Asked::no;
    std::unique_ptr<Log::Found> page;  // the answer; null: it has nothing from there on
  };

  struct Kept {
    std::uint64_t ping;  // the number of the one behind it
    std::size_t bytes;   // of both
    std::string packet;
  };
  std::deque<Kept> give_up_letters() {
    MutexLock lock(mu_);
    moved_ = true;
    return std::move(letters_);
  }

  // False: there is no room.
  bool put(std::string_view packet) {
    if (mailbox_.bytes() + packet.size() > limits::mailbox_bytes) return false;
    mailbox_.append(packet);
    mailed_ = true;
    return true;
  }

  const std::shared_ptr<Link> link_;
  Mutex mu_;  // rank 3: held while the farewell, or a letter, is posted
  std::deque<Kept> letters_ GUARDED_BY(mu_);
  std::size_t kept_bytes_ GUARDED_BY(mu_) = 0;
  std::uint64_t carried_ GUARDED_BY(mu_) = std::uint64_t{1} << 63;  // above what asks whether somebody is there
  bool moved_ GUARDED_BY(mu_) = false;
  std::atomic<std::uint8_t> ended_{0};
  std::atomic<bool> asks_history_{false};
  std::atomic<bool> mailed_{false};  // there may be something in the mailbox

  // From here on: the courier's thread alone.
  bool begun_ = false;    // its session runs: until then the link belongs to the log-in
  bool resting_ = false;  // all was sent when it was last served: nothing below has anything to say
  bool waiting_ = false;  // in the courier's list of links that take nothing now
  bool dropped_ = false;  // served no more
  std::size_t sent_ = 0;  // octets of run_
  Log::Run run_;          // what is being sent
  std::string gap_;       // the gap packet being sent, if one is
  std::vector<Place> places_;
  Seq mailbox_next_ = 1;
  std::optional<Clock::time_point> finish_by_;  // set: the rest is sent, then the link is closed
  Clock::time_point progress_;                  // while waiting: when the link last took a byte
  Clock::time_point retry_at_;
  Clock::duration retry_after_{};
  Log mailbox_;  // this one any thread
};

}  // namespace chat
