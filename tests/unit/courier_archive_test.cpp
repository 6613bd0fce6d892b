// A courier whose log has left a cursor behind asks the archive.
#include "unit/driven_courier.hpp"

namespace chat {
namespace {

// Answers when the test says so.
class TestArchive final : public Archive {
 public:
  void fetch(Courier&, std::shared_ptr<Delivery> delivery, Room&, Seq from) override {
    asked.emplace_back(std::move(delivery), from);
  }
  void history(Courier&, std::shared_ptr<Delivery>, History) override {}
  // The posts from..last, or nothing with last 0.
  void answer(Courier& courier, Room& room, Seq from, Seq last) {
    std::optional<Log::Found> page;
    const auto octets = std::make_shared<Bytes>();
    for (Seq seq = from; seq <= last; ++seq) {
      Post post;
      post.room = room.name();
      post.seq = seq;
      post.sender = "server";
      post.body = "stored";
      *octets += post.encode();
    }
    if (last > 0) page = Log::Found{{std::shared_ptr<const char[]>(octets, octets->data()), *octets, last + 1}, from};
    courier.fetched(asked.front().first, room, std::move(page));
    asked.erase(asked.begin());
  }
  std::vector<std::pair<std::shared_ptr<Delivery>, Seq>> asked;
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
  EXPECT_EQ(archive.asked[0].second, 3u);
  ledger.submit(kept, 0, "server", PostKind::message, "newest", 0);
  ledger.deliver(kept);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing") << "what is newer waits";
  EXPECT_EQ(archive.asked.size(), 1u) << "one question at a time";
  archive.answer(archived, kept, 3, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "3:stored 100:stored 98");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].second, 101u);
  archive.answer(archived, kept, 101, 201);
  archived.run_once();
  EXPECT_EQ(span(late), "3:stored 201:stored 199") << "what it has more than the log is not sent twice";
  ledger.submit(kept, 0, "server", PostKind::message, "live", 0);
  ledger.deliver(kept);
  archived.run_once();
  EXPECT_EQ(got(late).back(), "202:live");
}

TEST_F(CourierWithArchive, WhatItHasNoMoreIsAGap) {
  const Reader late = behind(3);
  archive.answer(archived, kept, 50, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "gap 3-49 gap 3-49 1");
  archive.answer(archived, kept, 50, 201);
  archived.run_once();
  EXPECT_EQ(span(late), "gap 3-49 201:stored 153");
  const Reader later = behind(3);
  archive.answer(archived, kept, 0, 0);
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
  EXPECT_EQ(archive.asked[0].second, 51u);
  archive.answer(archived, holed, 51, 100);
  archived.run_once();
  EXPECT_EQ(span(newcomer), "51:stored 100:stored 50");
  ASSERT_EQ(archive.asked.size(), 1u);
  EXPECT_EQ(archive.asked[0].second, 101u);
  archive.answer(archived, holed, 0, 0);
  archived.run_once();
  EXPECT_EQ(got(newcomer).back(), "gap 101-1000");
  EXPECT_TRUE(archive.asked.empty());
  ledger.submit(holed, 0, "server", PostKind::message, "live", 0);
  ledger.deliver(holed);
  archived.run_once();
  EXPECT_EQ(got(newcomer).back(), "1001:live");
  EXPECT_EQ(got(newcomer).size(), 52u);
}

TEST_F(CourierWithArchive, AnAnswerForOneWhoIsGoneIsDropped) {
  const Reader late = behind(3);
  late.link->broken = true;
  late.delivery->post(Ping{1}.encode(PacketType::pong));
  archived.nudge(late.delivery);
  archived.run_once();
  EXPECT_EQ(late.delivery->ended(), Goodbye::connection_lost);
  archive.answer(archived, kept, 3, 100);
  archived.run_once();
  EXPECT_EQ(span(late), "nothing");
}

}  // namespace
}  // namespace chat
