#include "host/announcer.hpp"

#include <utility>

namespace chat {

// Counts the change instead of posting it, if so many are here that each line would drown the talk.
bool Announcer::crowded(std::size_t members, std::uint32_t joined, std::uint32_t left) {
  if (members <= limits::crowd_members) return false;
  bool first = false;
  {
    MutexLock lock(mu_);
    first = joined_ == 0 && left_ == 0;
    joined_ += joined;
    left_ += left;
  }
  if (first) on_pending_();
  return true;
}

void Announcer::joined(std::uint64_t session, const std::string& name, std::size_t members) {
  if (crowded(members, 1, 0)) return;
  Presence presence;
  presence.members = static_cast<std::uint32_t>(members);
  ledger_.submit(lobby_, session, name, PostKind::join, presence.encode(PostKind::join), 0);
  ledger_.deliver(lobby_);
}

void Announcer::left(std::uint64_t session, const std::string& name, std::size_t members, Goodbye why) {
  if (crowded(members, 0, 1)) return;
  Presence presence;
  presence.members = static_cast<std::uint32_t>(members);
  presence.why = why;
  ledger_.submit(lobby_, session, name, PostKind::leave, presence.encode(PostKind::leave), 0);
  ledger_.deliver(lobby_);
}

void Announcer::notice(const std::string& text) {
  ledger_.submit(lobby_, 0, std::string(host_sender), PostKind::notice, text, 0);
  ledger_.deliver(lobby_);
}

void Announcer::tick(std::size_t members) {
  Presence presence;
  {
    MutexLock lock(mu_);
    presence.joined = std::exchange(joined_, 0);
    presence.left = std::exchange(left_, 0);
  }
  if (presence.joined == 0 && presence.left == 0) return;
  presence.members = static_cast<std::uint32_t>(members);
  ledger_.submit(lobby_, 0, std::string(host_sender), PostKind::crowd, presence.encode(PostKind::crowd), 0);
  ledger_.deliver(lobby_);
}

}  // namespace chat
