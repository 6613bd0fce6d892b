#include <gtest/gtest.h>

#include "terminal/format.hpp"

namespace chat {
namespace {

PostArrived arrived(PostKind kind, std::string sender, std::string body) {
  PostArrived event;
  event.post.kind = kind;
  event.post.sender = std::move(sender);
  event.post.body = std::move(body);
  return event;
}

TEST(Format, MessagesAndNotices) {
  EXPECT_EQ(post_lines(arrived(PostKind::message, "alice", "hi all")), "alice: hi all\n");
  EXPECT_EQ(post_lines(arrived(PostKind::message, "server", "lunch")), "server: lunch\n");
  EXPECT_EQ(post_lines(arrived(PostKind::notice, "server", "lunch")), "* lunch\n");
}

TEST(Format, FurtherLinesAreIndented) {
  EXPECT_EQ(post_lines(arrived(PostKind::message, "eve", "a\nbob: I am bob\n* bob left")),
            "eve: a\n  bob: I am bob\n  * bob left\n");
  EXPECT_EQ(post_lines(arrived(PostKind::message, "eve", "a\n")), "eve: a\n");
}

TEST(Format, Presence) {
  PostArrived event = arrived(PostKind::join, "bob", "");
  event.presence.members = 3;
  EXPECT_EQ(post_lines(event), "* bob joined\n+ Total connected clints: [3]\n");
  event.post.kind = PostKind::leave;
  event.presence.why = Goodbye::left;
  EXPECT_EQ(post_lines(event), "* bob left\n+ Total connected clints: [3]\n");
  event.presence.why = Goodbye::connection_lost;
  EXPECT_EQ(post_lines(event), "* bob left (connection lost)\n+ Total connected clints: [3]\n");
  event.post.kind = PostKind::crowd;
  event.presence.joined = 5;
  event.presence.left = 2;
  EXPECT_EQ(post_lines(event), "+ Total connected clints: [3] (5 joined, 2 left)\n");
}

TEST(Format, C1_NothingFromOutsideActsOnTheTerminal) {
  const std::string evil =
      "\x1b]0;owned\x07\x1b[2J\r\xc2\x9b"
      "31m\xe2\x80\xae\x08";
  Ended end = Ended::by(Goodbye::full, evil);
  for (const std::string& lines :
       {post_lines(arrived(PostKind::message, evil, evil)), post_lines(arrived(PostKind::notice, evil, evil)),
        post_lines(arrived(PostKind::join, evil, "")), motd_lines(evil),
        lost_line("den:1", {Goodbye::host_stopping, evil}, {1300ms, 1, {}}), retry_line({1300ms, 2, evil}),
        explain(end, "den:1", true).lines})
    for (const char c : lines) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << lines;
}

TEST(Format, AmongSealedMessagesANoticeSaysWhoseItIs) {
  PostArrived event = arrived(PostKind::notice, "server", "alice agrees");
  EXPECT_EQ(post_lines(event), "* alice agrees\n");
  event.seal = Seal::missing;
  EXPECT_EQ(post_lines(event), "* server: alice agrees\n");
}

TEST(Format, WhatWasKeptBackSaysWhenItWasSaid) {
  for (const PostKind kind : {PostKind::message, PostKind::action}) {
    PostArrived event = arrived(kind, "alice", "waves");
    event.seal = Seal::late;
    event.post.time_ms = 1'763'733'780'000;
    EXPECT_NE(post_lines(event).find("alice (said 2025-11-21 14:03 UTC)"), std::string::npos) << post_lines(event);
  }
}

TEST(Format, ConnectionLines) {
  EXPECT_EQ(lost_line("den:12345", {}, {1300ms, 1, {}}), "! connection to den:12345 lost - trying again in 1.3 s\n");
  EXPECT_EQ(lost_line("den:12345", {Goodbye::host_stopping, {}}, {2000ms, 1, {}}),
            "! connection to den:12345 lost (the host is stopping) - trying again in 2 s\n");
  EXPECT_EQ(gap_line({"lobby", 123}), "! 123 messages were missed while away (not kept by the host)\n");
  EXPECT_EQ(gap_line({"lobby", (1U << 31) - 1}).substr(0, 12), "! 2147483647");
  EXPECT_EQ(gap_line({"lobby", 1U << 31}), "! some messages were missed while away (not kept by the host)\n");
  EXPECT_EQ(gap_line({"lobby", 1}), "! 1 message was missed while away (not kept by the host)\n");
  EXPECT_EQ(gap_line({"tea", 2}), "! 2 messages in #tea were missed while away (not kept by the host)\n");
  EXPECT_EQ(gap_line({"lobby", 2, false}), "! 2 messages were missed (not kept by the host)\n");
  EXPECT_EQ(security_line({}), "* not encrypted: anyone on this network can read along\n");
}

TEST(Format, Durations) {
  EXPECT_EQ(duration_text(0ms), "0 s");
  EXPECT_EQ(duration_text(420ms), "0.4 s");
  EXPECT_EQ(duration_text(4020ms), "4 s");
  EXPECT_EQ(duration_text(25'600ms), "25 s");
  EXPECT_EQ(duration_text(190s), "3 min");
}

TEST(Format, LongOutageIsToldNowAndThen) {
  int lines = 0;
  for (unsigned attempt = 1; attempt <= 100; ++attempt) lines += is_told(attempt) ? 1 : 0;
  EXPECT_EQ(lines, 15);
}

TEST(Format, EndsHaveTheirExitCodes) {
  const auto code = [](const Ended& end) { return explain(end, "den:1", false).code; };
  EXPECT_EQ(code(Ended::because(End::left)), 0);
  EXPECT_EQ(code(Ended::because(End::unreachable)), 1);
  EXPECT_EQ(code(Ended::because(End::misbehaves)), 1);
  EXPECT_EQ(code(Ended::because(End::identity_changed)), 4);
  EXPECT_EQ(code(Ended::because(End::no_longer_secure)), 4);
  EXPECT_EQ(code(Ended::because(End::not_trusted)), 4);
  EXPECT_EQ(code(Ended::by(Goodbye::full)), 5);
  EXPECT_EQ(code(Ended::by(Goodbye::bad_name)), 5);
  EXPECT_EQ(code(Ended::by(Goodbye::version)), 1);
}

TEST(Format, EveryEndSaysWhatToDoNext) {
  const auto says_how_to_go_on = [](const Ended& end) {
    const std::string lines = explain(end, "den:1", false).lines;
    const std::size_t hint = lines.find("\nclint: hint: ");
    return lines.starts_with("clint: error: ") && hint != std::string::npos && lines.size() - hint > 30;
  };
  std::size_t goodbyes = 0;
  for (int number = 0; number < 256; ++number) {
    const auto why = goodbye_from(static_cast<std::uint8_t>(number));
    if (!why) continue;
    ++goodbyes;
    EXPECT_TRUE(says_how_to_go_on(Ended::by(*why))) << goodbye_name(*why);
  }
  EXPECT_EQ(goodbyes, 28u);
  for (const End end :
       {End::unreachable, End::unknown_host, End::turned_away, End::not_clint, End::plain_refused,
        End::no_longer_secure, End::identity_changed, End::not_trusted, End::wrong_password, End::wrong_account,
        End::account_wanted, End::no_password, End::password_unused, End::misbehaves, End::failed})
    EXPECT_TRUE(says_how_to_go_on(Ended::because(end, "something"))) << static_cast<int>(end);
}

// The first may come of a "no" at a terminal, the other of the right password.
TEST(Format, WhatIsAdvisedIsNotWhatWasJustDone) {
  const std::string refused = explain(Ended::because(End::not_trusted, "x"), "den:1", false).lines;
  EXPECT_NE(refused.find("hint: ask whoever runs the host what it showed at its start: if it is this, "),
            std::string::npos);
  const std::string there = explain(Ended::by(Goodbye::account, "alice is here already"), "den:1", false).lines;
  EXPECT_NE(there.find("hint: log in with a name's own password, by one clint at a time, "), std::string::npos);
}

TEST(Format, ChangedIdentityShowsBothKeysAndTheWayOut) {
  Ended end = Ended::because(End::identity_changed, "the host's key is not the one pinned for den:12345");
  end.known_key = "SHA256:old";
  end.present_key = "SHA256:new";
  const std::string lines = explain(end, "den:12345", false).lines;
  EXPECT_TRUE(lines.starts_with("clint: error: the host's key is not the one pinned for den:12345\n"));
  EXPECT_NE(lines.find("SHA256:old"), std::string::npos);
  EXPECT_NE(lines.find("SHA256:new"), std::string::npos);
  EXPECT_TRUE(lines.ends_with("clint: hint: if it was changed on purpose, run: clint --forget den:12345\n"));
}

}  // namespace
}  // namespace chat
