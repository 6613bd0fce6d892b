// Guesses at the password: three are free, then an address waits longer each time, and nobody else does.
#include "host/guesses.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chat {
namespace {

using Step = Guesses::Answer::Step;

const Address mallory{"192.0.2.66", 40000};
const Address alice{"198.51.100.7", 40000};
const Clock::time_point start = Clock::time_point{} + 1000h;

// One attempt with a wrong password; false when it is refused.
bool guess_wrong(Guesses& guesses, const Address& from, Clock::time_point now) {
  const auto answer = guesses.take(from, now);
  if (answer.step != Step::granted) return false;
  guesses.failed(from, now);
  return true;
}

// Tries once a second for that long.
int guesses_within(Guesses& guesses, const Address& from, Clock::time_point begin, std::chrono::seconds time) {
  int made = 0;
  for (auto at = 0s; at < time; at += 1s) made += guess_wrong(guesses, from, begin + at);
  return made;
}

TEST(Guesses, NineInTenMinutesAndAtMost160InADay) {
  Guesses guesses;
  EXPECT_EQ(guesses_within(guesses, mallory, start, 10min), 9);
  const int rest = guesses_within(guesses, mallory, start + 10min, 24h - 10min);
  EXPECT_LE(9 + rest, 160);
  EXPECT_GE(9 + rest, 140);
}

TEST(Guesses, AThousandAtOnceAreThreeAndCostNobodyElseAnything) {
  Guesses guesses;
  int made = 0;
  for (int i = 0; i < 1000; ++i) made += guess_wrong(guesses, mallory, start);
  EXPECT_EQ(made, 3);
  EXPECT_EQ(guesses.counts().failed, 3u);
  EXPECT_EQ(guesses.counts().refused, 997u);
  const auto answer = guesses.take(alice, start);
  EXPECT_EQ(answer.step, Step::granted);
  EXPECT_EQ(answer.wait, Clock::duration::zero());
}

TEST(Guesses, TheWaitDoublesUpToTenMinutes) {
  Guesses guesses;
  auto now = start;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guess_wrong(guesses, mallory, now));
  for (const auto wait : {5s, 10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s}) {
    const auto answer = guesses.take(mallory, now);
    EXPECT_EQ(answer.step, Step::refused);
    EXPECT_EQ(answer.wait, wait);
    now += wait;
    EXPECT_TRUE(guess_wrong(guesses, mallory, now));
  }
}

TEST(Guesses, ManyAtTheSameTimeAreNoMoreThanOneAfterTheOther) {
  Guesses guesses;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(guesses.take(mallory, start).step, Step::granted);
  EXPECT_EQ(guesses.take(mallory, start).step, Step::occupied) << "until one of them is decided";
  guesses.succeeded(mallory, start);
  EXPECT_EQ(guesses.take(mallory, start).step, Step::granted) << "a class behind one address joins as fast as it can";
  guesses.failed(mallory, start);
  guesses.failed(mallory, start);
  guesses.failed(mallory, start);
  EXPECT_EQ(guesses.take(mallory, start).step, Step::refused);
  EXPECT_EQ(guesses.take(mallory, start + 5s).step, Step::granted);
  EXPECT_EQ(guesses.take(mallory, start + 5s).step, Step::occupied) << "then one at a time";
}

TEST(Guesses, ASuccessIsGivenBackAndForgetsNothing) {
  Guesses guesses;
  EXPECT_TRUE(guess_wrong(guesses, mallory, start));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(guesses.take(mallory, start).step, Step::granted);
    guesses.succeeded(mallory, start);
  }
  EXPECT_TRUE(guess_wrong(guesses, mallory, start));
  EXPECT_TRUE(guess_wrong(guesses, mallory, start));
  EXPECT_FALSE(guess_wrong(guesses, mallory, start));
}

TEST(Guesses, AQuietHourForgetsOneFailure) {
  Guesses guesses;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guess_wrong(guesses, mallory, start));
  const auto later = start + 5s + 1h;
  EXPECT_TRUE(guess_wrong(guesses, mallory, later));
  EXPECT_FALSE(guess_wrong(guesses, mallory, later)) << "one, not three";
  const auto much_later = later + 5s + 3h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guess_wrong(guesses, mallory, much_later)) << i;
  EXPECT_FALSE(guess_wrong(guesses, mallory, much_later));
}

TEST(Guesses, AnIPv6NetworkCountsAsOne) {
  Guesses guesses;
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(guess_wrong(guesses, {"2001:db8::" + std::to_string(i), 1}, start));
  EXPECT_FALSE(guess_wrong(guesses, {"2001:db8::9", 1}, start));
  EXPECT_TRUE(guess_wrong(guesses, {"2001:db8:0:1::9", 1}, start));
}

TEST(Guesses, AboveAHundredFailuresAMinuteUnknownAddressesWaitASecondAndKnownOnesDoNot) {
  Guesses guesses;
  ASSERT_EQ(guesses.take(alice, start).step, Step::granted);
  guesses.succeeded(alice, start);
  for (int i = 0; i < 101; ++i) EXPECT_TRUE(guess_wrong(guesses, {"203.0." + std::to_string(i) + ".1", 1}, start + 1s));
  const auto stranger = guesses.take({"203.1.0.1", 1}, start + 2s);
  EXPECT_EQ(stranger.step, Step::granted);
  EXPECT_EQ(stranger.wait, 1s);
  EXPECT_EQ(guesses.take(alice, start + 2s).wait, 0s);
  EXPECT_EQ(guesses.take({"203.1.0.2", 1}, start + 4min).wait, 0s) << "when it is over";
}

TEST(Guesses, MembersAreToldOnceAMinuteAndFromThreeOn) {
  Guesses guesses;
  const auto fail = [&](const Address& from, Clock::time_point now) {
    EXPECT_EQ(guesses.take(from, now).step, Step::granted);
    return guesses.failed(from, now);
  };
  EXPECT_FALSE(fail(mallory, start));
  EXPECT_FALSE(fail(mallory, start));
  EXPECT_EQ(fail(mallory, start), "3 failed log-ins from 192.0.2.66");
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(fail({"203.0." + std::to_string(i) + ".1", 1}, start + 10s));
  EXPECT_FALSE(fail(mallory, start + 20s));
  EXPECT_FALSE(fail(mallory, start + 40s));
  EXPECT_EQ(fail({"203.0.99.1", 1}, start + 61s), "13 failed log-ins, 2 of them from 192.0.2.66");
}

}  // namespace
}  // namespace chat
