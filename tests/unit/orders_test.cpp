// What operators command, where it takes a ledger that fails to see what comes of it.
#include "host/orders.hpp"

#include <gtest/gtest.h>

#include "crypto/password.hpp"
#include "unit/house.hpp"

namespace chat {
namespace {

void make_account(House& house, const std::string& name) {
  auto verifier = make_account_verifier(Secret("open sesame"), {1U << 15, 8, 1, Bytes(16, 's')}, name);
  ASSERT_FALSE(house.accounts.put(name, std::move(verifier), true));
}

TEST(Orders, ABanOfAnAddressShowsAllOutAndThenSaysSoOnce) {
  House house;
  const auto chief = house.session("chief", "192.0.2.1");
  house.roster.set_operator(chief->id(), Clock::time_point::max());
  std::vector<std::shared_ptr<Delivery>> there;
  for (const char* name : {"alice", "bob", "carol"}) there.push_back(house.enter(name, "192.0.2.7"));
  house.ledger.on_announce = [&] {
    for (const auto& delivery : there) EXPECT_EQ(delivery->ended(), Goodbye::banned) << "waits for the disk";
  };
  const Answer answer = carry_out_order({house.services, chief.get()}, "ban", "ip=192.0.2.7 spam");
  EXPECT_EQ(house.ledger.announced, std::vector<std::string>{"3 people were shown out (by chief: spam)"});
  ASSERT_EQ(answer.rows.size(), 1u);
  EXPECT_EQ(answer.rows[0][0], "192.0.2.7 is banned");
  EXPECT_FALSE(house.roster.find("chief")->delivery->ended());
}

TEST(Orders, WhoBansAnAddressHearsThatTheOthersWereNotTold) {
  House house;
  const auto chief = house.session("chief", "192.0.2.1");
  house.roster.set_operator(chief->id(), Clock::time_point::max());
  house.enter("alice", "192.0.2.7");
  house.ledger.stores_notices = false;
  const Answer answer = carry_out_order({house.services, chief.get()}, "ban", "ip=192.0.2.7 spam");
  ASSERT_EQ(answer.rows.size(), 2u);
  EXPECT_EQ(answer.rows[1][0], "alice was shown out - nobody else is told: that could not be stored");
}

TEST(Orders, WhoComesWhileADeopIsStoredIsNoOperatorAfterIt) {
  House house;
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"alice", std::nullopt, "server", {}}));
  const auto judge = [&] {
    const bool is_one = house.moderation.find(Moderation::List::operators, "alice").has_value();
    return Roster::Verdict{std::nullopt, is_one ? std::optional(Clock::time_point::max()) : std::nullopt};
  };
  const auto come = [&] {
    house.roster.enter(1, "alice", Address{}, std::make_shared<Delivery>(std::make_shared<MemoryLink>()),
                       {"alice", nullptr}, judge);
  };
  house.ledger.on_keep = [&](const std::vector<Ledger::Fact>&) { come(); };
  EXPECT_EQ(carry_out_order({house.services}, "deop", "alice").result, Result::ok);
  ASSERT_TRUE(house.roster.find("alice"));
  EXPECT_FALSE(house.roster.find("alice")->is_operator());
  come();  // by another connection
  EXPECT_FALSE(house.roster.find("alice")->is_operator());
}

TEST(Orders, WhoLogsOutWhileItIsMadeAnOperatorIsNone) {
  House house;
  house.enter("alice", "192.0.2.1");
  const std::uint64_t session = house.sender("alice")->session();
  ASSERT_TRUE(house.roster.set_account(session, *house.roster.find("alice")->delivery, "alice", nullptr));
  house.ledger.on_keep = [&](const std::vector<Ledger::Fact>&) {
    house.roster.rename_to_any(session, *house.roster.person(session)->delivery, false);
    house.roster.take_account(session);
  };
  EXPECT_EQ(carry_out_order({house.services}, "op", "alice").result, Result::ok);
  EXPECT_FALSE(house.roster.person(session)->is_operator());
}

