// The way into rooms, and back into them, against whatever a host answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "client/residence.hpp"
#include "net_utils.hpp"

namespace chat {
namespace {

// A client's rooms, and the requests that it has made for them.
class ResidenceTest : public testing::Test {
 protected:
  void SetUp() override {
    hello_.mode = Mode::tls;
    residence_.resume(hello_, {}, out_);
  }

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
  void want_proof(const Request& request) {
    Answer answer;
    answer.id = request.id;
    answer.result = Result::proof_wanted;
    answer.rows.push_back({Bytes(16, 'i'), Bytes(16, 's'), number_field(1U << 15), number_field(8), number_field(1)});
    EXPECT_TRUE(residence_.answered(answer, out_));
  }
  // A member of these, who has come back to another connection.
  std::vector<Request> asked_on_return() {
    residence_.resume(hello_, {}, out_);
    return asked();
  }
  template <class Kind>
  std::size_t told() const {
    return static_cast<std::size_t>(std::count_if(
        told_.begin(), told_.end(), [](const Event& event) { return std::holds_alternative<Kind>(event); }));
  }

  Hello hello_;
  Reading reading_;
  Envelope envelope_;
  Outbox outbox_{100};
  std::vector<Event> told_;
  const Residence::Tell tell_ = [this](const Event& event) { told_.push_back(event); };
  Bytes out_;
  Residence residence_{reading_, envelope_, outbox_, tell_, 50, true};
};

TEST_F(ResidenceTest, WhatIsToBeProvenIsProvenOneAfterTheOther) {
  enter("cafe", true);
  enter("vault", true);
  const auto enters = asked();
  ASSERT_EQ(enters.size(), 2U);
  for (const Request& request : enters) want_proof(request);
  const auto first = asked();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].verb, Verb::share);
  EXPECT_EQ(first[0].args[0], "cafe");
  answer(first[0], Result::too_many);
  const auto second = asked();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].verb, Verb::share);
  EXPECT_EQ(second[0].args[0], "vault");
  answer(second[0], Result::too_many);
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(told<RoomRefused>(), 2U);
}

TEST_F(ResidenceTest, WhatCannotBeProvenHoldsUpNobody) {
  enter("cafe", true);
  enter("ops");
  enter("vault");
  for (const Request& request : asked()) want_proof(request);
  answer(asked().at(0), Result::too_many);
  EXPECT_EQ(told<RoomRefused>(), 3U);
}

TEST_F(ResidenceTest, WhatWaitedForAProofIsAskedAgainOnANewConnection) {
  enter("cafe", true);
  enter("vault", true);
  for (const Request& request : asked()) want_proof(request);
  asked();
  for (int cuts = 0; cuts < 2; ++cuts) {
    const auto again = asked_on_return();
    ASSERT_EQ(again.size(), 2U);
    for (const Request& request : again) EXPECT_EQ(request.verb, Verb::enter);
  }
}

TEST_F(ResidenceTest, NothingThatIsMadeOfAPasswordGoesOverTheNetworkInClear) {
  hello_.mode = Mode::plain;
  residence_.resume(hello_, {}, out_);
  enter("vault", true);
  answer(asked().at(0), Result::no_such);
  EXPECT_TRUE(asked().empty());
  enter("vault", true);
  want_proof(asked().at(0));
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(told<RoomRefused>(), 2U);
}

TEST_F(ResidenceTest, OneRoomsTopicIsNotShownAsAnothers) {
  Post topic;
  topic.kind = PostKind::topic;
  topic.sender = "alice";
  topic.seq = 1;
  topic.body = "tea at four";
  for (const char* room : {"tea", "lobby"}) {
    topic.room = room;
    enter("tea");
    const auto requests = asked();
    Answer entered;
    entered.id = requests.at(0).id;
    entered.rows.push_back({"tea", number_field(1), number_field(1), topic.encode()});
    EXPECT_TRUE(residence_.answered(entered, out_));
    EXPECT_EQ(std::get<RoomEntered>(told_.back()).topic.has_value(), topic.room == "tea") << room;
    residence_.leave("tea", out_);
    answer(asked().at(0), Result::ok);
  }
}

TEST_F(ResidenceTest, ARoomMayHaveBeenMadeBeforeTheCut) {
  enter("vault", true);
  answer(asked().at(0), Result::no_such);
  EXPECT_EQ(asked().at(0).verb, Verb::lock);
  const auto again = asked_on_return();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].verb, Verb::leave) << "else it lets us in without a proof";
  EXPECT_EQ(again[1].verb, Verb::enter);
  answer(again[0], Result::ok);
  want_proof(again[1]);
  EXPECT_EQ(asked().at(0).verb, Verb::share);
  EXPECT_EQ(told<RoomLeft>(), 0U);
}

TEST_F(ResidenceTest, ARoomThatSomebodyElseMadeMeanwhileIsEnteredWithItsPassword) {
  enter("vault", true);
  answer(asked().at(0), Result::no_such);
  answer(asked().at(0), Result::taken);
  const auto again = asked();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].verb, Verb::leave) << "it may have been us, before a cut: else it lets us in without a proof";
  EXPECT_EQ(again[1].verb, Verb::enter);
  answer(again[0], Result::no_such);
  want_proof(again[1]);
  EXPECT_EQ(asked().at(0).verb, Verb::share);
  EXPECT_EQ(told<RoomRefused>(), 0U);
}

TEST_F(ResidenceTest, AfterACutARoomThatWasTakenMayBeMadeAgain) {
  enter("vault", true);
  answer(asked().at(0), Result::no_such);
  answer(asked().at(0), Result::taken);
  asked();  // and the connection is cut before the answers
  const auto again = asked_on_return();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].verb, Verb::leave);
  EXPECT_EQ(again[1].verb, Verb::enter);
  answer(again[0], Result::no_such);
  answer(again[1], Result::no_such);
  EXPECT_EQ(asked().at(0).verb, Verb::lock);
}

TEST_F(ResidenceTest, ARoomWithoutAPasswordIsNotMadeAgainAndAgain) {
  enter("ops", true);
  answer(asked().at(0), Result::no_such);
  answer(asked().at(0), Result::taken);
  answer(asked().at(1), Result::no_such);
  EXPECT_TRUE(asked().empty());
  ASSERT_EQ(told<RoomRefused>(), 1U);
  EXPECT_EQ(std::get<RoomRefused>(told_.back()).text, "there is such a room already");
}

TEST_F(ResidenceTest, CutsOnTheWayBackAskForEachRoomOnce) {
  for (const std::string room : {"cafe", "ops"}) {
    enter("#" + room);
    answer(asked().at(0), Result::ok, room);
  }
  for (int cuts = 0; cuts < 3; ++cuts) EXPECT_EQ(asked_on_return().size(), 2U);
  const auto again = asked_on_return();
  answer(again.at(0), Result::ok, "cafe");
  EXPECT_FALSE(residence_.returned());
  answer(again.at(1), Result::no_such);
  EXPECT_TRUE(residence_.returned());
  ASSERT_TRUE(std::holds_alternative<RoomLeft>(told_.back()));
  EXPECT_EQ(std::get<RoomLeft>(told_.back()).why, "the host has lost it - /join ops --password makes it again");
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
