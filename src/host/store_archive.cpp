#include "host/store_archive.hpp"

#include <algorithm>

#include "host/courier.hpp"

namespace chat {

namespace {
constexpr std::size_t page_bytes = 64 * 1024;  // what a courier hands to a link at once
}

bool StoreArchive::start() {
  thread_ = Thread::start([this] { run(); });
  return thread_.joinable();
}

void StoreArchive::stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    bell_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  reader_.reset();
}

void StoreArchive::order(Order order) {
  MutexLock lock(mu_);
  orders_.push_back(std::move(order));
  bell_.notify_one();
}

void StoreArchive::fetch(Courier& to, std::shared_ptr<Delivery> delivery, std::shared_ptr<Room> room, Seq from) {
  order(Fetch{&to, std::move(delivery), std::move(room), from});
}

void StoreArchive::history(Courier& to, std::shared_ptr<Delivery> delivery, History question) {
  order(Question{&to, std::move(delivery), std::move(question)});
}

void StoreArchive::run() {
  while (true) {
    std::optional<Order> order;
    {
      MutexLock lock(mu_);
      while (orders_.empty() && !stopping_) bell_.wait(mu_);
      if (stopping_) return;
      order = std::move(orders_.front());
      orders_.pop_front();
    }
    std::visit([this](const auto& each) { answer(each); }, *order);
  }
}

void StoreArchive::answer(const Fetch& fetch) {
  if (fetch.delivery->ended()) return;
  std::optional<Log::Found> page;
  try {
    page = reader_->read(fetch.room->name(), fetch.from, page_bytes);
  } catch (const StoreError&) {
    // What cannot be read is missed: its reader is told of a gap.
    page.reset();
  }
  fetch.to->fetched(fetch.delivery, fetch.room, fetch.from, std::move(page));
}

void StoreArchive::answer(const Question& question) {
  const History& history = question.history;
  Past past;
  past.room = history.room;
  try {
    past.posts = reader_->history(history.room, history.before, history.since_ms,
                                  std::min(history.count, limits::history_posts), limits::history_bytes);
  } catch (const StoreError&) {
    past.posts.clear();
  }
  question.delivery->history_answered();
  if (question.delivery->post(past.encode())) question.to->nudge(question.delivery);
}

}  // namespace chat
