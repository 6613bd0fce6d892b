// Tells the lobby who comes and goes. In a crowd (limits::crowd_members) that becomes one line each crowd_period.
#pragma once

#include <functional>
#include <string>

#include "host/ledger.hpp"

namespace chat {

// Any thread may call any method.
class Announcer {
 public:
  // on_pending is called when tick() has become due in limits::crowd_period.
  Announcer(Ledger& ledger, Room& room, std::function<void()> on_pending)
      : ledger_(ledger), lobby_(room), on_pending_(std::move(on_pending)) {}

  // members: in the lobby afterwards.
  void joined(std::uint64_t session, const std::string& name, std::size_t members);
  void left(std::uint64_t session, const std::string& name, std::size_t members, Goodbye why);
  // A line of the host itself, for everybody.
  void notice(const std::string& text);
  // Posts what has come together in a crowd; `members` are here now.
  void tick(std::size_t members);

 private:
  bool crowded(std::size_t members, std::uint32_t joined, std::uint32_t left);

  Ledger& ledger_;
  Room& lobby_;
  const std::function<void()> on_pending_;
  Mutex mu_;  // rank 6: a leaf
  std::uint32_t joined_ GUARDED_BY(mu_) = 0;
  std::uint32_t left_ GUARDED_BY(mu_) = 0;
};

}  // namespace chat
