// The way into rooms, and back into them, against whatever a host answers.
#include <gtest/gtest.h>

#include "client/residence.hpp"
#include "net_utils.hpp"

namespace chat {
namespace {

// A client's rooms, and the requests that it has made for them.
class ResidenceTest : public testing::Test {
 protected:
  void SetUp() override { residence_.resume({}, {}, out_); }

  void enter(const std::string& room, bool locked = false) {
    EnterWish wish{room, std::nullopt};
    if (locked) wish.password = Secret("open sesame");
    residence_.enter(std::move(wish), out_);
  }
  std::vector<Request> asked() {
    FrameReader reader(limits::frame_bytes);
    reader.feed(std::exchange(out_, {}));
    std::vector<Request> requests;
    while (const auto frame = reader.next()) requests.push_back(Request::decode(frame->body));
    return requests;
  }
  void answer(const Request& request, Result result, const std::string& room = {}) {
    Answer answer;
    answer.id = request.id;
    answer.result = result;
    if (!room.empty()) answer.rows.push_back({room, number_field(1), number_field(1), {}});
    EXPECT_TRUE(residence_.answered(answer, out_));
  }
  // A member of these, who has come back to another connection.
  std::vector<Request> asked_on_return() {
    residence_.resume({}, {}, out_);
    return asked();
  }
  template <class Kind>
  std::size_t told() const {
    return static_cast<std::size_t>(std::count_if(
        told_.begin(), told_.end(), [](const Event& event) { return std::holds_alternative<Kind>(event); }));
  }

  Reading reading_;
  Envelope envelope_;
  Outbox outbox_{100};
  std::vector<Event> told_;
  const Residence::Tell tell_ = [this](const Event& event) { told_.push_back(event); };
  Bytes out_;
  Residence residence_{reading_, envelope_, outbox_, tell_, 50, true};
};

TEST_F(ResidenceTest, RoomsWithPasswordsAreEnteredOneAfterTheOther) {
  enter("cafe", true);
  enter("vault", true);
  enter("ops");
  const auto first = asked();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].args[0], "cafe");
  EXPECT_EQ(first[1].args[0], "ops") << "which waits for nobody";
  answer(first[0], Result::too_many);
  const auto second = asked();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].args[0], "vault");
  answer(second[0], Result::too_many);
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(told<RoomRefused>(), 2U);
}

TEST_F(ResidenceTest, WhatWaitedForAPasswordIsAskedAgainOnANewConnection) {
  enter("cafe", true);
  enter("vault", true);
  asked();
  const auto first = asked_on_return();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].args[0], "cafe");
  answer(first[0], Result::too_many);
  const auto second = asked();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].args[0], "vault");
}

TEST_F(ResidenceTest, AnotherRoomThanTheOneAskedForIsAFault) {
  enter("ops");
  answer(asked().at(0), Result::ok, "ops");
  enter("#cafe");
  EXPECT_THROW(answer(asked().at(0), Result::ok, "ops"), HostFault);
}

TEST_F(ResidenceTest, ARoomThatWasBeingLeftIsNotEnteredAgain) {
  for (const char* room : {"ops", "cafe"}) {
    enter(room);
    answer(asked().at(0), Result::ok, room);
  }
  residence_.leave("ops", out_);
  asked();  // and the connection is cut before the answer
  const auto again = asked_on_return();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].verb, Verb::enter);
  EXPECT_EQ(again[0].args[0], "cafe");
  EXPECT_EQ(again[1].verb, Verb::leave);
  EXPECT_EQ(again[1].args[0], "ops");
  EXPECT_FALSE(residence_.settled());
  answer(again[0], Result::ok, "cafe");
  answer(again[1], Result::no_such);
  EXPECT_TRUE(residence_.settled());
  EXPECT_EQ(told<RoomLeft>(), 1U);
  EXPECT_FALSE(residence_.is_in("ops"));
  EXPECT_TRUE(residence_.is_in("cafe"));
}

}  // namespace
}  // namespace chat
