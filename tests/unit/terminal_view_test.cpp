// What the view writes to standard output.
#include <gtest/gtest.h>

#include <algorithm>

#include "terminal/tty.hpp"
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

TEST(View, ARoomThatIsEnteredLeavesTheFocusToAPlaceThatWasChosenMeanwhile) {
  AtTerminal alice;
  const auto enter = [&](const char* room) { alice.view.show(RoomEntered{room, false, false, 1, std::nullopt}); };
  written([&] {
    alice.view.expect_room();
    alice.view.open_query("bob");
    EXPECT_TRUE(alice.view.aim().chosen);
    enter("tea");
    EXPECT_EQ(alice.view.focus(), "@bob");
    alice.view.expect_room();
    EXPECT_FALSE(alice.view.aim().chosen);
    alice.view.leave_focus();
    EXPECT_FALSE(alice.view.aim().chosen);
    enter("den");
    EXPECT_EQ(alice.view.focus(), "den");
  });
}

TEST(View, WhatCanNoMoreBeSaidDoesNotStay) {
  AtTerminal alice;
  EXPECT_NE(written([&] { alice.view.sent("ops", 1, "too late"); }).find("too late"), std::string::npos);
  written([&] { alice.view.sent("lobby", 2, "in time"); });
  written([&] { alice.view.show(RoomLeft{"ops", "it was closed", 1}); });
  const std::string after = written([&] { alice.view.show(said("lobby", "bob", "hello")); });
  EXPECT_EQ(after.find("too late"), std::string::npos) << printable(after);
  EXPECT_NE(after.find("in time"), std::string::npos) << printable(after);
}
#endif

#ifndef _WIN32
TEST(View, OnesOwnPrivateMessageIsThereAtOnceAndDimUntilItIsTaken) {
  AtTerminal alice;
  const auto shown = [&](const Event& event) { return written([&] { alice.view.show(event); }); };
  const auto write = [&](std::uint64_t letter) {
    return written([&] { alice.view.written(letter, "bob", "hi " + std::to_string(letter)); });
  };
  EXPECT_NE(write(1).find("[you -> bob] hi 1"), std::string::npos);
  EXPECT_NE(write(2).find("[you -> bob] hi 2"), std::string::npos);
  alice.view.show(Acknowledged{7});  // of what is said in rooms
  LetterArrived taken;
  taken.to = "bob";
  taken.text = "hi 1";
  taken.own = true;
  taken.letter = 1;
  const std::string after = shown(taken);
  const std::size_t line = after.find("[you -> bob] hi 1\n");
  ASSERT_NE(line, std::string::npos) << printable(after);
  EXPECT_EQ(after.find("hi 1", line + 18), std::string::npos) << "the dim one is gone: " << printable(after);
  EXPECT_NE(after.find("hi 2", line), std::string::npos) << "this one waits still: " << printable(after);
  // The refused one does not stay: what is drawn next has no line of it.
  shown(LetterFailed{2, "bob", "hi 2", "there is no bob here"});
  EXPECT_EQ(shown(said("ops", "carol", "hello")).find("hi 2"), std::string::npos);
  // The network was faster.
  shown(LetterFailed{3, "bob", "hi 3", "there is no bob here"});
  EXPECT_EQ(write(3), "");
}
#endif

// What is written to standard error while this is shown.
std::string error_of(View& view, const Event& event) {
  testing::internal::CaptureStderr();
  view.show(event);
  return testing::internal::GetCapturedStderr();
}

TEST(View, WhoseNameIsTakenIsToldWhetherThereIsAPasswordOrNot) {
  for (const bool by_password : {false, true}) {
    View view("den:12345", true);
    LoggedIn in;
    in.by_password = by_password;
    in.name = "alice-2";
    in.wanted = "alice";
    testing::internal::CaptureStdout();
    const std::string lines = error_of(view, in);
    testing::internal::GetCapturedStdout();
    EXPECT_TRUE(lines.ends_with("* you are alice-2, since alice is taken - /nick NAME takes another\n")) << lines;
  }
}

TEST(View, WhatIsRefusedIsOneLineAndNoLetterWhereNoneWas) {
  View view("den:12345", true);
  EXPECT_EQ(error_of(view, LetterFailed{1, "bob", "hi", "there is no bob here - /who lists who is"}),
            "! not sent to bob: there is no bob here - /who lists who is\n");
  EXPECT_EQ(error_of(view, LetterFailed{0, "bob", "", "there is no bob here - /who lists who is"}),
            "! there is no bob here - /who lists who is\n");
}

