// What operators command, where it takes a ledger that fails to see what comes of it.
#include "host/orders.hpp"

#include <gtest/gtest.h>

#include "unit/house.hpp"

namespace chat {
namespace {

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

}  // namespace
}  // namespace chat
