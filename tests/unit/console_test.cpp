#include "host/console.hpp"

#include <gtest/gtest.h>

namespace chat {
namespace {

TEST(ConsoleLines, AreTheTranscriptsLines) {
  Post post;
  post.sender = "clint1";
  post.kind = PostKind::join;
  Presence presence;
  presence.members = 1;
  post.body = presence.encode(PostKind::join);
  EXPECT_EQ(console_lines(post, "127.0.0.1:49207"),
            "clint1 joined from 127.0.0.1:49207\n+ Total connected clints: [1]\n");
  post.kind = PostKind::message;
  post.body = "hello everyone";
  EXPECT_EQ(console_lines(post, ""), "clint1: hello everyone\n");
  post.kind = PostKind::leave;
  presence.members = 0;
  presence.why = Goodbye::connection_lost;
  post.body = presence.encode(PostKind::leave);
  EXPECT_EQ(console_lines(post, ""), "clint1 left (connection lost)\n+ Total connected clints: [0]\n");
}

TEST(ConsoleLines, NeverHoldARawControlByte) {
  Post post;
  post.sender = "evil\x1b[2J";
  post.body = "a\nserver: b\x1b]0;c\x07";
  EXPECT_EQ(console_lines(post, ""), "evil\\x1b[2J: a\n    server: b\\x1b]0;c\\x07\n");
}

}  // namespace
}  // namespace chat
