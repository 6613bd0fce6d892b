// Who is somewhere: a session, on one of its connections.
#pragma once

#include <cstdint>

namespace chat {

// A client that comes back with its key has the same session on another connection, while the thread of the old one may
// not have come to its end yet. What that one still does must not undo what was done since.
struct Visitor {
  std::uint64_t session = 0;
  std::uint64_t connection = 0;  // rises with each that takes a place in the roster, whosever it is
};

}  // namespace chat
