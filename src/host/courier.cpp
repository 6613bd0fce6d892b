#include "host/courier.hpp"

#include <algorithm>
#include <utility>

#include "protocol/packets.hpp"

namespace chat {

namespace {
constexpr std::size_t run_bytes = 64 * 1024;  // handed to a link at once
constexpr Clock::duration first_retry = 2ms;  // of a link that took nothing; doubled
constexpr Clock::duration last_retry = 64ms;  // up to this
constexpr Clock::duration longest_breath = 1ms;
constexpr std::size_t full_run = run_bytes / 4;  // longer ones gain little from waiting for more
}  // namespace

bool Courier::start() {
  thread_ = Thread::start([this] { run(); });
  return thread_.joinable();
}

void Courier::stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    wake();
  }
  if (thread_.joinable()) thread_.join();
}

void Courier::wake() {
  if (sleeping_) bell_.notify_one();
}

void Courier::order(Order order) {
  MutexLock lock(mu_);
  orders_.push_back(std::move(order));
  wake();
}

void Courier::follow(std::shared_ptr<Delivery> delivery, Room& room, Seq next) {
  order(Follow{std::move(delivery), room.shared_from_this(), next});
}
void Courier::unfollow(std::shared_ptr<Delivery> delivery, Room& room) {
  order(Unfollow{std::move(delivery), room.shared_from_this()});
}
void Courier::nudge(std::shared_ptr<Delivery> delivery) { order(Nudge{std::move(delivery)}); }
void Courier::mail(std::shared_ptr<Delivery> delivery, Bytes packet) {
  order(Mail{std::move(delivery), std::move(packet)});
}
void Courier::finish(std::shared_ptr<Delivery> delivery) { order(Finish{std::move(delivery)}); }

void Courier::fetched(std::shared_ptr<Delivery> delivery, std::shared_ptr<Room> room, Seq from,
                      std::optional<Log::Found> page) {
  order(Fetched{std::move(delivery), std::move(room), from, std::move(page)});
}

void Courier::ring(Room& room) {
  MutexLock lock(mu_);
  rung_.push_back(room.shared_from_this());
  wake();
}

void Courier::run() {
  while (true) {
    const auto began = now_();
    const auto due = run_once();
    MutexLock lock(mu_);
    // Posts come faster than they are carried: let some more come, which cost each reader nothing but their octets.
    // The breath is no longer than the work before it, and no bell ends it.
    if (outrun_ && !stopping_) {
      const auto now = now_();
      bell_.wait_until(mu_, now + std::min(now - began, longest_breath));
    }
    if (!orders_.empty() || !rung_.empty()) continue;
    if (stopping_ && finishing_ == 0) return;
    sleeping_ = true;
    if (due == Clock::time_point::max()) {
      bell_.wait(mu_);
    } else {
      bell_.wait_until(mu_, due);
    }
    sleeping_ = false;
  }
}

Clock::time_point Courier::run_once() {
  std::vector<Order> orders;
  std::vector<std::shared_ptr<Room>> rung;
  {
    MutexLock lock(mu_);
    orders.swap(orders_);
    rung.swap(rung_);
  }
  for (Order& order : orders) {
    if (auto* follow = std::get_if<Follow>(&order)) {
      Delivery& d = *follow->delivery;
      if (d.dropped_) continue;
      d.begun_ = true;
      Readers& readers = readers_[follow->room.get()];
      readers.room = follow->room;
      d.places_.emplace_back(follow->room.get(), readers.row.size());
      readers.row.push_back({follow->delivery, &d.link(), follow->next});
      serve(d);
    } else if (auto* unfollow = std::get_if<Unfollow>(&order)) {
      auto& places = unfollow->delivery->places_;
      const auto place = std::find_if(places.begin(), places.end(),
                                      [&](const auto& each) { return each.room == unfollow->room.get(); });
      if (place == places.end()) continue;
      take_out(*place);
      places.erase(place);
    } else if (auto* nudge = std::get_if<Nudge>(&order)) {
      serve(*nudge->delivery);
    } else if (auto* mail = std::get_if<Mail>(&order)) {
      if (mail->delivery->post(mail->packet)) serve(*mail->delivery);
    } else if (auto* fetched = std::get_if<Fetched>(&order)) {
      take_page(*fetched);
    } else if (auto* finish = std::get_if<Finish>(&order)) {
      Delivery& d = *finish->delivery;
      if (d.dropped_ || d.finish_by_) continue;
      d.begun_ = true;
      d.finish_by_ = now_() + limits::stop_flush;
      ++finishing_;
      serve(d);
    }
  }
  outrun_ = false;
  for (const auto& room : rung) carry(*room);
  const auto due = serve_waiting();
  for (const Room* room : std::exchange(left_, {}))
    if (const auto found = readers_.find(room); found != readers_.end() && found->second.row.empty())
      readers_.erase(found);
  return due;
}