TEST(Orders, AnAccountIsNotTakenAwayWhileItsOperatorsRuleStays) {
  House house;
  const auto alice = house.session("alice", "192.0.2.1");
  make_account(house, "alice");
  ASSERT_TRUE(house.roster.set_account(alice->id(), alice->delivery(), "alice", nullptr));
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"alice", std::nullopt, "server", {}}));
  house.options.security = Security::tls;
  using Facts = std::vector<Ledger::Fact>;
  house.ledger.on_keep = [&](const Facts& facts) { house.ledger.stores_facts = facts[0].kind != "operator"; };
  EXPECT_EQ(carry_out_order({house.services}, "unregister", "alice").result, Result::failed);
  EXPECT_EQ(carry_out({1, Verb::unregister, {}}, {house.services, alice.get()}).result, Result::failed);
  EXPECT_TRUE(house.accounts.find("alice"));
  EXPECT_TRUE(house.moderation.find(Moderation::List::operators, "alice"));

  // Where the rule can be stored, and the account then cannot, nobody has more than before.
  house.ledger.on_keep = [&](const Facts& facts) { house.ledger.stores_facts = facts[0].kind == "operator"; };
  const Answer answer = carry_out_order({house.services}, "unregister", "alice");
  EXPECT_EQ(answer.result, Result::failed);
  EXPECT_EQ(answer.text.find("alice is no operator any more, and has the account still: "), 0u) << answer.text;
  EXPECT_FALSE(house.roster.find("alice")->is_operator());
  house.ledger.on_keep = [&](const Facts&) { house.ledger.stores_facts = true; };
  EXPECT_EQ(carry_out_order({house.services}, "unregister", "alice").result, Result::ok);
  EXPECT_FALSE(house.accounts.find("alice"));
}

TEST(Orders, UnregisterOfANameWithoutAnAccountLeavesItsRule) {
  House house;
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"alice", std::nullopt, "--operator", {}}));
  EXPECT_EQ(carry_out_order({house.services}, "unregister", "alice").result, Result::no_such);
  EXPECT_TRUE(house.moderation.find(Moderation::List::operators, "alice"));
}

TEST(Orders, ARuleOfAnotherSpellingIsNoRuleOfTheirs) {
  House house;
  const auto alice = house.session("alice", "192.0.2.1");
  make_account(house, "alice");
  ASSERT_TRUE(house.roster.set_account(alice->id(), alice->delivery(), "alice", nullptr));
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"Alice", std::nullopt, "--operator", {}}));
  house.roster.set_operator(alice->id(), Clock::time_point::max());  // until leaving
  house.options.security = Security::tls;
  EXPECT_EQ(carry_out_order({house.services, alice.get()}, "op", "alice").result, Result::not_allowed);
  const Answer list = carry_out_order({house.services}, "op", {});
  EXPECT_EQ(list.rows.back(), (Answer::Row{"  alice, until leaving"}));
  EXPECT_EQ(carry_out({1, Verb::unregister, {}}, {house.services, alice.get()}).result, Result::ok);
  EXPECT_TRUE(house.moderation.find(Moderation::List::operators, "Alice"));
  make_account(house, "alice");
  EXPECT_EQ(carry_out_order({house.services}, "unregister", "alice").result, Result::ok);
  EXPECT_TRUE(house.moderation.find(Moderation::List::operators, "Alice"));
}

TEST(Orders, AnAccountTakesItsRuleWithItHoweverTheOrderSpellsIt) {
  House house;
  make_account(house, "alice");
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"alice", std::nullopt, "server", {}}));
  house.options.security = Security::tls;
  const auto chief = house.session("chief", "192.0.2.1");
  house.roster.set_operator(chief->id(), Clock::now() + 1h);
  EXPECT_EQ(carry_out_order({house.services, chief.get()}, "ban", "Alice").result, Result::not_allowed);
  EXPECT_EQ(carry_out_order({house.services}, "unregister", "Alice").result, Result::ok);
  EXPECT_FALSE(house.moderation.find(Moderation::List::operators, "alice"));
}

TEST(Orders, WhoHasAnOperatorsNameAloneIsShownOutByOperatorsForATime) {
  House house;
  const auto chief = house.session("chief", "192.0.2.1");
  house.enter("boss", "192.0.2.2");
  house.roster.set_operator(chief->id(), Clock::now() + 1h);
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"boss", std::nullopt, "--operator", {}}));
  EXPECT_EQ(carry_out_order({house.services, chief.get()}, "ban", "ip=192.0.2.2").result, Result::ok);
  house.roster.set_operator(house.roster.find("boss")->session, Clock::now() + 2h);
  EXPECT_EQ(carry_out_order({house.services, chief.get()}, "kick", "boss").result, Result::not_allowed);
  EXPECT_EQ(carry_out_order({house.services, chief.get()}, "ban", "boss").result, Result::not_allowed);
  EXPECT_EQ(carry_out_order({house.services, chief.get()}, "ban", "ip=192.0.2.2").result, Result::not_allowed);
  EXPECT_EQ(carry_out_order({house.services}, "kick", "boss").result, Result::ok);
}

}  // namespace
}  // namespace chat
