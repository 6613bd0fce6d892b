// How much of it anybody may have: connections at the gate, messages by the pacer.
#include "host/gate.hpp"

#include <gtest/gtest.h>

#include "host/log_in.hpp"
#include "host/pacer.hpp"

namespace chat {
namespace {

const auto noon = Clock::now();
const Address newcomer{"203.0.113.7", 40000};

TEST(Gate, CountsStrangersOfOneAddress) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i) EXPECT_FALSE(gate.admit(newcomer, noon));
  EXPECT_EQ(gate.admit(newcomer, noon), Goodbye::too_many);
  EXPECT_FALSE(gate.admit({"203.0.113.8", 1}, noon));
  gate.closed(newcomer, true);
  EXPECT_FALSE(gate.admit(newcomer, noon));
}

TEST(Gate, CountsAWholeIPv6Network) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i)
    EXPECT_FALSE(gate.admit({"2001:db8::" + std::to_string(i + 1), 1}, noon));
  EXPECT_EQ(gate.admit({"2001:db8::ffff", 1}, noon), Goodbye::too_many);
  EXPECT_FALSE(gate.admit({"2001:db8:0:1::1", 1}, noon));
}

TEST(Gate, CountsLinkLocalAddressesOneByOne) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < 2 * limits::strangers_per_address; ++i)
    EXPECT_FALSE(gate.admit({"fe80::" + std::to_string(i + 1), 1}, noon)) << "all of a room are on one network";
  for (unsigned i = 1; i < limits::strangers_per_address; ++i) EXPECT_FALSE(gate.admit({"fe80::1", 1}, noon));
  EXPECT_EQ(gate.admit({"fe80::1", 1}, noon), Goodbye::too_many);
}

TEST(Gate, LimitsHowFastAnAddressConnects) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::connect_burst; ++i) {
    EXPECT_FALSE(gate.admit(newcomer, noon));
    gate.closed(newcomer, true);
  }
  EXPECT_EQ(gate.admit(newcomer, noon), Goodbye::too_many);
  EXPECT_FALSE(gate.admit(newcomer, noon + limits::connect_interval));
}

TEST(Gate, AQuestionBeforeEachAttemptCostsNothing) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::connect_burst; ++i) {
    EXPECT_FALSE(gate.admit(newcomer, noon));
    gate.refund(newcomer);
    gate.closed(newcomer, true);
    EXPECT_FALSE(gate.admit(newcomer, noon)) << "attempt " << i;
    gate.closed(newcomer, true);
  }
}

TEST(Gate, QuestionsAloneAreLimitedToo) {
  Gate gate(false, 1);
  unsigned asked = 0;
  while (asked < 1000 && !gate.admit(newcomer, noon)) {
    gate.refund(newcomer);
    gate.closed(newcomer, true);
    ++asked;
  }
  EXPECT_EQ(asked, 2 * limits::connect_burst);
  EXPECT_FALSE(gate.admit(newcomer, noon + limits::connect_interval));
}

TEST(Gate, LimitsAllConnectionsOfAnAddress) {
  Gate gate(false, 1);
  auto now = noon;
  for (unsigned i = 0; i < limits::connections_per_address; ++i) {
    now += 10s;
    EXPECT_FALSE(gate.admit(newcomer, now));
    gate.logged_in(newcomer, now);
  }
  EXPECT_EQ(gate.admit(newcomer, now + 10s), Goodbye::too_many);
  gate.closed(newcomer, false);
  EXPECT_FALSE(gate.admit(newcomer, now + 10s));
}

TEST(Gate, ACrowdBehindOneAddressLogsInAtOnceWhereItIsWanted) {
  constexpr unsigned crowd = 100;
  Gate gate(false, 1, crowd);
  for (unsigned i = 0; i < crowd; ++i) {
    ASSERT_FALSE(gate.admit(newcomer, noon)) << i << " asks whether there is a password";
    gate.refund(newcomer);
    gate.closed(newcomer, true);
  }
  for (unsigned i = 0; i < crowd; ++i) {
    ASSERT_FALSE(gate.admit(newcomer, noon)) << i;
    gate.logged_in(newcomer, noon);
  }
  EXPECT_EQ(gate.admit(newcomer, noon), Goodbye::too_many);
}

TEST(Gate, WhoLogsInAgainAndAgainIsSlowedAllTheSame) {
  constexpr unsigned crowd = 100;
  Gate gate(false, 1, crowd);
  unsigned log_ins = 0;
  while (log_ins < 1000 && !gate.admit(newcomer, noon)) {
    gate.logged_in(newcomer, noon);
    gate.closed(newcomer, false);
    ++log_ins;
  }
  EXPECT_EQ(log_ins, crowd + limits::connect_burst);
  EXPECT_FALSE(gate.admit(newcomer, noon + limits::connect_interval));
}

TEST(Gate, ExemptsLoopbackFromCountsNotFromPenalties) {
  const Address local{"127.0.0.1", 1};
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::strangers_random_drop; ++i) EXPECT_FALSE(gate.admit(local, noon));
  for (unsigned i = 0; i < limits::strangers_random_drop; ++i) gate.closed(local, true);
  gate.penalise(local, 20s, noon);
  EXPECT_EQ(gate.admit(local, noon), Goodbye::too_many);
  Gate strict(true, 1);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i) EXPECT_FALSE(strict.admit(local, noon));
  EXPECT_EQ(strict.admit(local, noon), Goodbye::too_many);
}

