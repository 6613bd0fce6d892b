// Names, places and counts of those who are here.
#include "host/roster.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "host/ledger.hpp"
#include "host/moderation.hpp"
#include "unit/memory_link.hpp"

namespace chat {
namespace {

const Address stranger{"203.0.113.7", 40000};

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

TEST(Roster, WhoBecomesAnAccountThatLooksLikeTwoTakesNobodysName) {
  Roster roster(100);
  const auto other = delivery();
  roster.enter(1, "ian", Address{}, delivery());
  roster.enter(2, "lan", Address{}, other);
  EXPECT_EQ(roster.enter(1, "Ian", Address{}, delivery(), {"Ian", nullptr}).refused, Goodbye::bad_name);
  EXPECT_EQ(roster.find("lan")->session, 2u);
  EXPECT_EQ(roster.find("ian")->session, 1u);
  roster.leave(2, *other);
  const auto admission = roster.enter(1, "Ian", Address{}, delivery(), {"Ian", nullptr});
  EXPECT_EQ(admission.name, "Ian");
  EXPECT_EQ(admission.was, "ian");
  EXPECT_EQ(roster.enter(3, "lan", Address{}, delivery()).refused, Goodbye::bad_name);
}

TEST(Roster, WhoGoesOnUnderAnotherNameHasNoKeyUntilItIsAnnouncedAnew) {
  Roster roster(100);
  roster.enter(1, "guest", Address{}, delivery());
  roster.set_key(1, "key of guest");
  const auto came = roster.find("guest")->keyless_since;
  const auto link = delivery();
  roster.enter(1, "alice", Address{}, link, {"alice", nullptr});
  EXPECT_EQ(roster.find("alice")->key, Bytes());
  EXPECT_GE(roster.find("alice")->keyless_since, came);
  roster.set_key(1, "key of alice");
  EXPECT_EQ(roster.rename_to_any(1, *link, true), "clint1");
  EXPECT_EQ(roster.find("clint1")->key, Bytes());
  roster.set_key(1, "any name's key");
  roster.rename(1, *link, "bob", false);
  EXPECT_EQ(roster.find("bob")->key, "any name's key");
}

TEST(Roster, ANumberThatTheNamesScriptDoesNotTakeIsGivenToNobody) {
  Roster roster(100);
  const std::string name = "\u0930\u093e\u092e\u0967";  // with a digit of its script
  ASSERT_TRUE(check_name(name)) << check_name(name).error;
  EXPECT_EQ(roster.enter(1, name, Address{}, delivery()).name, name);
  EXPECT_EQ(roster.enter(2, name, Address{}, delivery()).refused, Goodbye::bad_name);
}

TEST(Roster, TheLettersThatMayNotHaveComeGoToTheNextConnectionFirst) {
  Roster roster(100);
  const auto old = delivery();
  const auto fresh = delivery();
  roster.enter(1, "bob", Address{}, old);
  std::size_t taken = 0;
  while (old->carry(std::string(16'000, 'x')) == Delivery::Carried::taken) ++taken;
  EXPECT_GT(taken, 3U);
  const std::uint64_t first = (std::uint64_t{1} << 63) + 1;
  EXPECT_FALSE(old->ponged(first - 1)) << "of none";
  EXPECT_TRUE(old->ponged(first));
  EXPECT_FALSE(old->ponged(first)) << "once";
  EXPECT_EQ(roster.enter(1, "bob", Address{}, fresh).replaced, old);
  EXPECT_EQ(old->carry("later"), Delivery::Carried::moved);
  std::size_t came = 0;
  for (std::uint64_t ping = first; ping < first + taken; ++ping) came += fresh->ponged(ping) ? 1 : 0;
  EXPECT_EQ(came, taken - 1) << "but for the one that came";
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
  EXPECT_EQ(roster.enter(2, "bob", Address{}, delivery(), {"bob", nullptr}).refused, Goodbye::full);
  const auto judge = [] { return Roster::Verdict{std::nullopt, Clock::time_point::max()}; };
  EXPECT_EQ(roster.enter(3, "chief", Address{}, delivery(), {"chief", nullptr}, judge).name, "chief");
  EXPECT_TRUE(roster.find("chief")->is_operator());
  EXPECT_EQ(roster.enter(4, "deputy", Address{}, delivery(), {"deputy", nullptr}, judge).refused, Goodbye::full);
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

TEST(Roster, ABanThatIsMadeWhileSomebodyEntersFindsWhoHasEntered) {
  MemoryLedger ledger;
  Moderation moderation(ledger, {});
  Roster roster(10);
  std::atomic<bool> banned = false;
  bool found = false;
  Thread ban;
  const auto judge = [&]() -> Roster::Verdict {
    const bool welcome = !moderation.judge("bob", stranger, true);
    ban = Thread::start([&] {
      EXPECT_FALSE(moderation.add(Moderation::List::banned, {"bob", std::nullopt, "server", {}}));
      banned = true;
      found = roster.find("bob").has_value();
    });
    while (!banned) std::this_thread::yield();
    return {welcome ? std::nullopt : std::optional(Goodbye::banned), std::nullopt};
  };
  EXPECT_EQ(roster.enter(1, "bob", stranger, delivery(), {}, judge).name, "bob");
  ban.join();
  EXPECT_TRUE(found);
}

TEST(Roster, WhoIsJudgedUnwelcomeTouchesNothing) {
  Roster roster(10);
  const auto old = delivery();
  roster.enter(1, "bob", stranger, old);
  const auto judge = [] { return Roster::Verdict{Goodbye::banned, std::nullopt}; };
  for (const std::uint64_t session : {1, 2})
    EXPECT_EQ(roster.enter(session, "carol", stranger, delivery(), {}, judge).refused, Goodbye::banned);
  EXPECT_EQ(roster.size(), 1u);
  EXPECT_EQ(roster.delivery_of(1), old);
}

TEST(Roster, NobodyGetsAReservedName) {
  bool reserved = false;
  Roster roster(10, [&](const std::string& name) { return reserved && (name == "bob-2" || name == "eve"); });
  const auto link = delivery();
  roster.enter(1, "bob", stranger, link);
  reserved = true;
  EXPECT_EQ(roster.enter(2, "bob", stranger, delivery()).name, "bob-3");
  EXPECT_FALSE(roster.rename(1, *link, "eve", true));
  EXPECT_TRUE(roster.rename(1, *link, "adam", true));
}

}  // namespace
}  // namespace chat
