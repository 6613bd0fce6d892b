// What /search looks for. Pure but for the local time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net_utils.hpp"

namespace chat {

struct Search {
  std::string words;  // all of them occur, upper and lower case alike
  std::string user;   // said by this person; empty: by anybody
  std::string room;   // said there; empty: anywhere
  std::uint64_t since_ms = 0;

  std::string text() const;  // " of bob with tea in #ops": what is looked for, as it was typed

  // room: empty for a private message. text: with who said it.
  bool fits(const std::string& from, const std::string& said_in, std::uint64_t time_ms, const std::string& text) const;
};

// The arguments of /search: -user NAME, -room ROOM, -since DAY, and words. A day is today, yesterday, 2026-11-21, or a
// time ago: 2h.
Checked<Search> understand_search(std::string_view arguments, std::uint64_t now_ms);

}  // namespace chat
