// /history off: people talk on a full disk, and no number is given twice.
#include "host/data_folder.hpp"
#include "unit/desk.hpp"

namespace chat {
namespace {

std::vector<std::string> stored_texts(const std::string& folder, const std::string& room = "lobby") {
  std::vector<std::string> texts;
  for (const Post& post : StoreReader(folder).history(room, 0, 0, UINT32_MAX, SIZE_MAX))
    texts.push_back(std::to_string(post.seq) + " " + post.body);
  return texts;
}
using Texts = std::vector<std::string>;

std::string body_in(const Bytes& encoded) {
  FrameReader frames(limits::frame_bytes);
  frames.feed(encoded);
  const auto frame = frames.next();
  return frame ? Post::decode(frame->body).body : Bytes();
}

TEST(HistoryOff, OnAFullDiskPeopleTalkUnstoredAndAfterwardsAllIsStoredAgain) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  {
    TestVfs vfs;
    Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
    const auto sender = desk.ledger.recall(ClientKey{1});
    EXPECT_EQ(desk.ledger.keep_history(true), "history is on already");
    EXPECT_TRUE(desk.say(*sender, 1, "one"));
    vfs.fail(TestVfs::Fault::disk_full, 1, 1'000'000);
    EXPECT_FALSE(desk.say(*sender, 2, "two"));
    EXPECT_EQ(desk.ledger.keep_history(false), std::nullopt) << "which takes no space";
    EXPECT_EQ(desk.ledger.keep_history(false), "history is off already");
    EXPECT_FALSE(desk.ledger.keeps_history());
    EXPECT_FALSE(desk.say(*sender, 3, "three")) << "2 was refused, and comes first";
    EXPECT_TRUE(desk.say(*sender, 2, "two"));
    EXPECT_TRUE(desk.say(*sender, 3, "three"));
    EXPECT_FALSE(desk.say(*sender, 3, "three")) << "a repetition";
    EXPECT_EQ(sender->last_message(), 3u);
    EXPECT_EQ(desk.ledger.keep_history(true), "history stays off: disk full");
    EXPECT_TRUE(desk.say(*sender, 4, "four"));
    EXPECT_EQ(checked(folder.path()), "") << "beside a running host";
    vfs.fail(TestVfs::Fault::none, 0);
    EXPECT_EQ(desk.ledger.keep_history(true), std::nullopt);
    EXPECT_EQ(checked(folder.path()), "");
    EXPECT_FALSE(desk.say(*sender, 4, "four"));
    EXPECT_TRUE(desk.say(*sender, 5, "five"));
    EXPECT_EQ(posts(desk.lobby).back().seq, 5u);
    EXPECT_EQ(posts(desk.lobby).size(), 5u) << "the log has them all";
  }
  EXPECT_EQ(checked(folder.path()), "");
  EXPECT_EQ(stored_texts(folder.path()), (Texts{"1 one", "5 five"}));
  Database(database_in(folder.path()), Database::Access::write).run("UPDATE holes SET last=last-1");
  EXPECT_NE(checked(folder.path()).find("posts of lobby are missing"), std::string::npos) << "a hole larger than known";
}

TEST(HistoryOff, AStoreThatFailsForGoodMeanwhileStopsNobodyAndDoesNotSaySo) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  const auto sender = desk.ledger.recall(ClientKey{1});
  EXPECT_EQ(desk.ledger.keep_history(false), std::nullopt);
  vfs.fail(TestVfs::Fault::sync_error, 1, 1);
  EXPECT_FALSE(desk.ledger.transact([](Store& store) { store.lock_room("ops", "a lock"); }));
  EXPECT_TRUE(desk.ledger.broken());
  EXPECT_TRUE(desk.say(*sender, 1, "one"));
  EXPECT_TRUE(desk.refusals.empty());
  ASSERT_EQ(desk.reports.size(), 1u);
  EXPECT_TRUE(desk.reports[0].starts_with("history stays off, and people talk unstored, until ")) << desk.reports[0];
  const auto why = desk.ledger.keep_history(true);
  ASSERT_TRUE(why);
  EXPECT_TRUE(why->starts_with("history stays off: ")) << *why;
}

// The end of a host, and the next one.
struct NextHost {
  const char* what;
  bool kill;  // without stop(): nothing was written at the end
  bool full;  // the disk, when it stopped
  Seq next;   // the number of the next post
};

