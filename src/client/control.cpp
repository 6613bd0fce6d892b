#include "client/control.hpp"

#include <algorithm>
#include <utility>

namespace chat {

bool renames(Verb verb) { return verb == Verb::nick || verb == Verb::logout; }

void Control::leave() {
  {
    MutexLock lock(mu_);
    leaving_ = true;
  }
  left_.notify_all();
  stop_.wake();
  bell_.wake();
}

void Control::wish(Wish wish) {
  {
    MutexLock lock(mu_);
    wishes_.push_back(std::move(wish));
  }
  ring();
}

std::optional<Control::Wish> Control::take_wish() {
  MutexLock lock(mu_);
  if (wishes_.empty()) return std::nullopt;
  Wish wish = std::move(wishes_.front());
  wishes_.pop_front();
  return wish;
}

void Control::order(Order order, std::uint64_t said) {
  const auto* request = std::get_if<Request>(&order);
  const bool waits = std::holds_alternative<Leave>(order) || std::holds_alternative<BecomeAccount>(order) ||
                     (request && renames(request->verb));
  {
    MutexLock lock(mu_);
    orders_.push_back({std::move(order), waits ? said : 0});
  }
  ring();
}

std::optional<Control::Order> Control::take_order(std::uint64_t sent, std::uint64_t taken, bool writing,
                                                  const std::string& reading) {
  MutexLock lock(mu_);
  if (orders_.empty()) return std::nullopt;
  const auto* leave = std::get_if<Leave>(&orders_.front().order);
  if (orders_.front().said > (leave ? taken : sent)) return std::nullopt;
  // What comes of a room that was left could not be opened, and would count for our next stay there.
  const bool wished = leave && std::any_of(wishes_.begin(), wishes_.end(),
                                           [&](const Wish& wish) { return wish.history.room == leave->room; });
  if (wished || (leave && leave->room == reading)) return std::nullopt;
  // A letter is sealed with our name, and the host says whose it is: no new name while one is under way.
  const auto* request = std::get_if<Request>(&orders_.front().order);
  if (writing && request && renames(request->verb)) return std::nullopt;
  Order order = std::move(orders_.front().order);
  orders_.pop_front();
  return order;
}

bool Control::leaves(const std::string& room) const {
  MutexLock lock(mu_);
  return std::any_of(orders_.begin(), orders_.end(), [&](const Waiting& each) {
    const auto* leave = std::get_if<Leave>(&each.order);
    return leave && leave->room == room;
  });
}

bool Control::new_name_waits(std::uint64_t sent) const {
  MutexLock lock(mu_);
  return std::any_of(orders_.begin(), orders_.end(), [&](const Waiting& each) {
    const auto* request = std::get_if<Request>(&each.order);
    const bool is_new_name = (request && renames(request->verb)) || std::holds_alternative<BecomeAccount>(each.order);
    return is_new_name && each.said <= sent;
  });
}

void Control::pause(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  MutexLock lock(mu_);
  while (!leaving_ && left_.wait_until(mu_, until) != std::cv_status::timeout) {
  }
}

}  // namespace chat
