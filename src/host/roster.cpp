#include "host/roster.hpp"

#include <algorithm>
#include <charconv>

namespace chat {

namespace {

constexpr std::string_view nameless = "clint";  // and a number

// At most `most` characters from the front of valid UTF-8.
std::string_view front(std::string_view text, std::size_t most) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && most-- == 0) return text.substr(0, at);
  }
  return text;
}

}  // namespace

// Who has this name, or one that looks like it; empty: nobody.
std::string Roster::holder(const std::string& name) const {
  for (const std::string& skeleton : name_skeletons(name))
    if (const auto found = names_by_skeleton_.find(skeleton); found != names_by_skeleton_.end()) return found->second;
  return {};
}

// A name nobody has, made from the wanted one; empty when it only looks like somebody's.
std::string Roster::free_name(const std::string& wanted) {
  if (wanted.empty()) {
    while (!holder(std::string(nameless) + std::to_string(lowest_free_)).empty()) ++lowest_free_;
    return std::string(nameless) + std::to_string(lowest_free_++);
  }
  const std::string taken_by = holder(wanted);
  if (taken_by.empty()) return wanted;
  if (taken_by != wanted) return {};
  for (std::size_t number = 2;; ++number) {
    const std::string suffix = "-" + std::to_string(number);
    std::string name = std::string(front(wanted, limits::name_characters - suffix.size())) + suffix;
    if (holder(name).empty()) return name;
  }
}

Roster::Admission Roster::enter(std::uint64_t session, const std::string& wanted, const std::string& address,
                                std::shared_ptr<Delivery> delivery) {
  MutexLock lock(mu_);
  Admission admission;
  if (const auto here = members_.find(session); here != members_.end()) {
    admission.name = here->second.name;
    admission.members = members_.size();
    admission.replaced = std::exchange(here->second.delivery, std::move(delivery));
    here->second.address = address;
    if (std::exchange(here->second.held_until, Clock::time_point::max()) != Clock::time_point::max()) --held_;
    return admission;
  }
  if (members_.size() >= most_) {
    admission.refused = Goodbye::full;
    return admission;
  }
  admission.name = free_name(wanted);
  if (admission.name.empty()) {
    admission.refused = Goodbye::bad_name;
    return admission;
  }
  for (std::string& skeleton : name_skeletons(admission.name))
    names_by_skeleton_.emplace(std::move(skeleton), admission.name);
  members_.emplace(session, Member{admission.name, address, std::move(delivery)});
  admission.members = members_.size();
  return admission;
}

std::optional<std::size_t> Roster::leave(std::uint64_t session, const Delivery& delivery) {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here == members_.end() || here->second.delivery.get() != &delivery) return std::nullopt;
  take_out(here);
  return members_.size();
}

bool Roster::hold(std::uint64_t session, const Delivery& delivery, Goodbye why, Clock::time_point until) {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here == members_.end() || here->second.delivery.get() != &delivery) return false;
  here->second.held_until = until;
  here->second.why = why;
  ++held_;
  return true;
}

std::vector<Roster::Gone> Roster::take_expired(Clock::time_point now) {
  MutexLock lock(mu_);
  std::vector<Gone> gone;
  if (held_ == 0) return gone;
  for (auto at = members_.begin(); at != members_.end();) {
    const auto here = at++;
    if (here->second.held_until > now) continue;
    gone.push_back({here->first, here->second.name, here->second.why});
    take_out(here);
  }
  return gone;
}

Clock::time_point Roster::next_expiry() const {
  MutexLock lock(mu_);
  auto next = Clock::time_point::max();
  if (held_ == 0) return next;
  for (const auto& [session, member] : members_) next = std::min(next, member.held_until);
  return next;
}

void Roster::take_out(std::unordered_map<std::uint64_t, Member>::iterator here) {
  if (here->second.held_until != Clock::time_point::max()) --held_;
  const std::string name = here->second.name;
  for (const std::string& skeleton : name_skeletons(name)) names_by_skeleton_.erase(skeleton);
  std::uint32_t number = 0;
  if (name.starts_with(nameless)) {
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + nameless.size(), end, number);
    if (parsed.ec == std::errc{} && parsed.ptr == end && number > 0) lowest_free_ = std::min(lowest_free_, number);
  }
  members_.erase(here);
}

std::size_t Roster::size() const {
  MutexLock lock(mu_);
  return members_.size();
}

std::shared_ptr<Delivery> Roster::delivery_of(std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  return here == members_.end() ? nullptr : here->second.delivery;
}

std::string Roster::address_of(std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  return here == members_.end() ? std::string() : here->second.address;
}

std::vector<std::string> Roster::names() const {
  std::vector<std::string> names;
  {
    MutexLock lock(mu_);
    for (const auto& [session, member] : members_) names.push_back(member.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<Delivery>>> Roster::deliveries() const {
  MutexLock lock(mu_);
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Delivery>>> all;
  for (const auto& [session, member] : members_) all.emplace_back(session, member.delivery);
  return all;
}

}  // namespace chat