TEST(Gate, EnforcesPenaltiesFromFifteenSecondsUntilTheyAreOver) {
  Gate gate(false, 1);
  gate.penalise(newcomer, 10s, noon);
  EXPECT_FALSE(gate.admit(newcomer, noon));
  gate.penalise(newcomer, 10s, noon);
  EXPECT_EQ(gate.admit(newcomer, noon), Goodbye::too_many);
  EXPECT_EQ(gate.admit(newcomer, noon + 19s), Goodbye::too_many);
  EXPECT_FALSE(gate.admit(newcomer, noon + 20s));
}

TEST(Gate, TellsTheConsoleOfRefusalsInOneLineAMinute) {
  Gate gate(false, 1);
  EXPECT_EQ(gate.turned_away(newcomer, noon), "a connection from 203.0.113.7 was refused: too many come from there");
  EXPECT_FALSE(gate.turned_away(newcomer, noon));
  EXPECT_FALSE(gate.turned_away({"203.0.113.8", 1}, noon + limits::refusals_told_every - 1s));
  EXPECT_EQ(gate.turned_away(newcomer, noon + limits::refusals_told_every),
            "3 connections were refused, the last one from 203.0.113.7: too many come from one address");
}

TEST(Gate, LetsAnAddressMakeSoManyRooms) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::rooms_made_burst; ++i) EXPECT_TRUE(gate.may_make_room(newcomer, noon));
  EXPECT_FALSE(gate.may_make_room(newcomer, noon));
  EXPECT_TRUE(gate.may_make_room({"203.0.113.8", 1}, noon));
  EXPECT_TRUE(gate.may_make_room(newcomer, noon + limits::room_made_interval));
  EXPECT_FALSE(gate.may_make_room(newcomer, noon + limits::room_made_interval));
}

TEST(Gate, CapsPenalties) {
  Gate gate(false, 1);
  for (int i = 0; i < 1000; ++i) gate.penalise(newcomer, 10s, noon);
  EXPECT_EQ(gate.admit(newcomer, noon + 599s), Goodbye::too_many);
  EXPECT_FALSE(gate.admit(newcomer, noon + 600s));
}

TEST(Gate, StrangersDoNotKeepAMemberOut) {
  Gate gate(false, 1);
  const Address member{"198.51.100.1", 1};
  ASSERT_FALSE(gate.admit(member, noon));
  gate.logged_in(member, noon);
  gate.closed(member, false);
  for (unsigned i = 0; i < 2 * limits::addresses_remembered; ++i)
    gate.admit(
        {"10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255), 1},
        noon);
  ASSERT_EQ(gate.strangers(), limits::strangers);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i)
    EXPECT_FALSE(gate.admit(member, noon + limits::address_known_for - 1s));
  EXPECT_EQ(gate.admit({"198.51.100.2", 1}, noon + 1h), Goodbye::busy);
  EXPECT_TRUE(gate.admit(member, noon + limits::address_known_for)) << "that was long ago";
}

TEST(Gate, DropsStrangersAtRandomWhenThereAreMany) {
  Gate gate(false, 1);
  std::size_t in = 0;
  std::size_t busy = 0;
  for (unsigned i = 0; i < 500; ++i) {
    const auto refused = gate.admit({"198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250), 1}, noon);
    if (!refused) ++in;
    if (refused == Goodbye::busy) ++busy;
    if (in < limits::strangers_random_drop) {
      EXPECT_EQ(busy, 0u);
    }
  }
  EXPECT_GT(in, limits::strangers_random_drop);
  EXPECT_LE(in, limits::strangers);
  EXPECT_EQ(in + busy, 500u);
}

TEST(Gate, RemembersABoundedNumberOfAddressesAndNeverForgetsTheConnected) {
  Gate gate(false, 1);
  EXPECT_FALSE(gate.admit(newcomer, noon));
  for (std::size_t i = 0; i < limits::addresses_remembered + 1000; ++i)
    gate.penalise(
        {"10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255), 1}, 1s,
        noon);
  EXPECT_LE(gate.addresses(), limits::addresses_remembered + 1);
  gate.closed(newcomer, true);
  EXPECT_EQ(gate.strangers(), 0u);
}

TEST(TurnAway, ReadsNoEndlessStream) {
  const Waker stop;
  Listener listener("127.0.0.1", 0);
  const auto until = Clock::now() + 10s;
  Connected caller = connect_to("127.0.0.1", listener.address().port, until, nullptr);
  ASSERT_TRUE(caller.socket.valid()) << caller.error;
  listener.wait(stop, until);
  Socket socket;
  Address from;
  ASSERT_EQ(listener.accept(socket, from), Listener::Outcome::accepted);
  std::size_t sent = 0;
  const std::string stream(64 * 1024, 'x');
  for (IoResult result; sent == 0 || result.state == IoResult::State::ok; sent += result.bytes)
    result = caller.socket.write(stream);
  ASSERT_GT(sent, 64 * 1024u);
  turn_away(socket, Goodbye::busy);
  EXPECT_TRUE(socket.peek()) << "it read all that came";
}

TEST(Pacer, LetsABurstThroughThenOneAtATime) {
  Pacer pacer(3, 20);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pacer.count(noon), Clock::duration{});
  EXPECT_EQ(pacer.count(noon), 50ms);
  EXPECT_EQ(pacer.count(noon + 50ms), 50ms);
}

TEST(Pacer, RefillsUpToTheBurst) {
  Pacer pacer(3, 20);
  for (int i = 0; i < 3; ++i) pacer.count(noon);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pacer.count(noon + 1h), Clock::duration{});
  EXPECT_GT(pacer.count(noon + 1h), Clock::duration{});
}

TEST(Pacer, RateZeroIsNoLimit) {
  Pacer pacer(3, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(pacer.count(noon), Clock::duration{});
}

}  // namespace
}  // namespace chat
