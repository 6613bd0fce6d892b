// Where clint has been: offered when it is started without a place. One "HOST:PORT NAME" a line, the latest first.
#pragma once

#include <string>
#include <vector>

namespace chat {

struct Visit {
  std::string place;  // as check_endpoint takes it
  std::string name;   // of our user there
};
// At most nine. None when the file is not there or not readable.
std::vector<Visit> visited();
// Puts this one first; what cannot be written is not worth a word.
void remember_visit(const Visit& visit);

}  // namespace chat
