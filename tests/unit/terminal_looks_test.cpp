#include <gtest/gtest.h>

#include <map>

#include "terminal/looks.hpp"

namespace chat {
namespace {

// UTC, so that the table is the same everywhere.
std::tm utc(std::time_t time) {
  std::tm made{};
  made.tm_hour = static_cast<int>(time / 3600 % 24);
  made.tm_min = static_cast<int>(time / 60 % 60);
  made.tm_yday = static_cast<int>(time / 86400);
  made.tm_mday = 1 + made.tm_yday;
  made.tm_year = 70;
  made.tm_wday = (4 + made.tm_yday) % 7;
  return made;
}

constexpr std::time_t afternoon = 14 * 3600 + 3 * 60;

PostArrived said(std::string sender, std::string body, bool own = false, std::time_t time = afternoon) {
  PostArrived event;
  event.post.sender = std::move(sender);
  event.post.body = std::move(body);
  event.post.time_ms = static_cast<std::uint64_t>(time) * 1000;
  event.own = own;
  return event;
}

Looks looks(bool terminal, bool color, std::string format = "%H:%M") {
  return Looks({terminal, color, std::move(format), {}, utc}, afternoon);
}

TEST(Looks, OnATerminalWithTheTime) {
  Looks plain = looks(true, false);
  EXPECT_EQ(plain.post(said("alice", "hi"), "bob"), "14:03 alice: hi\n");
  EXPECT_EQ(plain.post(said("alice", "a\nb"), "bob"), "14:03 alice: a\n  b\n");
  Looks none = looks(true, false, "");
  EXPECT_EQ(none.post(said("alice", "hi"), "bob"), "alice: hi\n");
}

TEST(Looks, WhatWasSaidBeforeHasItsTimeAndIsDim) {
  PastArrived past;
  past.posts = {said("alice", "a\nb"), said("bob", "x", false, afternoon + 86400)};
  EXPECT_EQ(looks(true, false).past(past, "bob"),
            "* 2 earlier:\n14:03 alice: a\n  b\n* Friday 1970-01-02\n14:03 bob: x\n* that was earlier\n");
  past.posts = {said("bob", "**hi** bob")};
  EXPECT_EQ(looks(true, true).past(past, "bob"),
            "* 1 earlier:\n\x1b[2m14:03 bob: \x1b[1mhi\x1b[22m\x1b[2m bob\x1b[0m\n* that was earlier\n");
  EXPECT_EQ(looks(false, false).past(past, "bob"), "* 1 earlier:\nbob: **hi** bob\n* that was earlier\n");
  past.posts.clear();
  EXPECT_EQ(looks(true, true).past(past, "bob"), "* there is nothing earlier than what this clint was sent\n");
  past.kept = false;
  EXPECT_EQ(looks(true, true).past(past, "bob"),
            "* this host keeps no history to page through - clint --backlog 1000 asks for more when you come\n");
}

TEST(Looks, AnotherDayIsMarkedOnce) {
  Looks plain = looks(true, false);
  EXPECT_EQ(plain.post(said("a", "x", false, afternoon + 86400), "bob"), "* Friday 1970-01-02\n14:03 a: x\n");
  EXPECT_EQ(plain.post(said("a", "y", false, afternoon + 86400), "bob"), "14:03 a: y\n");
}

TEST(Looks, OneEventOneLine) {
  Looks plain = looks(true, false);
  PostArrived event = said("bob", "");
  event.presence.members = 3;
  event.post.kind = PostKind::join;
  EXPECT_EQ(plain.post(event, "alice"), "14:03 * bob joined (3 here)\n");
  event.post.kind = PostKind::leave;
  event.presence.why = Goodbye::connection_lost;
  EXPECT_EQ(plain.post(event, "alice"), "14:03 * bob left (connection lost) (3 here)\n");
  event.post.kind = PostKind::crowd;
  event.presence.joined = 7;
  EXPECT_EQ(plain.post(event, "alice"), "14:03 * 7 joined, 0 left (3 here)\n");
}

TEST(Looks, InAPipeNothingChanges) {
  Looks pipe = looks(false, false);
  EXPECT_EQ(pipe.post(said("alice", "hi"), "bob"), "alice: hi\n");
  PostArrived event = said("bob", "");
  event.post.kind = PostKind::join;
  event.presence.members = 3;
  EXPECT_EQ(pipe.post(event, "alice"), "* bob joined\n+ Total connected clints: [3]\n");
}

TEST(Looks, ANameHasOneColour) {
  Looks color = looks(false, true);
  const std::string first = color.post(said("alice", "hi"), "bob");
  EXPECT_TRUE(first.starts_with("\x1b[38;5;")) << first;
  EXPECT_TRUE(first.ends_with("malice\x1b[0m: hi\n")) << first;
  EXPECT_EQ(color.post(said("alice", "hi"), "carol"), first);
  EXPECT_EQ(color.post(said("bob", "hi", true), "bob"), "\x1b[1mbob\x1b[0m: hi\n");
  EXPECT_EQ(color.post(said("alice", "Bob, hi"), "bob"), "\x1b[1;7malice\x1b[0m: Bob, hi\n");
}

TEST(Looks, C1_OnlyOurOwnSequences) {
  Looks plain = looks(true, false);
  const std::string evil = "\x1b[2J\x07\xc2\x9b\xe2\x80\xae";
  for (const PostKind kind : {PostKind::message, PostKind::notice, PostKind::join, PostKind::leave}) {
    PostArrived event = said(evil, evil);
    event.post.kind = kind;
    for (const char c : plain.post(event, "bob")) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
  }
}

TEST(Looks, Mentions) {
  EXPECT_TRUE(mentions("alice: hi", "alice"));
  EXPECT_TRUE(mentions("hi ALICE!", "alice"));
  EXPECT_TRUE(mentions("malice, alice", "alice"));
  EXPECT_TRUE(mentions("\xd0\x98\xd0\x92\xd0\x90\xd0\x9d!", "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd"));
  EXPECT_FALSE(mentions("malice", "alice"));
  EXPECT_FALSE(mentions("alice_2", "alice"));
  EXPECT_FALSE(mentions("anything", ""));
}

TEST(Looks, LinksAreToldWithoutColoursTooAndInWhatWasSaidBefore) {
  Looks grey({true, false, "", {}, utc, true}, afternoon);
  const std::string link = "\x1b]8;;http://a.b\x1b\\http://a.b\x1b]8;;\x1b\\";
  EXPECT_EQ(grey.post(said("alice", "*see* http://a.b"), "bob"), "alice: *see* " + link + "\n");
  LetterArrived letter;
  letter.from = "alice";
  letter.text = "http://a.b";
  EXPECT_EQ(grey.letter(letter), "[alice -> you] " + link + "\n");
  Looks color({true, true, "", {}, utc, true}, afternoon);
  EXPECT_EQ(color.past_post(said("alice", "*see* http://a.b"), "bob"),
            "\x1b[2malice: \x1b[3msee\x1b[23m \x1b]8;;http://a.b\x1b\\\x1b[4mhttp://a.b\x1b[24m"
            "\x1b]8;;\x1b\\\x1b[0m\n");
}

TEST(Looks, WhatWasFoundHasItsMarks) {
  const std::string line = "2026-11-21 14:03 alice: **a**\n  `b`\n";
  EXPECT_EQ(looks(true, true).found(line), "2026-11-21 14:03 alice: \x1b[1ma\x1b[22m\n  \x1b[36mb\x1b[39m\n");
  EXPECT_EQ(looks(true, false).found(line), line);
}

TEST(Looks, WhenToTellLinks) {
  using Variables = std::map<std::string, std::string>;
  const auto told = [](std::string_view wanted, bool terminal, const Variables& variables) {
    return use_links(wanted, terminal, [&](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    });
  };
  for (const Variables& known : std::initializer_list<Variables>{{{"TERM", "xterm-kitty"}},
                                                                 {{"TERM", "foot-extra"}},
                                                                 {{"TERM", "tmux-256color"}},
                                                                 {{"TERM", "screen-256color"}, {"TMUX", "x"}},
                                                                 {{"TERM", "xterm"}, {"VTE_VERSION", "6800"}},
                                                                 {{"TERM", "xterm"}, {"KONSOLE_VERSION", "220401"}},
                                                                 {{"TERM", "xterm"}, {"TERM_PROGRAM", "iTerm.app"}},
                                                                 {{"TERM", "xterm"}, {"WT_SESSION", "1"}},
                                                                 {{"TERM", "xterm"}, {"COLORTERM", "truecolor"}}}) {
    EXPECT_TRUE(told("auto", true, known)) << known.at("TERM");
    EXPECT_FALSE(told("never", true, known)) << known.at("TERM");
    EXPECT_FALSE(told("auto", false, known)) << known.at("TERM");
    EXPECT_FALSE(told("always", false, known)) << known.at("TERM");
  }
  for (const Variables& unknown :
       std::initializer_list<Variables>{{{"TERM", "xterm-256color"}},
                                        {{"TERM", "xterm"}, {"VTE_VERSION", "5000"}, {"COLORTERM", "truecolor"}},
                                        {{"TERM", "xterm"}, {"KONSOLE_VERSION", "191203"}, {"COLORTERM", "truecolor"}},
                                        {{"TERM", "xterm"}, {"TERM_PROGRAM", "Apple_Terminal"}},
                                        {{"TERM", "screen"}, {"COLORTERM", "truecolor"}},
                                        {{"TERM", "vt220"}}}) {
    EXPECT_FALSE(told("auto", true, unknown)) << unknown.at("TERM");
    EXPECT_TRUE(told("always", true, unknown)) << unknown.at("TERM");
  }
  for (const char* term : {"", "dumb", "linux", "linux-16color"})
    for (const char* wanted : {"auto", "always"})
      EXPECT_FALSE(told(wanted, true, {{"TERM", term}, {"COLORTERM", "truecolor"}, {"TMUX", "x"}})) << term;
  EXPECT_FALSE(told("always", true, {}));
}

TEST(Looks, WhenToUseColour) {
  EXPECT_TRUE(use_color("auto", true, nullptr, "xterm"));
  EXPECT_TRUE(use_color("auto", true, "", "xterm")) << "no-color.org: empty means not set";
  EXPECT_FALSE(use_color("auto", true, "1", "xterm"));
  EXPECT_FALSE(use_color("auto", true, nullptr, "dumb"));
  EXPECT_FALSE(use_color("auto", true, nullptr, nullptr));
  EXPECT_FALSE(use_color("auto", false, nullptr, "xterm"));
  EXPECT_TRUE(use_color("always", false, "1", nullptr));
  EXPECT_FALSE(use_color("never", true, nullptr, "xterm"));
}

}  // namespace
}  // namespace chat
