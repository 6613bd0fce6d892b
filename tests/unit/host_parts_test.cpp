// The host's pure parts: gate, pacer, roster, ledger, announcer, console lines.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "host/announcer.hpp"
#include "host/console.hpp"
#include "host/gate.hpp"
#include "host/log_in.hpp"
#include "host/moderation.hpp"
#include "host/orders.hpp"
#include "host/pacer.hpp"
#include "host/roster.hpp"
#include "host/thread_group.hpp"
#include "unit/memory_link.hpp"

namespace chat {
namespace {

const auto start = Clock::now();
const Address stranger{"203.0.113.7", 40000};

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

TEST(Pacer, LetsABurstThroughThenOneAtATime) {
  Pacer pacer(3, 20);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pacer.count(start), Clock::duration{});
  EXPECT_EQ(pacer.count(start), 50ms);
  EXPECT_EQ(pacer.count(start + 50ms), 50ms);
}

TEST(Pacer, RefillsUpToTheBurst) {
  Pacer pacer(3, 20);
  for (int i = 0; i < 3; ++i) pacer.count(start);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pacer.count(start + 1h), Clock::duration{});
  EXPECT_GT(pacer.count(start + 1h), Clock::duration{});
}

TEST(Pacer, RateZeroIsNoLimit) {
  Pacer pacer(3, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(pacer.count(start), Clock::duration{});
}

TEST(Gate, CountsStrangersOfOneAddress) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i) EXPECT_FALSE(gate.admit(stranger, start));
  EXPECT_EQ(gate.admit(stranger, start), Goodbye::too_many);
  EXPECT_FALSE(gate.admit({"203.0.113.8", 1}, start));
  gate.closed(stranger, true);
  EXPECT_FALSE(gate.admit(stranger, start));
}

TEST(Gate, CountsAWholeIPv6Network) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i)
    EXPECT_FALSE(gate.admit({"2001:db8::" + std::to_string(i + 1), 1}, start));
  EXPECT_EQ(gate.admit({"2001:db8::ffff", 1}, start), Goodbye::too_many);
  EXPECT_FALSE(gate.admit({"2001:db8:0:1::1", 1}, start));
}

TEST(Gate, CountsLinkLocalAddressesOneByOne) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < 2 * limits::strangers_per_address; ++i)
    EXPECT_FALSE(gate.admit({"fe80::" + std::to_string(i + 1), 1}, start)) << "all of a room are on one network";
  for (unsigned i = 1; i < limits::strangers_per_address; ++i) EXPECT_FALSE(gate.admit({"fe80::1", 1}, start));
  EXPECT_EQ(gate.admit({"fe80::1", 1}, start), Goodbye::too_many);
}

TEST(Gate, LimitsHowFastAnAddressConnects) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::connect_burst; ++i) {
    EXPECT_FALSE(gate.admit(stranger, start));
    gate.closed(stranger, true);
  }
  EXPECT_EQ(gate.admit(stranger, start), Goodbye::too_many);
  EXPECT_FALSE(gate.admit(stranger, start + limits::connect_interval));
}

TEST(Gate, AQuestionBeforeEachAttemptCostsNothing) {
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::connect_burst; ++i) {
    EXPECT_FALSE(gate.admit(stranger, start));
    gate.refund(stranger);
    gate.closed(stranger, true);
    EXPECT_FALSE(gate.admit(stranger, start)) << "attempt " << i;
    gate.closed(stranger, true);
  }
}

TEST(Gate, QuestionsAloneAreLimitedToo) {
  Gate gate(false, 1);
  unsigned asked = 0;
  while (asked < 1000 && !gate.admit(stranger, start)) {
    gate.refund(stranger);
    gate.closed(stranger, true);
    ++asked;
  }
  EXPECT_EQ(asked, 2 * limits::connect_burst);
  EXPECT_FALSE(gate.admit(stranger, start + limits::connect_interval));
}

