// Tells a room who comes and goes. In a crowd (limits::crowd_members) that becomes one line each crowd_period.
#pragma once

#include <functional>
#include <string>

#include "host/ledger.hpp"

namespace chat {

// Any thread may call any method.
class Announcer {
 public:
  using IsHere = std::function<bool(std::uint64_t session, const std::string& name)>;
  // members says how many are here now, is_here whether somebody is. on_pending is called when tick() has become due in
  // limits::crowd_period.
  Announcer(Ledger& ledger, std::shared_ptr<Room> room, std::function<std::size_t()> members, IsHere is_here,
            std::function<void()> on_pending)
      : ledger_(ledger),
        room_(std::move(room)),
        members_(std::move(members)),
        is_here_(std::move(is_here)),
        on_pending_(std::move(on_pending)) {}

  // Somebody has come or gone, and is counted or not in what members says. Nobody is told that somebody left who is
  // back by then: that line would come after the one that it joined.
  void joined(std::uint64_t session, const std::string& name);
  void left(std::uint64_t session, const std::string& name, Goodbye why);
  // A line of the host itself, for everybody in the room.
  void notice(const std::string& text);
  // The same, and waits until it is stored. False: it could not be, and nobody is told.
  bool notice_stored(const std::string& text) { return ledger_.announce(*room_, text); }
  // Posts what has come together in a crowd.
  void tick();

 private:
  void tell(PostKind kind, std::uint64_t session, const std::string& name, Goodbye why);

  Ledger& ledger_;
  const std::shared_ptr<Room> room_;
  const std::function<std::size_t()> members_;
  const IsHere is_here_;
  const std::function<void()> on_pending_;
  Mutex mu_;  // rank 0: held from counting to posting, so that the last post of many at once has the last count
  std::uint32_t joined_ GUARDED_BY(mu_) = 0;
  std::uint32_t left_ GUARDED_BY(mu_) = 0;
};

}  // namespace chat
