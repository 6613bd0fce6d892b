#include <gtest/gtest.h>

#include "client/backoff.hpp"
#include "net_utils.hpp"

namespace chat {
namespace {

TEST(Backoff, WaitsDoubleUpToTheCap) {
  Backoff backoff([] { return 0.5; });
  const std::vector<std::chrono::milliseconds> expected{1s, 2s, 4s, 8s, 15s, 15s, 15s};
  for (const auto wait : expected) EXPECT_EQ(backoff.next(), wait);
  EXPECT_EQ(backoff.attempts(), expected.size());
}

TEST(Backoff, JitterIsFull) {
  double random = 0;
  Backoff backoff([&] { return random; });
  EXPECT_EQ(backoff.next(), 0ms);
  random = 0.999999;
  EXPECT_LT(backoff.next(), 2 * limits::reconnect_first);
}

TEST(Backoff, WhatTheHostAskedForIsWaitedAtLeast) {
  double random = 0;
  Backoff backoff([&] { return random; });
  EXPECT_EQ(backoff.next(10s), 10s);
  random = 0.5;
  EXPECT_EQ(backoff.next(10s), 10s + limits::reconnect_first / 2);
  EXPECT_EQ(backoff.next(), 4s);
}

TEST(Backoff, ALogInStartsAnew) {
  Backoff backoff([] { return 0.5; });
  for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.next(), limits::reconnect_cap);
  backoff.reset();
  EXPECT_EQ(backoff.next(), 1s);
  EXPECT_EQ(backoff.attempts(), 1U);
}

}  // namespace
}  // namespace chat
