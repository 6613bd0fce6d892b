// What was typed, kept for the next clint of the same user, who has asked for that: in plain text, one line each.
#pragma once

#include <deque>
#include <optional>
#include <string>

namespace chat {

// Oldest first, a thousand at most. None when the file is not there or not readable; what is no line of ours in it,
// such as one with control characters, is left out.
std::deque<std::string> typed_lines();
// In place of what is there; readable by its owner alone. Gives one sentence when that fails.
std::optional<std::string> save_typed_lines(const std::deque<std::string>& lines);

}  // namespace chat
