// What a courier carries, to whom, and when.
#include "host/courier.hpp"

#include "host/session.hpp"
#include "unit/driven_courier.hpp"

namespace chat {
namespace {

TEST(FirstServed, ANewcomerGetsTheLastPostsAlsoFromBeforeAHole) {
  Room room("lobby", {}, {});
  room.log().begin_at(101);
  room.log().append("101");
  EXPECT_EQ(first_served(room, 0, 10), 92u) << "which the archive has";
  room.set_hole({51, 100});
  EXPECT_EQ(first_served(room, 0, 10), 42u) << "nine of those before it";
  EXPECT_EQ(first_served(room, 0, 1000), 1u);
  EXPECT_EQ(first_served(room, 0, 1), 101u);
  EXPECT_EQ(first_served(room, 0, 0), 102u);
  EXPECT_EQ(first_served(room, 60, 10), 61u) << "who was here is told what it missed";
  room.set_hole({1, 100});
  EXPECT_EQ(first_served(room, 0, 10), 101u) << "there is nothing before it";
}

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
