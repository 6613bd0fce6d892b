// Whom a rule is for.
#include "host/moderation.hpp"

#include <gtest/gtest.h>

#include "host/orders.hpp"
#include "host/roster.hpp"
#include "unit/desk.hpp"

namespace chat {
namespace {

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

TEST(Moderation, ANewSpellingTakesThePlaceOfTheOldOneOrIsRefused) {
  int refused = 0;
  for (int nth = 1; nth <= 12; ++nth) {
    SCOPED_TRACE(nth);
    const TempFolder folder;
    { Store(folder.path(), {}).close(); }
    bool done = false;
    {
      TestVfs vfs;
      Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
      Moderation moderation(desk.ledger, {});
      EXPECT_FALSE(moderation.add(Moderation::List::banned, {"bob", std::nullopt, "server", {}}));
      vfs.fail(TestVfs::Fault::disk_full, nth, 1);
      done = !moderation.add(Moderation::List::banned, {"b0b", std::nullopt, "server", {}});
      vfs.fail(TestVfs::Fault::none, 0);
    }
    refused += done ? 0 : 1;
    std::vector<std::string> names;
    for (const Ledger::Fact& fact : StoreReader(folder.path()).facts()) names.push_back(fact.name);
    EXPECT_EQ(names, std::vector<std::string>{done ? "b0b" : "bob"});
  }
  EXPECT_GT(refused, 0);
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

TEST(Moderation, WhatIsLeftIsSaidInItsNearestUnits) {
  const auto said = [](Clock::duration left) { return time_left(Clock::now() + left); };
  EXPECT_EQ(said(-1s), "1 s");
  EXPECT_EQ(said(115s), "115 s");
  EXPECT_EQ(said(3min + 20s), "3 min");
  EXPECT_EQ(said(118min + 45s), "119 min");
  EXPECT_EQ(said(2h - 10s), "2 h");
  EXPECT_EQ(said(3h - 10s), "3 h");
  EXPECT_EQ(said(47h + 20min), "47 h");
  EXPECT_EQ(said(48h - 10s), "2 days");
  EXPECT_EQ(said(30 * 24h - 10s), "30 days");
}

}  // namespace
}  // namespace chat
