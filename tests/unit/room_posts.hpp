// What a room's log keeps, decoded.
#pragma once

#include <vector>

#include "host/rooms.hpp"

namespace chat {

inline std::vector<Post> posts(const Room& room) {
  std::vector<Post> all;
  FrameReader frames(limits::frame_bytes);
  Seq next = room.log().first();
  while (const auto found = room.log().read(next, 1 << 20)) {
    frames.feed(found->run.octets);
    next = found->run.next;
  }
  while (const auto frame = frames.next()) all.push_back(Post::decode(frame->body));
  return all;
}

}  // namespace chat
