#include "host/courier.hpp"

#include <gtest/gtest.h>

#include "host/ledger.hpp"
#include "protocol/packets.hpp"
#include "unit/memory_link.hpp"

namespace chat {
namespace {

// A courier driven round by round, a room, and a clock that tests move.
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

TEST_F(CourierTest, CarriesPostsToEveryFollowerInOrder) {
  const Reader a = reader();
  const Reader b = reader();
  say("one");
  say("two");
  courier.run_once();
  EXPECT_EQ(got(a), (Lines{"1:one", "2:two"}));
  EXPECT_EQ(got(b), (Lines{"1:one", "2:two"}));
}

TEST_F(CourierTest, JoiningWithHistoryIsACursorFurtherBack) {
  for (const char* text : {"one", "two", "three"}) say(text);
  const Reader late = reader(2);
  courier.run_once();
  say("four");
  courier.run_once();
  EXPECT_EQ(got(late), (Lines{"2:two", "3:three", "4:four"}));
}

TEST_F(CourierTest, ReaderThatTakesNothingKeepsItsPlaceAndCostsOthersNothing) {
  const Reader slow = reader();
  const Reader quick = reader();
  courier.run_once();
  slow.link->takes = 7;  // in the middle of a frame
  say("one");
  say("two");
  courier.run_once();
  EXPECT_EQ(got(quick), (Lines{"1:one", "2:two"}));
  EXPECT_EQ(slow.link->written.size(), 7u);
  slow.link->takes = SIZE_MAX;
  now += 100ms;
  courier.run_once();
  EXPECT_EQ(got(slow), (Lines{"1:one", "2:two"}));
}

TEST_F(CourierTest, ALinkThatTakesNothingIsTriedAgainLaterAndLater) {
  const Reader slow = reader();
  slow.link->takes = 0;
  say("one");
  EXPECT_EQ(courier.run_once() - now, 2ms);
  now += 2ms;
  EXPECT_EQ(courier.run_once() - now, 4ms);
  now += 4ms;
  EXPECT_EQ(courier.run_once() - now, 8ms);
}

TEST_F(CourierTest, ReaderLeftBehindGetsOneGapAndTheOldestKeptPosts) {
  const Reader slow = reader();
  courier.run_once();
  slow.link->takes = 7;
  say("text 1");
  courier.run_once();
  for (int i = 2; i <= 100; ++i) say("text " + std::to_string(i));
  courier.run_once();
  EXPECT_GT(room.log().first(), 2u);
  slow.link->takes = SIZE_MAX;
  now += 100ms;
  courier.run_once();
  const Lines seen = got(slow);
  EXPECT_EQ(std::count_if(seen.begin(), seen.end(), [](const auto& line) { return line.starts_with("gap"); }), 1);
  EXPECT_EQ(seen.back(), "100:text 100");
  // Every post is either here or named by the gap: nothing is lost without a word.
  Seq expected = 1;
  for (const auto& line : seen) {
    if (line.starts_with("gap")) {
      EXPECT_EQ(line.substr(4, line.find('-') - 4), std::to_string(expected));
      expected = std::stoull(line.substr(line.find('-') + 1)) + 1;
    } else {
      EXPECT_EQ(line.substr(0, line.find(':')), std::to_string(expected));
      ++expected;
    }
  }
  EXPECT_EQ(expected, 101u);
}

TEST_F(CourierTest, LinkThatTakesNoByteForTheWriteDeadlineIsEndedAsStalled) {
  const Reader dead = reader();
  dead.link->takes = 3;
  say("one");
  courier.run_once();
  for (auto waited = 0ms; waited < limits::write_deadline - 100ms; waited += 100ms) {
    now += 100ms;
    courier.run_once();
  }
  EXPECT_FALSE(dead.delivery->ended());
  now += 200ms;
  courier.run_once();
  EXPECT_EQ(dead.delivery->ended(), Goodbye::stalled);
  EXPECT_TRUE(dead.link->reading_stopped);
  EXPECT_TRUE(dead.link->cut);
}

TEST_F(CourierTest, AByteNowAndThenIsProgress) {
  const Reader slow = reader();
  slow.link->takes = 0;
  say(std::string(1000, 'x'));
  for (int i = 0; i < 30; ++i) {
    slow.link->takes = 1;
    now += 5s;
    courier.run_once();
  }
  EXPECT_FALSE(slow.delivery->ended());
}

TEST_F(CourierTest, BrokenLinkEndsItsSessionAlone) {
  const Reader broken = reader();
  const Reader other = reader();
  broken.link->broken = true;
  say("one");
  courier.run_once();
  EXPECT_EQ(broken.delivery->ended(), Goodbye::connection_lost);
  say("two");
  courier.run_once();
  EXPECT_EQ(got(other), (Lines{"1:one", "2:two"}));
}

TEST_F(CourierTest, BehindTheAnswerToALeaveNothingOfTheRoomComes) {
  const Reader leaver = reader();
  const Reader other = reader();
  say("before");
  courier.run_once();
  // The order of a leave: the room is rung while its reader is on the way out.
  courier.unfollow(leaver.delivery, room);
  courier.mail(leaver.delivery, Ping{7}.encode(PacketType::pong));
  say("after");
  courier.run_once();
  EXPECT_EQ(got(leaver), (Lines{"1:before", "pong 7"}));
  EXPECT_EQ(got(other), (Lines{"1:before", "2:after"}));
  courier.mail(leaver.delivery, Ping{8}.encode(PacketType::pong));
  courier.follow(leaver.delivery, room, 2);
  courier.run_once();
  EXPECT_EQ(got(leaver), (Lines{"1:before", "pong 7", "pong 8", "2:after"}));
}

TEST_F(CourierTest, AFarewellGoesWithTheReasonAndAFullMailboxDoesNotHoldItUp) {
  const Reader shown_out = reader();
  shown_out.delivery->end(Goodbye::kicked, Farewell{Goodbye::kicked, {}}.encode());
  shown_out.delivery->end(Goodbye::stalled, Farewell{Goodbye::stalled, {}}.encode());
  shown_out.delivery->wait_for_farewell();
  courier.run_once();
  EXPECT_EQ(shown_out.delivery->ended(), Goodbye::kicked) << "the first reason counts";
  courier.nudge(shown_out.delivery);
  courier.run_once();
  EXPECT_EQ(got(shown_out), (Lines{"bye kicked"}));
  const Reader full;
  while (full.delivery->post(std::string(60'000, 'x'))) {
  }
  EXPECT_EQ(full.delivery->ended(), Goodbye::stalled);
  const Reader crowded;
  while (crowded.delivery->post_if_room(std::string(60'000, 'x'))) {
  }
  crowded.delivery->end(Goodbye::banned, std::string(limits::mailbox_bytes, 'x'));
  EXPECT_EQ(crowded.delivery->ended(), Goodbye::banned);
}

TEST_F(CourierTest, WhatIsPostedWhileTheLogInWritesWaitsForTheSession) {
  Reader logging_in;
  logging_in.delivery->post(Ping{7}.encode(PacketType::pong));
  courier.nudge(logging_in.delivery);
  courier.run_once();
  EXPECT_EQ(got(logging_in), Lines{});
  say("hello");
  courier.follow(logging_in.delivery, room, 1);
  courier.run_once();
  EXPECT_EQ(got(logging_in), (Lines{"pong 7", "1:hello"}));
}

TEST_F(CourierTest, MailboxGoesBetweenFramesNeverIntoOne) {
  const Reader a = reader();
  courier.run_once();
  a.link->takes = 9;
  say("one");
  courier.run_once();
  a.delivery->post(Ping{7}.encode(PacketType::pong));
  courier.nudge(a.delivery);
  courier.run_once();
  a.link->takes = SIZE_MAX;
  now += 100ms;
  courier.run_once();
  EXPECT_EQ(got(a), (Lines{"1:one", "pong 7"}));
}

TEST_F(CourierTest, FinishSendsWhatIsLeftThenTheGoodbyeThenCloses) {
  const Reader a = reader();
  courier.run_once();
  a.link->takes = 5;
  say("last words");
  courier.run_once();
  a.delivery->post(Farewell{Goodbye::host_stopping, {}}.encode());
  courier.finish(a.delivery);
  courier.run_once();
  EXPECT_FALSE(a.link->closed);
  a.link->takes = SIZE_MAX;
  now += 100ms;
  courier.run_once();
  EXPECT_EQ(got(a), (Lines{"1:last words", "bye host_stopping"}));
  EXPECT_TRUE(a.link->closed);
}

TEST_F(CourierTest, WhoIsNotReadAnyMoreIsClosedWhenItHasEverything) {
  const Reader a = reader();
  courier.run_once();
  a.delivery->end(Goodbye::host_stopping, Farewell{Goodbye::host_stopping, {}}.encode());
  a.link->taken_by_peer = false;
  courier.finish(a.delivery);
  courier.run_once();
  EXPECT_EQ(got(a), (Lines{"bye host_stopping"}));
  EXPECT_FALSE(a.link->closed);
  a.link->taken_by_peer = true;
  now += 100ms;
  courier.run_once();
  EXPECT_TRUE(a.link->closed);
  EXPECT_FALSE(a.link->cut);
}

TEST_F(CourierTest, WhoNeverHasEverythingIsCut) {
  const Reader a = reader();
  courier.run_once();
  a.delivery->end(Goodbye::host_stopping);
  a.link->taken_by_peer = false;
  courier.finish(a.delivery);
  courier.run_once();
  now += limits::stop_flush;
  courier.run_once();
  EXPECT_FALSE(a.link->closed);
  EXPECT_TRUE(a.link->cut);
}

TEST_F(CourierTest, NothingFollowsTheGoodbye) {
  const Reader a = reader();
  courier.run_once();
  a.delivery->end(Goodbye::kicked, Farewell{Goodbye::kicked, {}}.encode());
  a.link->taken_by_peer = false;
  courier.finish(a.delivery);
  courier.run_once();
  EXPECT_EQ(got(a), (Lines{"bye kicked"}));
  say("not for the one who was kicked");
  courier.run_once();
  EXPECT_EQ(got(a), (Lines{"bye kicked"}));
}

TEST_F(CourierTest, WhatIsNotAcknowledgedIsAskedForLessAndLessOften) {
  const Reader a = reader();
  courier.run_once();
  a.delivery->end(Goodbye::host_stopping);
  a.link->taken_by_peer = false;
  courier.finish(a.delivery);
  int rounds = 0;
  for (auto due = courier.run_once(); !a.link->cut && due != Clock::time_point::max(); due = courier.run_once()) {
    now = due;
    ++rounds;
  }
  EXPECT_LT(rounds, 50);
}

TEST_F(CourierTest, FinishGivesUpOnALinkThatTakesNothing) {
  const Reader dead = reader();
  courier.run_once();
  dead.link->takes = 0;
  say("one");
  courier.run_once();
  courier.finish(dead.delivery);
  courier.run_once();
  EXPECT_FALSE(dead.link->cut);
  now += limits::stop_flush;
  courier.run_once();
  EXPECT_TRUE(dead.link->cut);
}

TEST_F(CourierTest, FinishedReadersAreForgotten) {
  std::vector<Reader> readers;
  for (int i = 0; i < 5; ++i) readers.push_back(reader());
  courier.run_once();
  for (const int i : {0, 4, 2}) courier.finish(readers[static_cast<std::size_t>(i)].delivery);
  courier.run_once();
  say("one");
  courier.run_once();
  for (const int i : {1, 3}) EXPECT_EQ(got(readers[static_cast<std::size_t>(i)]), (Lines{"1:one"}));
  for (const int i : {0, 2, 4}) {
    EXPECT_EQ(got(readers[static_cast<std::size_t>(i)]), Lines{});
    EXPECT_EQ(readers[static_cast<std::size_t>(i)].delivery.use_count(), 1);
  }
}

TEST_F(CourierTest, FullMailboxEndsTheSession) {
  const Reader a = reader();
  a.link->takes = 0;
  const Bytes packet = Farewell{Goodbye::left, std::string(4000, 'x')}.encode();
  while (a.delivery->post(packet)) ASSERT_FALSE(a.delivery->ended());
  EXPECT_EQ(a.delivery->ended(), Goodbye::stalled);
}

TEST_F(CourierTest, TheFirstGoodbyeCounts) {
  const Reader a = reader();
  a.delivery->end(Goodbye::idle);
  a.delivery->end(Goodbye::host_stopping);
  EXPECT_EQ(a.delivery->ended(), Goodbye::idle);
}

// ---- An archive ----------------------------------------------------------------------------------------------------

// Answers when the test says so.
class TestArchive final : public Archive {
 public:
  void fetch(Courier&, std::shared_ptr<Delivery> delivery, Room&, Seq from) override {
    asked.emplace_back(std::move(delivery), from);
  }
  void history(Courier&, std::shared_ptr<Delivery>, History) override {}
  // The posts from..last, or nothing with last 0.
  void answer(Courier& courier, Room& room, Seq from, Seq last) {
    std::optional<Log::Found> page;
    const auto octets = std::make_shared<Bytes>();
    for (Seq seq = from; seq <= last; ++seq) {
      Post post;
      post.room = room.name();
      post.seq = seq;
      post.sender = "server";
      post.body = "stored";
      *octets += post.encode();
    }
    if (last > 0) page = Log::Found{{std::shared_ptr<const char[]>(octets, octets->data()), *octets, last + 1}, from};
    courier.fetched(asked.front().first, room, std::move(page));
    asked.erase(asked.begin());
  }
  std::vector<std::pair<std::shared_ptr<Delivery>, Seq>> asked;
};

class CourierWithArchive : public CourierTest {
 protected:
  CourierWithArchive() {
    for (int i = 1; i <= 200; ++i) ledger.submit(kept, 0, "server", PostKind::message, "new", 0);
  }
  Reader behind(Seq next) {
    Reader made;
    archived.follow(made.delivery, kept, next);
    archived.run_once();
    return made;
  }
  // First and last of what was got, and how many.
  static std::string span(const Reader& reader) {
    const Lines lines = got(reader);
    return lines.empty() ? "nothing" : lines.front() + " " + lines.back() + " " + std::to_string(lines.size());
  }
  TestArchive archive;
  Courier archived{&archive, [this] { return now; }};
  const std::shared_ptr<Room> shared_kept = std::make_shared<Room>(
      "lobby", LogLimits{.bytes = 4096, .entries = 10, .first_piece_bytes = 256, .piece_bytes = 256},
      std::vector<Bell*>{&archived});
  Room& kept = *shared_kept;
};

TEST_F(CourierWithArchive, ACursorLeftBehindIsServedFromItInOrder) {
  const Reader late = behind(3);
  EXPECT_EQ(span(late), "nothing");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].second, 3u);
  ledger.submit(kept, 0, "server", PostKind::message, "newest", 0);
  ledger.deliver(kept);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing") << "what is newer waits";
  EXPECT_EQ(archive.asked.size(), 1u) << "one question at a time";
  archive.answer(archived, kept, 3, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "3:stored 100:stored 98");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].second, 101u);
  archive.answer(archived, kept, 101, 201);
  archived.run_once();
  EXPECT_EQ(span(late), "3:stored 201:stored 199") << "what it has more than the log is not sent twice";
  ledger.submit(kept, 0, "server", PostKind::message, "live", 0);
  ledger.deliver(kept);
  archived.run_once();
  EXPECT_EQ(got(late).back(), "202:live");
}

TEST_F(CourierWithArchive, WhatItHasNoMoreIsAGap) {
  const Reader late = behind(3);
  archive.answer(archived, kept, 50, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "gap 3-49 gap 3-49 1");
  archive.answer(archived, kept, 50, 201);
  archived.run_once();
  EXPECT_EQ(span(late), "gap 3-49 201:stored 153");
  const Reader later = behind(3);
  archive.answer(archived, kept, 0, 0);
  archived.run_once();
  EXPECT_TRUE(got(later).front().starts_with("gap 3-"));
  EXPECT_EQ(got(later).back(), "200:new");
}

// Numbers 101 to 1000 were given and never stored.
TEST_F(CourierWithArchive, WhatItHasDoesNotWaitForTheFirstPostInAnEmptyLog) {
  const auto shared = std::make_shared<Room>("ops", kept.log().limits(), std::vector<Bell*>{&archived});
  Room& holed = *shared;
  holed.log().begin_at(1001);
  Reader newcomer;
  archived.follow(newcomer.delivery, holed, 51);
  archived.run_once();
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].second, 51u);
  archive.answer(archived, holed, 51, 100);
  archived.run_once();
  EXPECT_EQ(span(newcomer), "51:stored 100:stored 50");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].second, 101u);
  archive.answer(archived, holed, 0, 0);
  archived.run_once();
  EXPECT_EQ(got(newcomer).back(), "gap 101-1000");
  EXPECT_TRUE(archive.asked.empty());
  ledger.submit(holed, 0, "server", PostKind::message, "live", 0);
  ledger.deliver(holed);
  archived.run_once();
  EXPECT_EQ(got(newcomer).back(), "1001:live");
  EXPECT_EQ(got(newcomer).size(), 52u);
}

