// What a log-in leaves behind when it comes to nothing.
#include "host/log_in.hpp"

#include <gtest/gtest.h>

#include "crypto/password.hpp"
#include "host/orders.hpp"
#include "unit/house.hpp"

namespace chat {
namespace {

// One who has said what there is to say, and the host's end of the connection.
struct Knock {
  explicit Knock(const Join& join) : caller(connect_to("127.0.0.1", listener.address().port, until, nullptr)) {
    caller.socket.write(Greet{}.encode() + join.encode());
    caller.socket.shutdown_write();
    listener.wait(stop, until);
    EXPECT_EQ(listener.accept(socket, from), Listener::Outcome::accepted);
  }
  void log_in_at(House& house) {
    EXPECT_FALSE(house.gate.admit(from, Clock::now()));
    log_in(house.services, std::move(socket), std::make_unique<Ticket>(house.gate, from));
  }
  const Clock::time_point until = Clock::now() + 10s;
  const Waker stop;
  Listener listener{"127.0.0.1", 0};
  Connected caller;
  Socket socket;
  Address from;
};

TEST(LogIn, GivesTheNameBackWhenMemoryRunsOut) {
  House house;
  const auto old = std::make_shared<MemoryLink>();
  old->no_memory = true;
  house.enter("bob", "127.0.0.1", old);
  Join join;
  join.key = House::key_of("bob");
  join.name = "bob";
  Knock(join).log_in_at(house);
  EXPECT_EQ(house.journal.count(Goodbye::busy), 1u);
  EXPECT_FALSE(house.roster.find("bob"));
  EXPECT_EQ(house.rooms.lobby().log().last(), 1u) << "that bob has left";
}

TEST(LogIn, WhoIsBannedGetsNoPlace) {
  House house;
  EXPECT_FALSE(house.moderation.add(Moderation::List::banned, {"bob", std::nullopt, "server", {}}));
  Join join;
  join.name = "bob";
  Knock(join).log_in_at(house);
  EXPECT_EQ(house.journal.count(Goodbye::banned), 1u);
  EXPECT_EQ(house.roster.size(), 0u);
}

TEST(LogIn, WhoIsMadeNoOperatorWhileItComesBackIsNone) {
  House house;
  const auto old = std::make_shared<MemoryLink>();
  const auto delivery = house.enter("alice", "127.0.0.1", old);
  const std::uint64_t session = house.sender("alice")->session();
  auto verifier = make_account_verifier(Secret("open sesame"), {1U << 15, 8, 1, Bytes(16, 's')}, "alice");
  ASSERT_FALSE(house.accounts.put("alice", std::move(verifier), true));
  ASSERT_TRUE(house.roster.set_account(session, *delivery, "alice", house.accounts.find("alice")->verifier));
  ASSERT_FALSE(house.moderation.add(Moderation::List::operators, {"alice", std::nullopt, "server", {}}));
  bool was_one = false;
  old->on_stop_reading = [&] {  // its place is taken over
    was_one = house.roster.find("alice")->is_operator();
    EXPECT_EQ(carry_out_order({house.services}, "deop", "alice").result, Result::ok);
  };
  Join join;
  join.key = House::key_of("alice");
  join.name = "alice";
  Knock(join).log_in_at(house);
  house.threads.join_all();
  EXPECT_EQ(delivery->ended(), Goodbye::replaced);
  EXPECT_TRUE(was_one);
  ASSERT_TRUE(house.roster.find("alice"));
  EXPECT_FALSE(house.roster.find("alice")->is_operator());
}

}  // namespace
}  // namespace chat
