#include <gtest/gtest.h>

#include "client/outbox.hpp"

namespace chat {
namespace {

// The ids of all that can be taken now.
std::vector<std::uint64_t> taken(Outbox& outbox) {
  std::vector<std::uint64_t> ids;
  while (const auto say = outbox.take()) ids.push_back(say->message);
  return ids;
}

using Ids = std::vector<std::uint64_t>;

TEST(Outbox, GivesEachMessageOnceInOrder) {
  Outbox outbox(8);
  for (const char* text : {"a", "b", "c"}) outbox.push("lobby", text);
  EXPECT_EQ(taken(outbox), (Ids{1, 2, 3}));
  EXPECT_EQ(taken(outbox), Ids{});
  EXPECT_EQ(outbox.unacknowledged(), 3U);
}

TEST(Outbox, FullUntilAcknowledged) {
  Outbox outbox(2);
  EXPECT_EQ(outbox.push("lobby", "a"), 1U);
  EXPECT_EQ(outbox.push("lobby", "b"), 2U);
  EXPECT_TRUE(outbox.full());
  EXPECT_EQ(outbox.push("lobby", "c"), std::nullopt);
  taken(outbox);
  EXPECT_TRUE(outbox.acknowledge(1));
  EXPECT_EQ(outbox.push("lobby", "c"), 3U);
}

TEST(Outbox, AcknowledgementCoversAllBefore) {
  Outbox outbox(8);
  for (const char* text : {"a", "b", "c"}) outbox.push("lobby", text);
  taken(outbox);
  EXPECT_TRUE(outbox.acknowledge(2));
  EXPECT_EQ(outbox.unacknowledged(), 1U);
  EXPECT_FALSE(outbox.acknowledge(2)) << "it is no news the second time";
  EXPECT_FALSE(outbox.acknowledge(1));
}

TEST(Outbox, NewConnectionSendsTheRestAgain) {
  Outbox outbox(8);
  for (const char* text : {"a", "b", "c", "d"}) outbox.push("lobby", text);
  outbox.take();
  outbox.take();
  outbox.take();
  outbox.resume(2);
  EXPECT_EQ(taken(outbox), (Ids{3, 4}));
}

TEST(Outbox, HostThatForgotEverythingGetsAll) {
  Outbox outbox(8);
  for (const char* text : {"a", "b"}) outbox.push("lobby", text);
  taken(outbox);
  outbox.resume(0);
  EXPECT_EQ(taken(outbox), (Ids{1, 2}));
}

TEST(Outbox, AcknowledgedBeforeItWasSentAgain) {
  Outbox outbox(8);
  for (const char* text : {"a", "b", "c"}) outbox.push("lobby", text);
  taken(outbox);
  outbox.resume(0);
  EXPECT_TRUE(outbox.acknowledge(2));
  EXPECT_EQ(taken(outbox), Ids{3});
}

TEST(Outbox, LastMessageOutOfThinAirEmptiesIt) {
  Outbox outbox(8);
  outbox.push("lobby", "a");
  outbox.resume(UINT64_MAX);
  EXPECT_EQ(outbox.unacknowledged(), 0U);
  EXPECT_EQ(outbox.push("lobby", "b"), 2U);
}

TEST(Outbox, WhatTheHostCouldNotStoreIsSentAgainFromThere) {
  Outbox outbox(8);
  for (const char* text : {"a", "b", "c"}) outbox.push("lobby", text);
  taken(outbox);
  outbox.take_back(2);
  outbox.push("lobby", "d");
  EXPECT_EQ(taken(outbox), (Ids{2, 3, 4}));
  outbox.take_back(9);
  EXPECT_EQ(taken(outbox), Ids{}) << "a message that was never sent";
  EXPECT_EQ(outbox.unacknowledged(), 4U);
}

TEST(Outbox, KnowsUpToWhichMessageAllWasSent) {
  Outbox outbox(10);
  EXPECT_EQ(outbox.said(), 0U);
  EXPECT_EQ(outbox.sent(), 0U);
  for (const char* text : {"one", "two", "three"}) outbox.push("lobby", text);
  EXPECT_EQ(outbox.said(), 3U);
  EXPECT_EQ(outbox.sent(), 0U);
  outbox.take();
  EXPECT_EQ(outbox.sent(), 1U);
  outbox.acknowledge(1);
  EXPECT_EQ(outbox.sent(), 1U);
  outbox.take();
  outbox.take();
  EXPECT_EQ(outbox.sent(), 3U);
  outbox.resume(2);  // a new connection: the third goes out again
  EXPECT_EQ(outbox.sent(), 2U);
}

}  // namespace
}  // namespace chat
