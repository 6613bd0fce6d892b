// clint --json: an object for each event, and what a script may write. Pure. docs/examples/README.md has the fields.
#pragma once

#include <string>
#include <string_view>

#include "client/events.hpp"

namespace chat {

// One object in ASCII (RFC 8259) and a line feed; empty for what a script need not know.
std::string json_line(const Event& event);
// {"event":"line"} for what a command answers: lines with their ends.
std::string json_lines(std::string_view lines);
// {"event":"error"} for what could not be done: a line that begins with "! ".
std::string json_error(std::string_view line);

// What a script wants: to say something in a room or to a person, or a command as it would be typed.
struct Wanted {
  std::string room;  // empty: where the focus is
  std::string to;
  std::string text;
  std::string command;  // with its slash; then the others are empty
};
Checked<Wanted> read_json_line(std::string_view line);

}  // namespace chat