TEST_F(CourierWithArchive, AnAnswerForOneWhoIsGoneIsDropped) {
  const Reader late = behind(3);
  late.link->broken = true;
  late.delivery->post(Ping{1}.encode(PacketType::pong));
  archived.nudge(late.delivery);
  archived.run_once();
  EXPECT_EQ(late.delivery->ended(), Goodbye::connection_lost);
  archive.answer(archived, kept, 3, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing");
}

TEST(Courier, DeliversFromItsOwnThreadUntilStopped) {
  Courier courier;
  const auto shared_room = std::make_shared<Room>("lobby", LogLimits{}, std::vector<Bell*>{&courier});
  Room& room = *shared_room;
  MemoryLedger ledger;
  const auto link = std::make_shared<MemoryLink>();
  const auto delivery = std::make_shared<Delivery>(link);
  ASSERT_TRUE(courier.start());
  courier.follow(delivery, room, 1);
  for (int i = 0; i < 1000; ++i) {
    ledger.submit(room, 0, "server", PostKind::message, "text", 0);
    ledger.deliver(room);
  }
  courier.finish(delivery);
  courier.stop();
  FrameReader frames(limits::frame_bytes);
  frames.feed(link->written);
  Seq seq = 0;
  while (const auto frame = frames.next()) EXPECT_EQ(Post::decode(frame->body).seq, ++seq);
  EXPECT_EQ(seq, 1000u);
}

}  // namespace
}  // namespace chat
