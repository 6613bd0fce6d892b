#include "host/announcer.hpp"

#include <utility>

namespace chat {

void Announcer::joined(std::uint64_t session, const std::string& name) {
  tell(PostKind::join, session, name, Goodbye::left);
}

void Announcer::left(std::uint64_t session, const std::string& name, Goodbye why) {
  tell(PostKind::leave, session, name, why);
}

void Announcer::tell(PostKind kind, std::uint64_t session, const std::string& name, Goodbye why) {
  bool crowded = false;
  bool first = false;
  {
    MutexLock lock(mu_);
    Presence presence;
    presence.members = static_cast<std::uint32_t>(members_());
    presence.why = why;
    crowded = presence.members > limits::crowd_members;
    if (crowded) {
      // So many are here that each line would drown the talk: the change is counted.
      first = joined_ == 0 && left_ == 0;
      ++(kind == PostKind::join ? joined_ : left_);
    } else if ((kind == PostKind::join) == is_here_(session, name)) {  // its other connection may have been first
      ledger_.submit(*room_, session, name, kind, presence.encode(kind), 0);
    }
  }
  if (first) on_pending_();
  if (!crowded) ledger_.deliver(*room_);
}

void Announcer::notice(const std::string& text) {
  ledger_.submit(*room_, 0, std::string(host_sender), PostKind::notice, text, 0);
  ledger_.deliver(*room_);
}

void Announcer::tick() {
  {
    MutexLock lock(mu_);
    Presence presence;
    presence.joined = std::exchange(joined_, 0);
    presence.left = std::exchange(left_, 0);
    if (presence.joined == 0 && presence.left == 0) return;
    presence.members = static_cast<std::uint32_t>(members_());
    ledger_.submit(*room_, 0, std::string(host_sender), PostKind::crowd, presence.encode(PostKind::crowd), 0);
  }
  ledger_.deliver(*room_);
}

}  // namespace chat
