#include <gtest/gtest.h>

#include "client/events.hpp"
#include "client/trust.hpp"

namespace chat {
namespace {

TrustFacts facts(std::optional<std::string> pin) {
  TrustFacts facts;
  facts.fingerprint = "now";
  facts.pin = std::move(pin);
  return facts;
}

TEST(Trust, OfAHostThatNobodyHasSeenNothingIsKnown) {
  EXPECT_EQ(decide_trust(facts(std::nullopt)).step, TrustStep::unknown);
}

TEST(Trust, PinDecidesBeforeTheRootsAreAsked) {
  EXPECT_EQ(decide_trust(facts("now")).how, Trusted::by_pin);
  EXPECT_EQ(decide_trust(facts("before")).step, TrustStep::refuse_changed);
}

TEST(Trust, OwnTrustFileDecidesAlone) {
  for (const auto& pin : {std::optional<std::string>(), std::optional<std::string>("now")}) {
    TrustFacts given = facts(pin);
    given.by_file = false;
    EXPECT_EQ(decide_trust(given).step, TrustStep::refuse_certificate);
    given.by_file = true;
    EXPECT_EQ(decide_trust(given).how, Trusted::by_trust_file);
  }
}

TEST(Trust, InsecureChecksNothingAndSaysSo) {
  TrustFacts given = facts("before");
  given.insecure = true;
  EXPECT_EQ(decide_trust(given).step, TrustStep::accept);
  EXPECT_EQ(decide_trust(given).how, Trusted::unchecked);
}

TEST(Retrying, OnlyWhatMayPass) {
  EXPECT_TRUE(worth_retrying(Ended::because(End::unreachable)));
  EXPECT_TRUE(worth_retrying(Ended::because(End::unknown_host))) << "so it is for a machine without a network";
  for (const Goodbye why : {Goodbye::host_stopping, Goodbye::connection_lost, Goodbye::silent, Goodbye::stalled,
                            Goodbye::busy, Goodbye::full})
    EXPECT_TRUE(worth_retrying(Ended::by(why))) << goodbye_name(why);
  for (const Goodbye why : {Goodbye::left, Goodbye::replaced, Goodbye::malformed, Goodbye::bad_name, Goodbye::version,
                            Goodbye::out_of_state, Goodbye::idle, Goodbye::needs_tls})
    EXPECT_FALSE(worth_retrying(Ended::by(why))) << goodbye_name(why);
  for (const End end : {End::left, End::not_clint, End::plain_refused, End::no_longer_secure, End::identity_changed,
                        End::not_trusted, End::misbehaves, End::failed})
    EXPECT_FALSE(worth_retrying(Ended::because(end)));
}

TEST(Retrying, BeforeTheFirstLogInOnlyWhereAHostIsThere) {
  EXPECT_TRUE(worth_knocking_again(Ended::because(End::turned_away)));
  for (const Goodbye why : {Goodbye::busy, Goodbye::too_many})
    EXPECT_TRUE(worth_knocking_again(Ended::by(why))) << goodbye_name(why);
  for (const Goodbye why : {Goodbye::full, Goodbye::banned, Goodbye::guesses, Goodbye::connection_lost})
    EXPECT_FALSE(worth_knocking_again(Ended::by(why))) << goodbye_name(why);
  for (const End end : {End::unreachable, End::unknown_host, End::not_clint, End::wrong_password, End::misbehaves})
    EXPECT_FALSE(worth_knocking_again(Ended::because(end)));
}

TEST(Retrying, StaysAwayForAsLongAsTheHostAsks) {
  EXPECT_EQ(asked_to_wait(Ended::by(Goodbye::guesses, "retry in 10 s")), 10s);
  EXPECT_EQ(asked_to_wait(Ended::by(Goodbye::full, "the server is full (100 clints), retry in 5 s")), 5s);
  EXPECT_EQ(asked_to_wait(Ended::by(Goodbye::full, "retry in 4000000 s")), 300s);
  for (const char* none : {"", "retry in s", "retry in  s", "retry in -1 s", "retry in 99999999999 s", "retry in 3 s!"})
    EXPECT_EQ(asked_to_wait(Ended::by(Goodbye::full, none)), 0s) << none;
  EXPECT_EQ(asked_to_wait(Ended::because(End::unreachable, "retry in 3 s")), 0s);
}

TEST(Retrying, AGoodbyeIsOneSentence) {
  EXPECT_EQ(reason_text(Goodbye::full, {}), "the server is full");
  EXPECT_EQ(reason_text(Goodbye::full, "the server is full (100 clints)"), "the server is full (100 clints)");
  EXPECT_EQ(reason_text(Goodbye::kicked, "be nice"), "shown out by an operator: be nice");
}

}  // namespace
}  // namespace chat
