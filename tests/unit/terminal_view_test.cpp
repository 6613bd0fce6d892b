// What the view writes to standard output.
#include <gtest/gtest.h>

#include "terminal/view.hpp"

namespace chat {
namespace {

PostArrived said(std::string room, std::string sender, std::string body) {
  PostArrived event;
  event.post.room = std::move(room);
  event.post.sender = std::move(sender);
  event.post.body = std::move(body);
  return event;
}

// What is written while this is done.
template <class Do>
std::string written(Do what) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  what();
  testing::internal::GetCapturedStderr();
  return testing::internal::GetCapturedStdout();
}

// Somebody at a terminal, in #ops.
struct AtTerminal {
  AtTerminal() {
    written([&] {
      view.attach([] { return ScreenSize{}; }, true);
      view.show(RoomEntered{"ops", false, false, 1, std::nullopt});
      view.edit({});
      view.regain();
    });
  }
  View view{"den:12345", true};
};

#ifndef _WIN32  // where lines are plain, and there is no prompt
TEST(View, WhoseRoomIsTakenIsInTheLobbyAndSeesIt) {
  AtTerminal alice;
  const std::string before = written([&] { alice.view.show(said("lobby", "bob", "hello")); });
  EXPECT_NE(before.find("[#ops | lobby 1] "), std::string::npos) << printable(before);
  const std::string after = written([&] {
    alice.view.show(RoomLeft{"ops", "it was closed", 0});
    alice.view.edit({});
  });
  EXPECT_NE(after.find("[#lobby] "), std::string::npos) << printable(after);
  EXPECT_EQ(alice.view.focus(), "lobby");
}
#endif

}  // namespace
}  // namespace chat
