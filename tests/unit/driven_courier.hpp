// A courier that a test drives round by round.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "host/courier.hpp"
#include "host/ledger.hpp"
#include "protocol/packets.hpp"
#include "unit/memory_link.hpp"

namespace chat {

// With a room, and a clock that tests move.
class CourierTest : public ::testing::Test {
 protected:
  struct Reader {
    std::shared_ptr<MemoryLink> link = std::make_shared<MemoryLink>();
    std::shared_ptr<Delivery> delivery = std::make_shared<Delivery>(link);
  };

  Reader reader(Seq next = 1) {
    Reader made;
    courier.follow(made.delivery, room, next);
    return made;
  }
  void say(const std::string& text) {
    ledger.submit(room, 0, "server", PostKind::message, text, 0);
    ledger.deliver(room);
  }
  // What the reader got: "3:text" for posts, "gap 1-5", "bye 9", "pong 7".
  static std::vector<std::string> got(const Reader& reader) {
    FrameReader frames(limits::frame_bytes);
    frames.feed(reader.link->written);
    std::vector<std::string> seen;
    while (const auto frame = frames.next()) {
      switch (static_cast<PacketType>(frame->type)) {
        case PacketType::post: {
          const Post post = Post::decode(frame->body);
          seen.push_back(std::to_string(post.seq) + ":" + post.body);
          break;
        }
        case PacketType::gap: {
          const Gap gap = Gap::decode(frame->body);
          seen.push_back("gap " + std::to_string(gap.first) + "-" + std::to_string(gap.last));
          break;
        }
        case PacketType::goodbye:
          seen.push_back("bye " + std::string(goodbye_name(Farewell::decode(frame->body).why)));
          break;
        case PacketType::pong: seen.push_back("pong " + std::to_string(Ping::decode(frame->body).token)); break;
        default: seen.push_back("?");
      }
    }
    EXPECT_FALSE(frames.partial());
    return seen;
  }

  Clock::time_point now = Clock::now();
  Courier courier{nullptr, [this] { return now; }};
  const std::shared_ptr<Room> shared_room = std::make_shared<Room>(
      "lobby", LogLimits{.bytes = 4096, .entries = 10, .first_piece_bytes = 256, .piece_bytes = 256},
      std::vector<Bell*>{&courier});
  Room& room = *shared_room;
  MemoryLedger ledger;
  using Lines = std::vector<std::string>;
};

}  // namespace chat