TEST(View, WhoWritesToSomebodyAwayIsToldOnceUntilThatChanges) {
  View view("den:12345", true);
  const auto told = [&](const std::string& to, Status status, const std::string& words) {
    LetterArrived letter;
    letter.own = true;
    letter.to = to;
    letter.text = "hi";
    letter.status = status;
    letter.status_text = words;
    testing::internal::CaptureStdout();
    std::string lines = error_of(view, letter);
    testing::internal::GetCapturedStdout();
    return lines;
  };
  EXPECT_EQ(told("bob", Status::online, "here"), "");
  EXPECT_EQ(told("bob", Status::away, "lunch"), "* bob is away: lunch\n");
  EXPECT_EQ(told("bob", Status::away, "lunch"), "");
  EXPECT_EQ(told("carol", Status::away, ""), "* carol is away\n");
  EXPECT_EQ(told("bob", Status::away, "tea"), "* bob is away: tea\n");
  EXPECT_EQ(told("bob", Status::busy, "tea"), "* bob is busy: tea\n");
  EXPECT_EQ(told("bob", Status::online, ""), "");
  EXPECT_EQ(told("bob", Status::busy, "tea"), "* bob is busy: tea\n");
  EXPECT_EQ(told("carol", Status::away, ""), "");
}

TEST(View, WhoIsOutOfARoomIsToldOnceHowToGoOn) {
  View view("den:12345", true);
  EXPECT_EQ(error_of(view, RoomLeft{"ops", "it has another password now", 0}),
            "! you are not in #ops any more: it has another password now - /join ops tries to enter it\n");
  EXPECT_EQ(error_of(view, RoomLeft{"ops", "wrong password for #ops - ask somebody who is there for it", 0}),
            "! you are not in #ops any more: wrong password for #ops - ask somebody who is there for it\n");
}

#ifndef _WIN32
TEST(View, WhatIsAnsweredAfterACutComesBehindWhatWasMissed) {
  AtTerminal alice;
  alice.view.look(false);
  LoggedIn back;
  back.again = true;
  back.away = 40s;
  alice.view.show(back);
  LetterArrived letter;
  letter.from = "bob";
  letter.text = "psst";
  EXPECT_EQ(written([&] {
              alice.view.say("* 2 in #ops: alice, bob\n");
              alice.view.show(letter);
            }),
            "");
  const std::string shown = written([&] {
    alice.view.show(said("ops", "bob", "hello"));
    alice.view.detach();
  });
  std::size_t at = 0;
  for (const char* line : {"---- new", "bob: hello", "* 2 in #ops", "psst"}) {
    at = shown.find(line, at);
    ASSERT_NE(at, std::string::npos) << line << " in " << printable(shown);
  }
  EXPECT_EQ(shown.find("---- new"), shown.rfind("---- new")) << printable(shown);
}
#endif

TEST(View, WhoCameBeforeIsShownBeforeOnesOwnComing) {
  AtTerminal alice;
  alice.view.be("alice");
  const std::string shown = written([&] {
    for (const char* name : {"dave", "carol", "bob", "alice"}) {
      PostArrived join = said(std::string(lobby), name, {});
      join.post.kind = PostKind::join;
      join.own = join.post.sender == "alice";
      alice.view.show(join);
    }
  });
  const std::size_t before = shown.find("carol, bob joined");
  ASSERT_NE(before, std::string::npos) << printable(shown);
  EXPECT_NE(shown.find("alice joined", before), std::string::npos) << printable(shown);
}

TEST(View, WhoWritesInPrivateHasCome) {
  AtTerminal alice;
  const auto shown = [&](const Event& event) { return written([&] { alice.view.show(event); }); };
  for (const char* name : {"carol", "bob"}) {
    PostArrived join = said(std::string(lobby), name, {});
    join.post.kind = PostKind::join;
    EXPECT_EQ(shown(join).find("joined") == std::string::npos, join.post.sender == "bob");
  }
  LetterArrived letter;
  letter.from = "bob";
  letter.text = "hi";
  const std::string after = shown(letter);
  const std::size_t came = after.find("bob joined");
  ASSERT_NE(came, std::string::npos) << printable(after);
  EXPECT_NE(after.find("[bob -> you]", came), std::string::npos) << printable(after);
}

TEST(View, WhatWasSaidBeforeOneCameIsDim) {
  AtTerminal alice;
  alice.view.be("alice");
  alice.view.set_looks(Looks({true, true, "%H:%M", {}, local_time}, 0));
  alice.view.show(RoomEntered{"tea", false, false, 2, std::nullopt});
  const auto shown = [&](const PostArrived& event) { return written([&] { alice.view.show(event); }); };
  EXPECT_NE(shown(said("tea", "bob", "early")).find(" bob: early\x1b[0m"), std::string::npos);
  EXPECT_EQ(shown(said("lobby", "bob", "elsewhere")).find("bob: "), std::string::npos) << "his name has a colour";
  PostArrived joined = said("tea", "alice", "");
  joined.post.kind = PostKind::join;
  shown(joined);
  EXPECT_EQ(shown(said("tea", "bob", "late")).find("bob: "), std::string::npos);
}

