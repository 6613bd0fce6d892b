// What Tab offers: commands, names, emoji. Pure.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/editor.hpp"

namespace chat {

// Who is there to be addressed, as far as was seen. Belongs to one thread at a time.
class People {
 public:
  void spoke(const std::string& name);  // or came
  void left(const std::string& name);
  void clear() { names_.clear(); }
  // Who begins so, whoever spoke last first.
  std::vector<std::string> beginning(std::string_view begin) const;

 private:
  std::deque<std::string> names_;  // who spoke last is first
};

// For the word before the cursor: a command after / at the line's start, a room where one belongs, an emoji after :,
// else a name. rooms: those we are in.
Completion complete(const People& people, const std::vector<std::string>& rooms, std::string_view text,
                    std::size_t cursor);

}  // namespace chat
