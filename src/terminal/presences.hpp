// Who comes and goes, told without noise: of people who said nothing lately the first line is shown, what follows it
// closely becomes one line. Pure; the time is given.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/events.hpp"

namespace chat {

// Belongs to one thread at a time.
class Presences {
 public:
  enum class Show { folded, all, off };
  void show(Show show) {
    show_ = show;
    if (show == Show::off) kept_.clear();
  }
  bool wanted() const { return show_ != Show::off; }

  // Several in one line.
  struct Folded {
    std::string room;
    std::string text;  // "bob, carol joined; dave left", fit for a terminal
    std::uint64_t time_ms = 0;
    std::uint32_t members = 0;  // after the last of them
  };
  // A join or a leave. True: to be shown by itself, now. Else it is kept for take(), or not wanted.
  bool alone(const PostArrived& event, Clock::time_point now);
  void spoke(const std::string& name, Clock::time_point now);
  // We have come back after a cut. If the host was started again the others come back now, too, whether they spoke
  // lately or not: for a while nobody's return is shown by itself.
  void came_back(Clock::time_point now) { returning_until_ = now + limits::reconnect_cap; }
  // Whether something kept is about this person, another room or an earlier time, and has to be shown before what comes
  // now.
  bool before(const std::string& name, const std::string& room, std::uint64_t time_ms) const;
  Clock::time_point due() const;  // of take(); max(): nothing is kept
  std::optional<Folded> take(Clock::time_point now);

 private:
  struct Change {
    std::string name;
    bool came_first = false;  // by the first of its events, and
    bool is_here = false;     // after the last
  };
  Show show_ = Show::folded;
  std::map<std::string, Clock::time_point> spoke_;
  std::vector<Change> kept_;
  Folded latest_;  // but for its text
  Clock::time_point quiet_until_ = Clock::time_point::min();
  Clock::time_point returning_until_ = Clock::time_point::min();
};

Presences::Show presences_from(std::string_view name);  // folded, all or off

}  // namespace chat