TEST(Gate, LimitsAllConnectionsOfAnAddress) {
  Gate gate(false, 1);
  auto now = start;
  for (unsigned i = 0; i < limits::connections_per_address; ++i) {
    now += 10s;
    EXPECT_FALSE(gate.admit(stranger, now));
    gate.logged_in(stranger, now);
  }
  EXPECT_EQ(gate.admit(stranger, now + 10s), Goodbye::too_many);
  gate.closed(stranger, false);
  EXPECT_FALSE(gate.admit(stranger, now + 10s));
}

TEST(Gate, ACrowdBehindOneAddressLogsInAtOnceWhereItIsWanted) {
  constexpr unsigned crowd = 100;
  Gate gate(false, 1, crowd);
  for (unsigned i = 0; i < crowd; ++i) {
    ASSERT_FALSE(gate.admit(stranger, start)) << i << " asks whether there is a password";
    gate.refund(stranger);
    gate.closed(stranger, true);
  }
  for (unsigned i = 0; i < crowd; ++i) {
    ASSERT_FALSE(gate.admit(stranger, start)) << i;
    gate.logged_in(stranger, start);
  }
  EXPECT_EQ(gate.admit(stranger, start), Goodbye::too_many);
}

TEST(Gate, WhoLogsInAgainAndAgainIsSlowedAllTheSame) {
  constexpr unsigned crowd = 100;
  Gate gate(false, 1, crowd);
  unsigned log_ins = 0;
  while (log_ins < 1000 && !gate.admit(stranger, start)) {
    gate.logged_in(stranger, start);
    gate.closed(stranger, false);
    ++log_ins;
  }
  EXPECT_EQ(log_ins, crowd + limits::connect_burst);
  EXPECT_FALSE(gate.admit(stranger, start + limits::connect_interval));
}

TEST(Gate, ExemptsLoopbackFromCountsNotFromPenalties) {
  const Address local{"127.0.0.1", 1};
  Gate gate(false, 1);
  for (unsigned i = 0; i < limits::strangers_random_drop; ++i) EXPECT_FALSE(gate.admit(local, start));
  for (unsigned i = 0; i < limits::strangers_random_drop; ++i) gate.closed(local, true);
  gate.penalise(local, 20s, start);
  EXPECT_EQ(gate.admit(local, start), Goodbye::too_many);
  Gate strict(true, 1);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i) EXPECT_FALSE(strict.admit(local, start));
  EXPECT_EQ(strict.admit(local, start), Goodbye::too_many);
}

TEST(Gate, EnforcesPenaltiesFromFifteenSecondsUntilTheyAreOver) {
  Gate gate(false, 1);
  gate.penalise(stranger, 10s, start);
  EXPECT_FALSE(gate.admit(stranger, start));
  gate.penalise(stranger, 10s, start);
  EXPECT_EQ(gate.admit(stranger, start), Goodbye::too_many);
  EXPECT_EQ(gate.admit(stranger, start + 19s), Goodbye::too_many);
  EXPECT_FALSE(gate.admit(stranger, start + 20s));
}

TEST(Gate, CapsPenalties) {
  Gate gate(false, 1);
  for (int i = 0; i < 1000; ++i) gate.penalise(stranger, 10s, start);
  EXPECT_EQ(gate.admit(stranger, start + 599s), Goodbye::too_many);
  EXPECT_FALSE(gate.admit(stranger, start + 600s));
}

