// A courier carries logs to cursors: it writes to links, and never waits for one.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

#include "host/archive.hpp"

namespace chat {

// Each delivery belongs to one courier. All public methods but run_once() may be called by any thread and do not block.
// The courier's thread sleeps in one place: its bell, with a time-out while some link would not take its bytes.
class Courier final : public Bell {
 public:
  using Now = std::function<Clock::time_point()>;
  // archive: where posts are that a log keeps no more; null: nowhere, and cursors left behind get a gap.
  explicit Courier(
      Archive* archive = nullptr, Now now = [] { return Clock::now(); })
      : now_(std::move(now)), archive_(archive) {}
  ~Courier() override { ensure(!thread_.joinable(), "a courier was not stopped"); }

  bool start();  // false: the system has no thread to give
  // Delivers and closes what was finish()ed, for limits::stop_flush at most, then joins the thread.
  void stop();

  // Its session runs: from the first call on the courier alone writes to the link. What was in the mailbox before goes
  // out now.
  void follow(std::shared_ptr<Delivery> delivery, Room& room, Seq next);
  void unfollow(std::shared_ptr<Delivery> delivery, Room& room);  // what is being sent of it is sent to its end
  void nudge(std::shared_ptr<Delivery> delivery);                 // its mailbox has grown
  // Puts a packet into its mailbox, in the order of these calls: behind an unfollow() nothing of that room follows it,
  // before a follow() nothing of that room precedes it. A full mailbox ends the session as Delivery::post() does.
  void mail(std::shared_ptr<Delivery> delivery, Bytes packet);
  // Sends what the delivery still has, for limits::stop_flush at most, closes the link and forgets the delivery.
  void finish(std::shared_ptr<Delivery> delivery);
  // The archive's answer to the question for posts from `from` on; nothing: it has none.
  void fetched(std::shared_ptr<Delivery> delivery, std::shared_ptr<Room> room, Seq from,
               std::optional<Log::Found> page);
  void ring(Room& room) override;

  // One round: takes what was asked for and serves whom it concerns. Returns the time by which another round is due
  // even if nobody rings (the thread's loop; tests call it instead of start()).
  Clock::time_point run_once();

 private:
  struct Follow {
    std::shared_ptr<Delivery> delivery;
    std::shared_ptr<Room> room;
    Seq next;
  };
  struct Unfollow {
    std::shared_ptr<Delivery> delivery;
    std::shared_ptr<Room> room;
  };
  struct Nudge {
    std::shared_ptr<Delivery> delivery;
  };
  struct Mail {
    std::shared_ptr<Delivery> delivery;
    Bytes packet;
  };
  struct Finish {
    std::shared_ptr<Delivery> delivery;
  };
  struct Fetched {
    std::shared_ptr<Delivery> delivery;
    std::shared_ptr<Room> room;
    Seq from;
    std::optional<Log::Found> page;
  };
  using Order = std::variant<Follow, Unfollow, Nudge, Mail, Finish, Fetched>;

  // A cursor: the next post of a room for one delivery. In one row per room, so that carrying a post to a thousand
  // readers at rest touches little else.
  struct Follower {
    std::shared_ptr<Delivery> delivery;
    Link* link;
    Seq next;
  };
  // A room with readers of this courier.
  struct Readers {
    std::shared_ptr<Room> room;
    std::vector<Follower> row;
  };

  void run();
  void order(Order order);
  void wake() REQUIRES(mu_);
  void carry(Room& room);
  bool carry_to(Room& room, Follower& follower, std::optional<Log::Found>& latest);
  void serve(Delivery& d);
  bool next_run(Delivery& d);
  bool next_of_mailbox(Delivery& d);
  bool next_of_rooms(Delivery& d);
  void take_page(Fetched& fetched);
  bool left_behind(Delivery& d, Delivery::Place& place, Seq next, Log::Found& found);
  void wait_for(Delivery& d, bool took_some);
  Clock::time_point serve_waiting();
  void drop(Delivery& d);
  void leave_rooms(Delivery& d);
  void take_out(const Delivery::Place& place);

  const Now now_;
  Archive* const archive_;
  Thread thread_;

  Mutex mu_;  // rank 5
  Condition bell_;
  std::vector<Order> orders_ GUARDED_BY(mu_);
  std::vector<std::shared_ptr<Room>> rung_ GUARDED_BY(mu_);
  bool sleeping_ GUARDED_BY(mu_) = false;
  bool stopping_ GUARDED_BY(mu_) = false;

  // From here on: the courier's thread alone.
  std::unordered_map<const Room*, Readers> readers_;
  std::vector<const Room*> left_;  // rooms whose last reader has gone: forgotten at the end of the round
  std::vector<std::shared_ptr<Delivery>> waiting_;  // deliveries whose links take nothing now
  std::size_t finishing_ = 0;
  bool outrun_ = false;  // in the last round a room grew while it was carried
};

}  // namespace chat