// Tries those links again that took nothing, when it is time; when it is for the next one.
Clock::time_point Courier::serve_waiting() {
  auto due = Clock::time_point::max();
  if (waiting_.empty()) return due;
  std::vector<std::shared_ptr<Delivery>> waiting;
  waiting.swap(waiting_);
  const auto now = now_();
  for (const auto& delivery : waiting) {
    if (delivery->dropped_) continue;
    delivery->waiting_ = false;
    if (now >= delivery->retry_at_) {
      serve(*delivery);
    } else {
      delivery->waiting_ = true;
      waiting_.push_back(delivery);
    }
  }
  for (const auto& delivery : waiting_) due = std::min(due, delivery->retry_at_);
  return due;
}

void Courier::carry(Room& room) {
  room.looking(*this);
  const auto found = readers_.find(&room);
  if (found == readers_.end()) return;
  auto& followers = found->second.row;
  const Seq last = room.log().last();
  std::optional<Log::Found> latest;
  // Whoever is dropped gives its place to the last one, which is served next.
  for (std::size_t i = 0; i < followers.size();) {
    const Delivery* const served = followers[i].delivery.get();
    if (!carry_to(room, followers[i], latest)) serve(*followers[i].delivery);
    if (i < followers.size() && followers[i].delivery.get() == served) ++i;
  }
  if (latest && latest->run.octets.size() < full_run && room.log().last() != last) outrun_ = true;
}

// The short way, for a reader with nothing else to be sent: what is new in the room, in one write. `latest` is what the
// reader before it was sent. False: it has to go the long way, through serve().
bool Courier::carry_to(Room& room, Follower& follower, std::optional<Log::Found>& latest) {
  Delivery& d = *follower.delivery;
  if (!d.resting_ || d.mailed_) return false;
  const Seq last = room.log().last();
  if (follower.next > last) return true;
  if (!latest || latest->first != follower.next || latest->run.next <= last)
    latest = room.log().read(follower.next, run_bytes);
  if (latest->first != follower.next) return false;
  const IoResult result = follower.link->write(latest->run.octets);
  if (result.state != IoResult::State::ok) return false;
  follower.next = latest->run.next;
  if (result.bytes == latest->run.octets.size()) return latest->run.next > last && follower.link->flushed();
  d.resting_ = false;
  d.run_ = latest->run;
  d.sent_ = result.bytes;
  return false;
}

void Courier::serve(Delivery& d) {
  if (!d.begun_ || d.dropped_ || d.waiting_) return;
  d.resting_ = false;
  bool took_some = false;
  while (true) {
    if (d.sent_ == d.run_.octets.size() && !next_run(d)) {
      if (!d.link().flushed()) return wait_for(d, took_some);
      if (d.finish_by_) {
        const auto kept = d.shared_from_this();  // the places may be its last owners
        leave_rooms(d);                          // nothing follows the goodbye
        // A system that was told that nobody reads answers what still comes after our FIN with a reset, and throws away
        // what the peer has not taken.
        if (d.ended() && !d.link().acknowledged()) return wait_for(d, took_some);
        d.link().close_write();
        return drop(d);
      }
      d.retry_after_ = {};
      d.resting_ = true;
      return;
    }
    const std::string_view rest = d.run_.octets.substr(d.sent_);
    const IoResult result = d.link().write(rest);
    if (result.state == IoResult::State::ok) {
      d.sent_ += result.bytes;
      took_some = true;
    } else if (result.state == IoResult::State::would_block) {
      return wait_for(d, took_some);
    } else {
      d.end(Goodbye::connection_lost);
      return drop(d);
    }
  }
}

// The next octets to send, into d.run_. Frames are never mixed: a run ends where a frame ends.
bool Courier::next_run(Delivery& d) {
  d.run_ = {};
  d.sent_ = 0;
  // While it finishes, the mailbox comes last: it holds the goodbye.
  if (d.finish_by_) return next_of_rooms(d) || next_of_mailbox(d);
  return next_of_mailbox(d) || next_of_rooms(d);
}