TEST(HistoryOff, NumbersAndMessagesAreNotTakenTwiceByTheNextHost) {
  for (const NextHost& next :
       {NextHost{"stopped", false, false, 4}, NextHost{"killed", true, false, Store::numbers_passed_over + 2},
        NextHost{"stopped on a full disk", false, true, Store::numbers_passed_over + 2}}) {
    SCOPED_TRACE(next.what);
    const TempFolder folder;
    const TempFolder other;
    { Store(folder.path(), {}).close(); }
    std::uint64_t session = 0;
    {
      TestVfs vfs;
      Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
      const auto sender = desk.ledger.recall(ClientKey{1});
      session = sender->session();
      EXPECT_TRUE(desk.say(*sender, 1, "one"));
      EXPECT_EQ(desk.ledger.keep_history(false), std::nullopt);
      EXPECT_TRUE(desk.say(*sender, 2, "two"));
      EXPECT_TRUE(desk.say(*sender, 3, "three"));
      const auto room = std::make_shared<Room>("ops", LogLimits{}, std::vector<Bell*>{});
      desk.ledger.open(*room);
      desk.ledger.submit(*room, *desk.ledger.recall(ClientKey{2}), "name", 1, PostKind::message, "in ops");
      desk.ledger.commit();
      EXPECT_EQ(room->log().last(), 1u);
      if (next.kill) std::filesystem::copy(folder.path(), other.path(), std::filesystem::copy_options::recursive);
      if (next.full) vfs.fail(TestVfs::Fault::disk_full, 1, 1'000'000);
      desk.ledger.stop();
      if (next.full) {
        EXPECT_THROW(desk.store.close(), StoreError);
      }
      vfs.fail(TestVfs::Fault::none, 0);
    }
    const std::string path = next.kill ? other.path() : folder.path();
    Desk desk(path);
    EXPECT_TRUE(desk.ledger.keeps_history());
    const auto sender = desk.ledger.recall(ClientKey{1});
    EXPECT_EQ(sender->session(), session);
    const bool knows = next.next == 4;
    EXPECT_EQ(sender->last_message(), knows ? 3u : 1u);
    EXPECT_TRUE(desk.say(*sender, 4, "four"));
    EXPECT_EQ(desk.lobby.log().last(), next.next);
    const auto room = std::make_shared<Room>("ops", LogLimits{}, std::vector<Bell*>{});
    desk.ledger.open(*room);
    EXPECT_EQ(room->log().last(), knows ? 1u : Store::numbers_passed_over) << "it was made while history was off";
    desk.ledger.submit(*room, *sender, "name", 5, PostKind::message, "in ops again");
    desk.ledger.commit();
    EXPECT_EQ(checked(path), "");
    EXPECT_EQ(stored_texts(path), (Texts{"1 one", std::to_string(next.next) + " four"}));
  }
}

TEST(HistoryOff, ARoomThatIsLetGoMeanwhileGoesOnWhereItWas) {
  const TempFolder folder;
  Desk desk(folder.path());
  const auto sender = desk.ledger.recall(ClientKey{1});
  const auto say_in_ops = [&](std::uint64_t message, PostKind kind) {
    const auto room = std::make_shared<Room>("ops", LogLimits{}, std::vector<Bell*>{});
    desk.ledger.open(*room);
    if (kind == PostKind::message)
      desk.ledger.submit(*room, *sender, "name", message, kind, "text");
    else
      desk.ledger.submit(*room, 0, "name", kind, "a topic", 0);
    desk.ledger.commit();
    return room;
  };
  EXPECT_EQ(say_in_ops(1, PostKind::message)->log().last(), 1u);
  EXPECT_EQ(desk.ledger.keep_history(false), std::nullopt);
  EXPECT_EQ(say_in_ops(2, PostKind::message)->log().last(), 2u);
  EXPECT_EQ(say_in_ops(0, PostKind::topic)->log().last(), 3u);
  const auto off = say_in_ops(3, PostKind::message);
  EXPECT_EQ(off->log().last(), 4u);
  EXPECT_EQ(off->log().first(), 4u);
  EXPECT_EQ(off->hole().first, 2u);
  EXPECT_EQ(off->hole().last, 3u);
  EXPECT_EQ(body_in(off->topic()), "a topic");
  EXPECT_EQ(desk.ledger.keep_history(true), std::nullopt);
  const auto on = say_in_ops(4, PostKind::message);
  EXPECT_EQ(on->log().last(), 5u);
  EXPECT_EQ(body_in(on->topic()), "a topic") << "it is stored now";
  EXPECT_EQ(stored_texts(folder.path(), "ops"), (Texts{"1 text", "5 text"}));
  EXPECT_EQ(checked(folder.path()), "");
}

