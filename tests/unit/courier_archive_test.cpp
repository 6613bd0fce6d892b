// A courier whose log has left a cursor behind asks the archive.
#include "unit/driven_courier.hpp"

namespace chat {
namespace {

// Answers when the test says so.
class TestArchive final : public Archive {
 public:
  struct Question {
    std::shared_ptr<Delivery> delivery;
    std::shared_ptr<Room> room;
    Seq from;
  };
  void fetch(Courier&, std::shared_ptr<Delivery> delivery, std::shared_ptr<Room> room, Seq from) override {
    asked.push_back({std::move(delivery), std::move(room), from});
  }
  void history(Courier&, std::shared_ptr<Delivery>, History) override {}
  // The oldest question: the posts from..last, or nothing with last 0.
  void answer(Courier& courier, Seq from, Seq last) {
    const Question question = asked.front();
    asked.erase(asked.begin());
    std::optional<Log::Found> page;
    const auto octets = std::make_shared<Bytes>();
    for (Seq seq = from; seq <= last; ++seq) {
      Post post;
      post.room = question.room->name();
      post.seq = seq;
      post.sender = "server";
      post.body = "stored";
      *octets += post.encode();
    }
    if (last > 0) page = Log::Found{{std::shared_ptr<const char[]>(octets, octets->data()), *octets, last + 1}, from};
    courier.fetched(question.delivery, question.room, question.from, std::move(page));
  }
  std::vector<Question> asked;
};

class CourierWithArchive : public CourierTest {
 protected:
  CourierWithArchive() {
    for (int i = 1; i <= 200; ++i) ledger.submit(kept, 0, "server", PostKind::message, "new", 0);
  }
  Reader behind(Seq next) {
    Reader made;
    archived.follow(made.delivery, kept, next);
    archived.run_once();
    return made;
  }
  // First and last of what was got, and how many.
  static std::string span(const Reader& reader) {
    const Lines lines = got(reader);
    return lines.empty() ? "nothing" : lines.front() + " " + lines.back() + " " + std::to_string(lines.size());
  }
  TestArchive archive;
  Courier archived{&archive, [this] { return now; }};
  const std::shared_ptr<Room> shared_kept = std::make_shared<Room>(
      "lobby", LogLimits{.bytes = 4096, .entries = 10, .first_piece_bytes = 256, .piece_bytes = 256},
      std::vector<Bell*>{&archived});
  Room& kept = *shared_kept;
};

TEST_F(CourierWithArchive, ACursorLeftBehindIsServedFromItInOrder) {
  const Reader late = behind(3);
  EXPECT_EQ(span(late), "nothing");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].from, 3u);
  ledger.submit(kept, 0, "server", PostKind::message, "newest", 0);
  ledger.deliver(kept);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing") << "what is newer waits";
  EXPECT_EQ(archive.asked.size(), 1u) << "one question at a time";
  archive.answer(archived, 3, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "3:stored 100:stored 98");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].from, 101u);
  archive.answer(archived, 101, 201);
  archived.run_once();
  EXPECT_EQ(span(late), "3:stored 201:stored 199") << "what it has more than the log is not sent twice";
  ledger.submit(kept, 0, "server", PostKind::message, "live", 0);
  ledger.deliver(kept);
  archived.run_once();
  EXPECT_EQ(got(late).back(), "202:live");
}

TEST_F(CourierWithArchive, WhatItHasNoMoreIsAGap) {
  const Reader late = behind(3);
  archive.answer(archived, 50, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "gap 3-49 gap 3-49 1");
  archive.answer(archived, 50, 201);
  archived.run_once();
  EXPECT_EQ(span(late), "gap 3-49 201:stored 153");
  const Reader later = behind(3);
  archive.answer(archived, 0, 0);
  archived.run_once();
  EXPECT_TRUE(got(later).front().starts_with("gap 3-"));
  EXPECT_EQ(got(later).back(), "200:new");
}

// Numbers 101 to 1000 were given and never stored.
TEST_F(CourierWithArchive, WhatItHasDoesNotWaitForTheFirstPostInAnEmptyLog) {
  const auto shared = std::make_shared<Room>("ops", kept.log().limits(), std::vector<Bell*>{&archived});
  Room& holed = *shared;
  holed.log().begin_at(1001);
  Reader newcomer;
  archived.follow(newcomer.delivery, holed, 51);
  archived.run_once();
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].from, 51u);
  archive.answer(archived, 51, 100);
  archived.run_once();
  EXPECT_EQ(span(newcomer), "51:stored 100:stored 50");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].from, 101u);
  archive.answer(archived, 0, 0);
  archived.run_once();
  EXPECT_EQ(got(newcomer).back(), "gap 101-1000");
  EXPECT_TRUE(archive.asked.empty());
  ledger.submit(holed, 0, "server", PostKind::message, "live", 0);
  ledger.deliver(holed);
  archived.run_once();
  EXPECT_EQ(got(newcomer).back(), "1001:live");
  EXPECT_EQ(got(newcomer).size(), 52u);
}

TEST_F(CourierWithArchive, WhoLeavesAndEntersAgainElsewhereGetsTheAnswerToItsLastQuestion) {
  const Reader late = behind(150);
  archived.unfollow(late.delivery, kept);
  archived.follow(late.delivery, kept, 101);
  archived.run_once();
  ASSERT_EQ(archive.asked.size(), 2u);
  archive.answer(archived, 150, 170);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing") << "that would be a gap, though all is there";
  archive.answer(archived, 101, 200);
  archived.run_once();
  EXPECT_EQ(span(late), "101:stored 200:stored 100");
  // Where both have asked for the same, the second answer comes too late to say anything.
  const Reader twice = behind(101);
  archived.unfollow(twice.delivery, kept);
  archived.follow(twice.delivery, kept, 101);
  archived.run_once();
  ASSERT_EQ(archive.asked.size(), 2u);
  archive.answer(archived, 101, 150);
  archived.run_once();
  archive.answer(archived, 101, 150);
  archived.run_once();
  EXPECT_EQ(span(twice), "101:stored 150:stored 50");
  archive.answer(archived, 151, 200);
  archived.run_once();
  EXPECT_EQ(span(twice), "101:stored 200:stored 100");
}

TEST_F(CourierWithArchive, AQuestionOutlivesItsReaderAndItsRoomIsThereForTheAnswer) {
  auto left = std::make_shared<Room>("ops", kept.log().limits(), std::vector<Bell*>{&archived});
  const std::weak_ptr<Room> held = left;
  left->log().begin_at(101);
  Reader late;
  archived.follow(late.delivery, *left, 51);
  archived.run_once();
  archived.unfollow(late.delivery, *left);
  left.reset();
  archived.run_once();
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_FALSE(held.expired());
  archive.answer(archived, 51, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing");
  EXPECT_TRUE(held.expired());
}

TEST_F(CourierWithArchive, AnAnswerForOneWhoIsGoneIsDropped) {
  const Reader late = behind(3);
  late.link->broken = true;
  late.delivery->post(Ping{1}.encode(PacketType::pong));
  archived.nudge(late.delivery);
  archived.run_once();
  EXPECT_EQ(late.delivery->ended(), Goodbye::connection_lost);
  archive.answer(archived, 3, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing");
}

}  // namespace
}  // namespace chat
