// How a reader's service ends: the goodbye, what is still sent before it, and who is cut.
#include "unit/driven_courier.hpp"

namespace chat {
namespace {

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
  while (crowded.delivery->carry(std::string(60'000, 'x')) == Delivery::Carried::taken) {
  }
  crowded.delivery->end(Goodbye::banned, std::string(limits::mailbox_bytes, 'x'));
  EXPECT_EQ(crowded.delivery->ended(), Goodbye::banned);
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

}  // namespace
}  // namespace chat
