// What Tab offers: commands and their words, rooms, names, emoji. Pure.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/editor.hpp"

namespace chat {

// Who is there to be addressed, as far as was seen. Belongs to one thread at a time.
class People {
 public:
  void addressed(const std::string& name);  // our user, by name or in private
  void spoke(const std::string& name);
  void came(const std::string& name);  // or was here already
  void left(const std::string& name);
  // Who begins so: who addressed our user last, who spoke last, the others in the order of the alphabet.
  std::vector<std::string> beginning(std::string_view begin) const;

 private:
  std::deque<std::string> addressed_;  // the last one first
  std::deque<std::string> spoke_;      // the same; nobody is in two of these
  std::set<std::string> silent_;
};

// For the word before the cursor: a command after / at the line's start, a room or one of a command's words where
// one belongs, an emoji after :, else a name. rooms: those we are in or know of.
Completion complete(const People& people, const std::vector<std::string>& rooms, std::string_view text,
                    std::size_t cursor);

}  // namespace chat
