#include "client/outbox.hpp"

#include "net/socket.hpp"

namespace chat {

std::optional<std::uint64_t> Outbox::push(std::string room, std::string text, PostKind kind) {
  MutexLock lock(mu_);
  if (kept_.size() >= capacity_) return std::nullopt;
  kept_.push_back({{std::move(room), ++last_id_, std::move(text), kind}, unix_ms()});
  return last_id_;
}

std::optional<Said> Outbox::take() {
  MutexLock lock(mu_);
  if (sent_ == kept_.size()) return std::nullopt;
  return kept_[sent_++];
}

std::size_t Outbox::give_up(const std::string& room) {
  MutexLock lock(mu_);
  std::size_t given_up = 0;
  for (std::size_t at = 0; at < kept_.size();) {
    if (kept_[at].room != room) {
      ++at;
      continue;
    }
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(at));
    if (at < sent_) --sent_;
    ++given_up;
  }
  return given_up;
}

bool Outbox::acknowledge(std::uint64_t message) {
  MutexLock lock(mu_);
  const std::size_t before = kept_.size();
  drop_to(message);
  return kept_.size() != before;
}

void Outbox::resume(std::uint64_t last_message) {
  MutexLock lock(mu_);
  drop_to(last_message);
  sent_ = 0;
}

void Outbox::take_back(std::uint64_t message) {
  MutexLock lock(mu_);
  std::size_t before = 0;
  while (before < sent_ && kept_[before].message < message) ++before;
  sent_ = before;
}

void Outbox::drop(std::uint64_t message) {
  MutexLock lock(mu_);
  for (std::size_t at = 0; at < kept_.size(); ++at) {
    if (kept_[at].message != message) continue;
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(at));
    if (at < sent_) --sent_;
    return;
  }
}

std::uint64_t Outbox::said() const {
  MutexLock lock(mu_);
  return last_id_;
}

std::uint64_t Outbox::sent() const {
  MutexLock lock(mu_);
  return sent_ == kept_.size() ? last_id_ : kept_[sent_].message - 1;
}

std::uint64_t Outbox::acknowledged() const {
  MutexLock lock(mu_);
  return kept_.empty() ? last_id_ : kept_.front().message - 1;
}

std::size_t Outbox::unacknowledged() const {
  MutexLock lock(mu_);
  return kept_.size();
}

void Outbox::drop_to(std::uint64_t message) {
  while (!kept_.empty() && kept_.front().message <= message) {
    kept_.pop_front();
    if (sent_ > 0) --sent_;
  }
}

}  // namespace chat
