#include "host/courier.hpp"

#include <algorithm>

#include "protocol/packets.hpp"

namespace chat {

namespace {
constexpr std::size_t run_bytes = 64 * 1024;  // handed to a link at once
constexpr Clock::duration first_retry = 2ms;  // of a link that took nothing; doubled
constexpr Clock::duration last_retry = 64ms;  // up to this
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
  order(Follow{std::move(delivery), &room, next});
}
void Courier::nudge(std::shared_ptr<Delivery> delivery) { order(Nudge{std::move(delivery)}); }
void Courier::finish(std::shared_ptr<Delivery> delivery) { order(Finish{std::move(delivery)}); }

void Courier::ring(Room& room) {
  MutexLock lock(mu_);
  rung_.push_back(&room);
  wake();
}

void Courier::run() {
  while (true) {
    const auto due = run_once();
    MutexLock lock(mu_);
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
  std::vector<Room*> rung;
  {
    MutexLock lock(mu_);
    orders.swap(orders_);
    rung.swap(rung_);
  }
  for (Order& order : orders) {
    if (auto* follow = std::get_if<Follow>(&order)) {
      if (follow->delivery->dropped_) continue;
      auto& followers = followers_[follow->room];
      follow->delivery->cursors_.push_back({follow->room, follow->next, followers.size()});
      followers.push_back(follow->delivery);
      serve(follow->delivery);
    } else if (auto* nudge = std::get_if<Nudge>(&order)) {
      serve(nudge->delivery);
    } else if (auto* finish = std::get_if<Finish>(&order)) {
      if (finish->delivery->dropped_ || finish->delivery->finish_by_) continue;
      finish->delivery->finish_by_ = now_() + limits::stop_flush;
      ++finishing_;
      serve(finish->delivery);
    }
  }
  for (Room* room : rung) {
    room->looking(*this);
    const auto found = followers_.find(room);
    if (found == followers_.end()) continue;
    // serve() may drop the one it serves: the last one then stands in its place and is served next.
    auto& followers = found->second;
    for (std::size_t i = 0; i < followers.size();) {
      const std::shared_ptr<Delivery> delivery = followers[i];
      serve(delivery);
      if (i < followers.size() && followers[i] == delivery) ++i;
    }
  }
  auto due = Clock::time_point::max();
  if (waiting_.empty()) return due;
  std::vector<std::shared_ptr<Delivery>> waiting;
  waiting.swap(waiting_);
  const auto now = now_();
  for (const auto& delivery : waiting) {
    if (delivery->dropped_) continue;
    delivery->waiting_ = false;
    if (now >= delivery->retry_at_) {
      serve(delivery);
    } else {
      delivery->waiting_ = true;
      waiting_.push_back(delivery);
    }
  }
  for (const auto& delivery : waiting_) due = std::min(due, delivery->retry_at_);
  return due;
}

void Courier::serve(const std::shared_ptr<Delivery>& delivery) {
  Delivery& d = *delivery;
  if (d.dropped_ || d.waiting_) return;
  bool took_some = false;
  while (true) {
    if (d.sent_ == d.run_.octets.size() && !next_run(d)) {
      if (!d.link().flushed()) return wait_for(delivery, took_some);
      d.retry_after_ = {};
      if (d.finish_by_) {
        d.link().close_write();
        drop(delivery);
      }
      return;
    }
    const std::string_view rest = d.run_.octets.substr(d.sent_);
    const IoResult result = d.link().write(rest);
    if (result.state == IoResult::State::ok) {
      d.sent_ += result.bytes;
      took_some = true;
      if (result.bytes < rest.size()) return wait_for(delivery, true);
    } else if (result.state == IoResult::State::would_block) {
      return wait_for(delivery, took_some);
    } else {
      d.end(Goodbye::connection_lost);
      return drop(delivery);
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
  auto found = d.mailbox_.read(d.mailbox_next_, run_bytes);
  if (!found) {
    d.mailbox_.forget_before(d.mailbox_next_);
    return false;
  }
  d.run_ = std::move(found->run);
  d.mailbox_next_ = d.run_.next;
  return true;
}

bool Courier::next_of_rooms(Delivery& d) {
  for (auto& cursor : d.cursors_) {
    auto found = cursor.room->log().read(cursor.next, run_bytes);
    if (!found) continue;
    if (found->first > cursor.next) {  // left behind: say so, then go on with the oldest kept post
      d.gap_ = Gap{cursor.room->name(), cursor.next, found->first - 1}.encode();
      d.run_ = {nullptr, d.gap_, 0};
      cursor.next = found->first;
    } else {
      d.run_ = std::move(found->run);
      cursor.next = d.run_.next;
    }
    return true;
  }
  return false;
}

void Courier::wait_for(const std::shared_ptr<Delivery>& delivery, bool took_some) {
  Delivery& d = *delivery;
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
    return drop(delivery);
  }
  d.retry_at_ = now + d.retry_after_;
  d.waiting_ = true;
  waiting_.push_back(delivery);
}

void Courier::drop(const std::shared_ptr<Delivery>& delivery) {
  Delivery& d = *delivery;
  d.dropped_ = true;
  if (d.finish_by_) --finishing_;
  for (const auto& cursor : d.cursors_) {
    auto& followers = followers_[cursor.room];
    if (cursor.place + 1 != followers.size()) {
      followers[cursor.place] = std::move(followers.back());
      for (auto& moved : followers[cursor.place]->cursors_)
        if (moved.room == cursor.room) moved.place = cursor.place;
    }
    followers.pop_back();
  }
  d.cursors_.clear();
  d.run_ = {};
  d.sent_ = 0;
}

}  // namespace chat