bool Courier::next_of_mailbox(Delivery& d) {
  if (!d.mailed_.exchange(false)) return false;
  auto found = d.mailbox_.read(d.mailbox_next_, run_bytes);
  if (!found) {
    d.mailbox_.forget_before(d.mailbox_next_);
    return false;
  }
  d.mailed_ = true;  // there may be more
  d.run_ = std::move(found->run);
  d.mailbox_next_ = d.run_.next;
  return true;
}

// Who has left the room meanwhile, and entered it again, has asked again, perhaps for others: this is no answer to
// that.
void Courier::take_page(Fetched& fetched) {
  Delivery& d = *fetched.delivery;
  for (Delivery::Place& place : d.places_) {
    if (place.room != fetched.room.get() || place.asked != Delivery::Place::Asked::yes) continue;
    if (readers_.at(place.room).row[place.at].next != fetched.from) continue;
    place.asked = Delivery::Place::Asked::answered;
    if (fetched.page) place.page = std::make_unique<Log::Found>(std::move(*fetched.page));
    serve(d);
    return;
  }
}

// The log keeps posts from `found` on, the cursor is before it. True: wait for the archive. Else `found` is what comes
// next, perhaps from the archive.
bool Courier::left_behind(Delivery& d, Delivery::Place& place, Seq next, Log::Found& found) {
  using Asked = Delivery::Place::Asked;
  if (!archive_) return false;
  if (place.asked == Asked::no) {
    place.asked = Asked::yes;
    archive_->fetch(*this, d.shared_from_this(), place.room->shared_from_this(), next);
  }
  if (place.asked == Asked::yes) return true;
  place.asked = Asked::no;
  if (place.page && place.page->first < found.first) found = std::move(*place.page);
  place.page.reset();
  return false;
}

bool Courier::next_of_rooms(Delivery& d) {
  for (Delivery::Place& place : d.places_) {
    Room* const room = place.room;
    Follower& follower = readers_.at(room).row[place.at];
    auto found = room->log().read(follower.next, run_bytes);
    // Where the last numbers were never stored the log is empty at first, and what is kept is in the archive alone.
    if (!found && follower.next <= room->log().last())
      if (const Seq first = room->log().first(); follower.next < first) found = Log::Found{{nullptr, {}, first}, first};
    if (!found) continue;
    if (found->first > follower.next && left_behind(d, place, follower.next, *found)) continue;
    if (found->first > follower.next) {  // left behind: say so, then go on with the oldest kept post
      d.gap_ = Gap{room->name(), follower.next, found->first - 1}.encode();
      d.run_ = {nullptr, d.gap_, 0};
      follower.next = found->first;
    } else {
      d.run_ = std::move(found->run);
      follower.next = d.run_.next;
    }
    return true;
  }
  return false;
}

void Courier::wait_for(Delivery& d, bool took_some) {
  const auto now = now_();
  if (took_some || d.retry_after_ == Clock::duration{}) {
    d.progress_ = now;
    d.retry_after_ = first_retry;
  } else {
    d.retry_after_ = std::min(2 * d.retry_after_, last_retry);
  }
  const bool too_late = d.finish_by_ && now >= *d.finish_by_;
  if (too_late || now - d.progress_ >= limits::write_deadline || d.link().stalled()) {
    d.end(Goodbye::stalled);
    d.link().shutdown();
    return drop(d);
  }
  d.retry_at_ = now + d.retry_after_;
  d.waiting_ = true;
  waiting_.push_back(d.shared_from_this());
}

void Courier::drop(Delivery& d) {
  const auto kept = d.shared_from_this();  // the places below may be its last owners
  d.dropped_ = true;
  d.resting_ = false;
  if (d.finish_by_) --finishing_;
  leave_rooms(d);
  d.run_ = {};
  d.sent_ = 0;
}

void Courier::leave_rooms(Delivery& d) {
  for (const Delivery::Place& place : d.places_) take_out(place);
  d.places_.clear();
}

// The last one of the row takes the place.
void Courier::take_out(const Delivery::Place& place) {
  const auto found = readers_.find(place.room);
  auto& row = found->second.row;
  if (place.at + 1 != row.size()) {
    row[place.at] = std::move(row.back());
    for (auto& moved : row[place.at].delivery->places_)
      if (moved.room == place.room) moved.at = place.at;
  }
  row.pop_back();
  if (row.empty()) left_.push_back(place.room);
}

}  // namespace chat