TEST(HistoryOff, ATopicGoesWithItsRoom) {
  const TempFolder folder;
  Desk desk(folder.path());
  EXPECT_EQ(desk.ledger.keep_history(false), std::nullopt);
  const auto open = [&] {
    const auto room = std::make_shared<Room>("ops", LogLimits{}, std::vector<Bell*>{});
    desk.ledger.open(*room);
    return room;
  };
  desk.ledger.submit(*open(), 0, "name", PostKind::topic, "a topic", 0);
  desk.ledger.commit();
  ASSERT_EQ(desk.ledger.stored_rooms().size(), 1u);
  EXPECT_EQ(body_in(desk.ledger.stored_rooms().front().topic), "a topic");
  EXPECT_TRUE(desk.ledger.forget_rooms({"ops"}));
  EXPECT_TRUE(desk.ledger.stored_rooms().empty());
  EXPECT_EQ(open()->topic(), "");
  EXPECT_EQ(desk.ledger.keep_history(true), std::nullopt);
  EXPECT_TRUE(desk.ledger.stored_rooms().empty());
  EXPECT_EQ(open()->topic(), "");
  EXPECT_EQ(open()->log().last(), 1u) << "its number goes on";
}

TEST(HistoryOff, SwitchedWhileManyTalkNoNumberIsGivenTwiceOrLeftOut) {
  const TempFolder folder;
  std::vector<Post> shown;
  {
    Desk desk(folder.path(), {Durability::process});
    std::vector<Thread> threads;
    for (std::uint8_t i = 1; i <= 3; ++i)
      threads.push_back(Thread::start([&desk, i] {
        const auto sender = desk.ledger.recall(ClientKey{i});
        for (std::uint64_t id = 1; id <= 500; ++id) {
          desk.ledger.submit(desk.lobby, *sender, "name", id, PostKind::message, "text");
          desk.ledger.deliver(desk.lobby);
        }
      }));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(desk.ledger.keep_history(i % 2 != 0), std::nullopt);
    for (Thread& thread : threads) thread.join();
    desk.ledger.commit();
    shown = posts(desk.lobby);
  }
  ASSERT_EQ(shown.size(), 1500u);
  for (std::size_t i = 0; i < shown.size(); ++i) EXPECT_EQ(shown[i].seq, i + 1);
  const auto stored = stored_in(folder.path());
  EXPECT_LE(stored.size(), shown.size());
  for (const Post& post : stored) EXPECT_EQ(post.encode(), shown[post.seq - 1].encode());
  EXPECT_EQ(checked(folder.path()), "");
  EXPECT_EQ(Desk(folder.path()).lobby.log().last(), 1500u);
}

TEST(HistoryOff, APowerCutAtAnyMomentGivesNoNumberTwice) {
  for (int operations = 1; operations <= 60; ++operations) {
    SCOPED_TRACE("after " + std::to_string(operations) + " operations");
    const TempFolder folder;
    { Store(folder.path(), {}).close(); }
    std::mt19937 random(static_cast<unsigned>(operations));
    std::vector<Post> shown;
    TestVfs vfs;
    {
      Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
      const auto sender = desk.ledger.recall(ClientKey{1});
      vfs.cut_after(operations);
      std::uint64_t id = 0;
      for (int round = 0; round < 4; ++round) {
        desk.ledger.keep_history(round % 2 == 0);
        for (int i = 0; i < 3; ++i)
          if (desk.say(*sender, id + 1)) ++id;
      }
      shown = posts(desk.lobby);
    }
    vfs.leave_what_survived(operations % 2 == 0 ? 4096 : 512, random);
    Desk desk(folder.path());
    EXPECT_EQ(checked(folder.path()), "");
    for (const Post& post : stored_in(folder.path())) {
      if (post.seq > shown.size()) continue;  // the last one: refused, and on the disk all the same
      EXPECT_EQ(post.encode(), shown[post.seq - 1].encode());
    }
    EXPECT_GE(desk.lobby.log().last(), shown.empty() ? 0 : shown.back().seq);
  }
}

}  // namespace
}  // namespace chat