#ifndef _WIN32
TEST(View, OneEventIsOneLine) {
  AtTerminal alice;
  alice.view.be("alice");
  const auto shown = [&](const Event& event) { return written([&] { alice.view.show(event); }); };
  const auto event_in = [](const char* room, PostKind kind, const char* body, bool own, Seq seq) {
    PostArrived event = said(room, "alice", body);
    event.post.kind = kind;
    event.post.seq = seq;
    event.own = own;
    return event;
  };
  const PostArrived topic = event_in("tea", PostKind::topic, "at four", false, 7);
  written([&] { alice.view.show(RoomEntered{"tea", false, false, 2, topic}); });
  EXPECT_EQ(shown(topic), "") << "whoever enters is told the topic";
  EXPECT_EQ(shown(event_in("tea", PostKind::join, "", true, 8)), "") << "and that it is there";
  EXPECT_NE(shown(event_in("tea", PostKind::topic, "at five", false, 9)).find("at five"), std::string::npos);
  EXPECT_EQ(shown(event_in("lobby", PostKind::rename, "alicia", true, 10)), "") << "the answer says so";
  EXPECT_EQ(shown(event_in("tea", PostKind::rename, "alicia", false, 11)), "") << "the lobby has it";
  EXPECT_NE(shown(event_in("lobby", PostKind::rename, "alicia", false, 12)).find("is now alicia"), std::string::npos);
}
#endif

TEST(View, WhatTheHostKeptIsShownOnceForTheSearchThatAskedForIt) {
  View view("den:12345", true);
  Search tea;
  tea.words = "tea";
  EXPECT_EQ(written([&] { view.search(tea); }), "* 0 messages with tea\n");
  written([&] { view.show(said("lobby", "bob", "two\nlines")); });
  PostArrived gone = said("lobby", "bob", "");
  gone.post.kind = PostKind::leave;
  written([&] { view.show(gone); });
  Search of_bob;
  of_bob.user = "bob";
  const std::string shown = written([&] { view.search(of_bob); });
  EXPECT_TRUE(shown.starts_with("* 1 message of bob:\n")) << shown;
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 3) << "nobody comes and goes: " << shown;
  const auto found = [&](std::uint32_t number) {
    return written([&] { view.show(PastArrived{"lobby", {said("lobby", "bob", "tea at four")}, true, number}); });
  };
  EXPECT_EQ(found(1), "") << "nobody asked";
  for (const std::uint32_t search : {view.search_on(tea), view.search_on(tea)}) {
    EXPECT_NE(found(search).find("* and earlier:\n"), std::string::npos);
    EXPECT_EQ(found(search), "");
  }
}

#ifndef _WIN32
TEST(View, WhatTheScreenHadBeforeItWasClearedIsShownAgainOnce) {
  AtTerminal alice;
  written([&] {
    for (const char* text : {"one", "two", "three"}) alice.view.show(said("ops", "bob", text));
    alice.view.show(said("lobby", "bob", "elsewhere"));
  });
  EXPECT_FALSE(alice.view.show_again("ops", 2, 0)) << "it is there still";
  written([&] { alice.view.clear(); });
  const std::string again = written([&] { EXPECT_TRUE(alice.view.show_again("ops", 2, 0)); });
  EXPECT_NE(again.find("* the last 2 of #ops again (once more: those before):\n"), std::string::npos)
      << printable(again);
  EXPECT_NE(again.find("bob: two\n"), std::string::npos) << printable(again);
  EXPECT_EQ(again.find("one"), std::string::npos);
  EXPECT_EQ(again.find("elsewhere"), std::string::npos);
  EXPECT_FALSE(alice.view.show_again("ops", 2, 0));
}
#endif

TEST(View, TabKnowsWhoIsHereAndWhichRoomsThereAre) {
  AtTerminal alice;
  alice.view.be("alice");
  alice.view.meet({"alice", "carol", "bad\x1bname", "bob"});
  alice.view.know_rooms({"ops", "operations", "b/d"});
  EXPECT_EQ(alice.view.complete("", 0).candidates, (std::vector<std::string>{"bob: ", "carol: "}));
  EXPECT_EQ(alice.view.complete("/join op", 8).candidates, (std::vector<std::string>{"ops ", "operations "}));
}

}  // namespace
}  // namespace chat