TEST(Gate, StrangersDoNotKeepAMemberOut) {
  Gate gate(false, 1);
  const Address member{"198.51.100.1", 1};
  ASSERT_FALSE(gate.admit(member, start));
  gate.logged_in(member, start);
  gate.closed(member, false);
  for (unsigned i = 0; i < 2 * limits::addresses_remembered; ++i)
    gate.admit(
        {"10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255), 1},
        start);
  ASSERT_EQ(gate.strangers(), limits::strangers);
  for (unsigned i = 0; i < limits::strangers_per_address; ++i)
    EXPECT_FALSE(gate.admit(member, start + limits::address_known_for - 1s));
  EXPECT_EQ(gate.admit({"198.51.100.2", 1}, start + 1h), Goodbye::busy);
  EXPECT_TRUE(gate.admit(member, start + limits::address_known_for)) << "that was long ago";
}

TEST(Gate, DropsStrangersAtRandomWhenThereAreMany) {
  Gate gate(false, 1);
  std::size_t in = 0;
  std::size_t busy = 0;
  for (unsigned i = 0; i < 500; ++i) {
    const auto refused = gate.admit({"198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250), 1}, start);
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
  EXPECT_FALSE(gate.admit(stranger, start));
  for (std::size_t i = 0; i < limits::addresses_remembered + 1000; ++i)
    gate.penalise(
        {"10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255), 1}, 1s,
        start);
  EXPECT_LE(gate.addresses(), limits::addresses_remembered + 1);
  gate.closed(stranger, true);
  EXPECT_EQ(gate.strangers(), 0u);
}

std::shared_ptr<Delivery> delivery() { return std::make_shared<Delivery>(std::make_shared<MemoryLink>()); }

TEST(Roster, NamesTheNamelessByTheLowestFreeNumber) {
  Roster roster(100);
  const auto second = delivery();
  EXPECT_EQ(roster.enter(1, "", Address{}, delivery()).name, "clint1");
  EXPECT_EQ(roster.enter(2, "", Address{}, second).name, "clint2");
  EXPECT_EQ(roster.enter(3, "", Address{}, delivery()).name, "clint3");
  EXPECT_EQ(roster.leave(2, *second), 2u);
  EXPECT_EQ(roster.enter(4, "", Address{}, delivery()).name, "clint2");
  EXPECT_EQ(roster.enter(5, "", Address{}, delivery()).name, "clint4");
}

TEST(Roster, ATakenNameGetsANumber) {
  Roster roster(100);
  EXPECT_EQ(roster.enter(1, "bob", Address{}, delivery()).name, "bob");
  EXPECT_EQ(roster.enter(2, "bob", Address{}, delivery()).name, "bob-2");
  EXPECT_EQ(roster.enter(3, "bob", Address{}, delivery()).name, "bob-3");
  const std::string longest(limits::name_characters, 'x');
  EXPECT_EQ(roster.enter(4, longest, Address{}, delivery()).name, longest);
  EXPECT_EQ(roster.enter(5, longest, Address{}, delivery()).name, longest.substr(2) + "-2");
}

TEST(Roster, ANameThatOnlyLooksLikeAnothersIsRefused) {
  Roster roster(100);
  roster.enter(1, "alice", Address{}, delivery());
  for (const char* name : {"Alice", "ALICE", "AIice", "a1ice"})
    EXPECT_EQ(roster.enter(2, name, Address{}, delivery()).refused, Goodbye::bad_name) << name;
}

TEST(Roster, IsFullAtItsLimitAndHasRoomWhenSomeoneLeaves) {
  Roster roster(2);
  const auto first = delivery();
  roster.enter(1, "a", Address{}, first);
  roster.enter(2, "b", Address{}, delivery());
  EXPECT_EQ(roster.enter(3, "c", Address{}, delivery()).refused, Goodbye::full);
  roster.leave(1, *first);
  EXPECT_FALSE(roster.enter(3, "c", Address{}, delivery()).refused);
}

TEST(Roster, WhenItIsFullThereIsOnePlaceMoreForAnOperator) {
  Roster roster(1);
  roster.enter(1, "a", Address{}, delivery());
  EXPECT_EQ(roster.enter(2, "bob", Address{}, delivery(), {"bob", nullptr, false}).refused, Goodbye::full);
  EXPECT_EQ(roster.enter(3, "chief", Address{}, delivery(), {"chief", nullptr, true}).name, "chief");
  EXPECT_EQ(roster.enter(4, "deputy", Address{}, delivery(), {"deputy", nullptr, true}).refused, Goodbye::full);
}

TEST(Roster, KnowsFromWhereTheLastThatLeftHadCome) {
  Roster roster(1000);
  const auto come_and_go = [&](std::uint64_t session) {
    const auto link = delivery();
    roster.enter(session, "", Address{"127.0.0.1", static_cast<std::uint16_t>(session)}, link);
    roster.leave(session, *link);
  };
  come_and_go(1);
  EXPECT_EQ(roster.address_of(1), "127.0.0.1:1");
  EXPECT_EQ(roster.address_of(2), "");
  for (std::uint64_t session = 2; session < 500; ++session) come_and_go(session);
  EXPECT_EQ(roster.address_of(499), "127.0.0.1:499");
  EXPECT_EQ(roster.address_of(1), "");
}

TEST(Roster, ListsSoManyAndCountsAllAtOneMoment) {
  Roster roster(100);
  for (const char* name : {"carol", "alice", "bob"}) roster.enter(roster.size() + 1, name, Address{}, delivery());
  EXPECT_EQ(roster.people(2).listed.size(), 2u);
  EXPECT_EQ(roster.people(2).all, 3u);
  std::string names;
  for (const Person& person : roster.people(10).listed) names += person.name + " ";
  EXPECT_EQ(names, "alice bob carol ");
}

TEST(Roster, TheSameClientOnANewConnectionTakesItsOldPlace) {
  Roster roster(1);
  const auto old = delivery();
  const auto fresh = delivery();
  roster.enter(1, "bob", Address{"127.0.0.2", 1}, old);
  const auto admission = roster.enter(1, "bob", Address{"127.0.0.3", 1}, fresh);
  EXPECT_EQ(admission.name, "bob");
  EXPECT_EQ(admission.replaced, old);
  EXPECT_EQ(roster.address_of(1), "127.0.0.3:1");
  EXPECT_FALSE(roster.leave(1, *old)) << "the old connection's end is nobody's leave";
  EXPECT_EQ(roster.leave(1, *fresh), 0u);
}

std::vector<Post> posts(const Room& room) {
  std::vector<Post> all;
  FrameReader frames(limits::frame_bytes);
  Seq next = 1;
  while (const auto found = room.log().read(next, 1 << 20)) {
    frames.feed(found->run.octets);
    next = found->run.next;
  }
  while (const auto frame = frames.next()) all.push_back(Post::decode(frame->body));
  return all;
}

TEST(Ledger, GivesSeqsWithoutHolesFromManyThreads) {
  MemoryLedger ledger;
  Room room("lobby", {}, {});
  std::vector<Thread> threads;
  for (std::uint8_t i = 1; i <= 4; ++i)
    threads.push_back(Thread::start([&ledger, &room, i] {
      const auto sender = ledger.recall(ClientKey{i});
      for (std::uint64_t id = 1; id <= 500; ++id) ledger.submit(room, *sender, "name", id, PostKind::message, "text");
    }));
  for (Thread& thread : threads) thread.join();
  const auto all = posts(room);
  ASSERT_EQ(all.size(), 2000u);
  std::map<std::uint64_t, std::uint64_t> last;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].seq, i + 1);
    EXPECT_EQ(all[i].message, ++last[all[i].session]) << "in the sender's order";
  }
}

TEST(Ledger, DropsAMessageIdThatDoesNotRise) {
  MemoryLedger ledger;
  Room room("lobby", {}, {});
  const auto sender = ledger.recall(ClientKey{1});
  for (const std::uint64_t id : {1, 2, 2, 1, 5, 3, 6})
    ledger.submit(room, *sender, "bob", id, PostKind::message, std::to_string(id));
  std::string kept;
  for (const Post& post : posts(room)) kept += post.body;
  EXPECT_EQ(kept, "1256");
  EXPECT_EQ(sender->last_message(), 6u);
}

TEST(Ledger, RemembersAClientThatComesBack) {
  MemoryLedger ledger;
  Room room("lobby", {}, {});
  const auto session = ledger.recall(ClientKey{1})->session();
  ledger.submit(room, *ledger.recall(ClientKey{1}), "bob", 7, PostKind::message, "text");
  EXPECT_NE(ledger.recall(ClientKey{2})->session(), session);
  EXPECT_EQ(ledger.recall(ClientKey{1})->session(), session);
  EXPECT_EQ(ledger.recall(ClientKey{1})->last_message(), 7u);
}

TEST(Ledger, ForgetsTheOldestAwaySendersNotThoseHere) {
  MemoryLedger ledger;
  const auto here = ledger.recall(ClientKey{255});
  const auto key = [](std::size_t i) {
    return ClientKey{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                     static_cast<std::uint8_t>(i >> 16), 1};
  };
  const auto away = ledger.recall(key(0))->session();
  for (std::size_t i = 1; i < limits::senders_remembered + 10; ++i) ledger.recall(key(i));
  EXPECT_EQ(ledger.recall(ClientKey{255}), here);
  EXPECT_NE(ledger.recall(key(0))->session(), away);
}

TEST(Announcer, InACrowdComingAndGoingBecomesOneLine) {
  MemoryLedger ledger;
  const auto room = std::make_shared<Room>("lobby", LogLimits{}, std::vector<Bell*>{});
  std::size_t members = 100;
  int pending = 0;
  Announcer announcer(
      ledger, room, [&] { return members; }, [&] { ++pending; });
  announcer.joined(1, "a");
  for (members = 101; members < 110; ++members) announcer.joined(members, "x");
  announcer.left(105, "x", Goodbye::left);
  EXPECT_EQ(pending, 1);
  announcer.tick();
  announcer.tick();
  const auto all = posts(*room);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind, PostKind::join);
  EXPECT_EQ(all[1].kind, PostKind::crowd);
  EXPECT_EQ(console_lines(all[1], ""), "+ Total connected clints: [110] (9 joined, 1 left)\n");
}

TEST(Announcer, TheLastOfManyWhoGoAtOnceHasTheLastCount) {
  MemoryLedger ledger;
  const auto room = std::make_shared<Room>("lobby", LogLimits{}, std::vector<Bell*>{});
  std::atomic<std::size_t> members = 50;
  Announcer announcer(
      ledger, room, [&] { return members.load(); }, [] {});
  std::vector<std::thread> leaving;
  for (int i = 0; i < 50; ++i)
    leaving.emplace_back([&] {
      --members;  // as Roster::leave()
      announcer.left(1, "x", Goodbye::left);
    });
  for (std::thread& thread : leaving) thread.join();
  std::uint32_t before = 50;
  for (const Post& post : posts(*room)) {
    const std::uint32_t count = Presence::decode(post.kind, post.body).members;
    EXPECT_LE(count, before);
    before = count;
  }
  EXPECT_EQ(before, 0u);
}

TEST(Moderation, ARuleIsForItsNameAndForWhoHadItUnderAnyOther) {
  MemoryLedger ledger;
  Moderation moderation(ledger, {});
  using List = Moderation::List;
  const Address from{"192.0.2.7", 1};
  const auto banned = [&](const std::string& name, std::uint64_t session) {
    return moderation.judge(name, from, false, session).has_value();
  };
  EXPECT_FALSE(moderation.add(List::muted, {"bob", std::nullopt, "server", {}, 5}));
  EXPECT_TRUE(moderation.find(List::muted, "robert", 5));
  EXPECT_TRUE(moderation.find(List::muted, "bob", 6)) << "the name is muted, too";
  EXPECT_FALSE(moderation.find(List::muted, "robert", 6));
  EXPECT_FALSE(moderation.find(List::muted, "robert"));
  EXPECT_FALSE(banned("bob", 5)) << "a list is one";

  EXPECT_FALSE(moderation.add(List::banned, {"bob", std::nullopt, "server", {}, 5}));
  EXPECT_TRUE(banned("robert", 5));
  EXPECT_TRUE(banned("", 5));
  EXPECT_FALSE(banned("robert", 6)) << "from the same address";
  EXPECT_FALSE(banned("", 0));
  // A new rule for the name is for who has it now, and for who had it.
  EXPECT_FALSE(moderation.add(List::banned, {"b0b", std::nullopt, "server", {}, 7}));
  EXPECT_TRUE(banned("robert", 5));
  EXPECT_TRUE(banned("robert", 7));
  EXPECT_FALSE(moderation.remove(List::banned, "bob"));
  EXPECT_FALSE(banned("robert", 5) || banned("robert", 7));
  // One that is made anew while nobody has the name stays for who had it.
  EXPECT_FALSE(moderation.add(List::muted, {"b0b", Clock::now() + 1h, "server", "again"}));
  ASSERT_TRUE(moderation.find(List::muted, "robert", 5));
  EXPECT_EQ(moderation.find(List::muted, "robert", 5)->why, "again");
  EXPECT_FALSE(moderation.remove(List::muted, "bob"));
  EXPECT_FALSE(moderation.find(List::muted, "robert", 5));
  // As is one that an operator has renamed meanwhile.
  EXPECT_FALSE(moderation.add(List::muted, {"carol", std::nullopt, "server", {}, 9}));
  moderation.follow(List::muted, "carol", 10);
  EXPECT_FALSE(moderation.add(List::muted, {"carol", std::nullopt, "server", {}, 11}));
  for (const std::uint64_t session : {9, 10, 11}) EXPECT_TRUE(moderation.find(List::muted, "caroline", session));
  EXPECT_FALSE(moderation.add(List::muted, {"carol", Clock::now() - 1ms, "server", {}}));
  EXPECT_FALSE(moderation.add(List::muted, {"carol", std::nullopt, "server", {}}));
  EXPECT_FALSE(moderation.find(List::muted, "caroline", 9)) << "a rule that was over is not taken up again";
  // What is over is over for both.
  EXPECT_FALSE(moderation.add(List::banned, {"eve", Clock::now() - 1ms, "server", {}, 8}));
  EXPECT_FALSE(banned("eve", 8) || banned("adam", 8));
}

TEST(Moderation, ABanIsForWhoTookAnotherNameWhileItWasMade) {
  Person person;
  person.session = 5;
  person.name = "robert";
  person.address_group = "192.0.2.7";
  const auto meant = [&](const std::string& whom, std::uint64_t session) {
    return is_meant({whom, std::nullopt, "server", {}, session}, person);
  };
  EXPECT_TRUE(meant("bob", 5));
  EXPECT_FALSE(meant("bob", 6));
  EXPECT_FALSE(meant("bob", 0));
  EXPECT_TRUE(meant("Robert", 0));
  EXPECT_TRUE(meant("192.0.2.7", 0));
  EXPECT_FALSE(meant("192.0.2.8", 0));
  person.session = 0;
  EXPECT_FALSE(meant("bob", 0));
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

TEST(ConsoleLines, AreTheTranscriptsLines) {
  Post post;
  post.sender = "clint1";
  post.kind = PostKind::join;
  Presence presence;
  presence.members = 1;
  post.body = presence.encode(PostKind::join);
  EXPECT_EQ(console_lines(post, "127.0.0.1:49207"),
            "clint1 joined from 127.0.0.1:49207\n+ Total connected clints: [1]\n");
  post.kind = PostKind::message;
  post.body = "hello everyone";
  EXPECT_EQ(console_lines(post, ""), "clint1: hello everyone\n");
  post.kind = PostKind::leave;
  presence.members = 0;
  presence.why = Goodbye::connection_lost;
  post.body = presence.encode(PostKind::leave);
  EXPECT_EQ(console_lines(post, ""), "clint1 left (connection lost)\n+ Total connected clints: [0]\n");
}

TEST(ConsoleLines, NeverHoldARawControlByte) {
  Post post;
  post.sender = "evil\x1b[2J";
  post.body = "a\nserver: b\x1b]0;c\x07";
  EXPECT_EQ(console_lines(post, ""), "evil\\x1b[2J: a\n    server: b\\x1b]0;c\\x07\n");
}

// ---- Threads -------------------------------------------------------------------------------------------------------

TEST(ThreadGroup, JoinsWhatThreadsStartAndWhatEndsBeforeItIsNoted) {
  std::atomic<int> ended{0};
  std::atomic<int> told{0};
  ThreadGroup group([&] { ++told; });
  constexpr int starters = 8;
  constexpr int each = 20;
  std::vector<Thread> outside;
  for (int i = 0; i < starters; ++i)
    outside.push_back(Thread::start([&] {
      for (int n = 0; n < each; ++n)
        EXPECT_TRUE(group.start(Stack::passing, [&] {
          EXPECT_TRUE(group.start(Stack::lasting, [&] { ++ended; }));
          ++ended;
        }));
    }));
  while (told < starters * each) group.join_finished();
  for (Thread& thread : outside) thread.join();
  group.join_all();
  EXPECT_EQ(ended, 2 * starters * each);
  EXPECT_EQ(told, ended);
}

}  // namespace
}  // namespace chat
