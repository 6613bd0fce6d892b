// The ledger that stores: nothing is shown or acknowledged before it is stored, whatever the disk does.
#include "host/durable_ledger.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "host/data_folder.hpp"
#include "host/store_tools.hpp"
#include "unit/test_vfs.hpp"

namespace chat {
namespace {

// A ledger on a folder, with its room, as a host has it.
struct Desk {
  explicit Desk(const std::string& folder, StoreSettings settings = {})
      : store(folder, settings),
        ledger(store, folder,
               {{},
                [this](const DurableLedger::Refusal& refusal) {
                  MutexLock lock(mu);
                  refusals.push_back(refusal);
                },
                [this](const std::string& line) {
                  MutexLock lock(mu);
                  reports.push_back(line);
                }}) {
    ledger.open(lobby);
    EXPECT_TRUE(ledger.start());
  }
  ~Desk() {
    ledger.stop();
    if (!ledger.broken()) store.close();
  }
  // Waits for the answer; true: it was stored and appended.
  bool say(Sender& sender, std::uint64_t message, const std::string& text = "text") {
    const Seq before = lobby.log().last();
    ledger.submit(lobby, sender, "name", message, PostKind::message, text);
    ledger.commit();
    return lobby.log().last() > before;
  }

  Mutex mu;
  std::vector<DurableLedger::Refusal> refusals;
  std::vector<std::string> reports;
  Store store;
  const std::shared_ptr<Room> shared_lobby =
      std::make_shared<Room>("lobby", LogLimits{.bytes = SIZE_MAX, .entries = SIZE_MAX}, std::vector<Bell*>{});
  Room& lobby = *shared_lobby;
  DurableLedger ledger;
};

std::vector<Post> posts(const Room& room) {
  std::vector<Post> all;
  FrameReader frames(limits::frame_bytes);
  Seq next = room.log().first();
  while (const auto found = room.log().read(next, 1 << 20)) {
    frames.feed(found->run.octets);
    next = found->run.next;
  }
  while (const auto frame = frames.next()) all.push_back(Post::decode(frame->body));
  return all;
}

std::vector<Post> stored_in(const std::string& folder) {
  return StoreReader(folder).history("lobby", 0, 0, UINT32_MAX, SIZE_MAX);
}

TEST(DurableLedger, GivesSeqsWithoutHolesFromManyThreadsAndStoresThemAll) {
  const TempFolder folder;
  std::vector<Post> shown;
  {
    Desk desk(folder.path(), {Durability::process});
    std::vector<Thread> threads;
    for (std::uint8_t i = 1; i <= 4; ++i)
      threads.push_back(Thread::start([&desk, i] {
        const auto sender = desk.ledger.recall(ClientKey{i});
        for (std::uint64_t id = 1; id <= 1000; ++id) {
          desk.ledger.submit(desk.lobby, *sender, "name", id, PostKind::message, "text");
          if (id % 7 == 0) desk.ledger.deliver(desk.lobby);
        }
      }));
    for (Thread& thread : threads) thread.join();
    desk.ledger.commit();
    shown = posts(desk.lobby);
  }
  ASSERT_EQ(shown.size(), 4000u);
  std::map<std::uint64_t, std::uint64_t> last;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    EXPECT_EQ(shown[i].seq, i + 1);
    EXPECT_EQ(shown[i].message, ++last[shown[i].session]) << "in the sender's order";
  }
  const auto stored = stored_in(folder.path());
  ASSERT_EQ(stored.size(), shown.size());
  for (std::size_t i = 0; i < shown.size(); ++i) EXPECT_EQ(stored[i].encode(), shown[i].encode());
}

TEST(DurableLedger, GoesOnAfterARestart) {
  const TempFolder folder;
  std::uint64_t session = 0;
  {
    Desk desk(folder.path());
    const auto sender = desk.ledger.recall(ClientKey{1});
    session = sender->session();
    EXPECT_TRUE(desk.say(*sender, 1, "one"));
    EXPECT_TRUE(desk.say(*sender, 2, "two"));
  }
  Desk desk(folder.path());
  EXPECT_EQ(posts(desk.lobby).size(), 2u) << "the log has what was said";
  const auto sender = desk.ledger.recall(ClientKey{1});
  EXPECT_EQ(sender->session(), session);
  EXPECT_EQ(sender->last_message(), 2u);
  EXPECT_NE(desk.ledger.recall(ClientKey{2})->session(), session);
  EXPECT_FALSE(desk.say(*sender, 2, "two again")) << "a repetition";
  EXPECT_TRUE(desk.say(*sender, 3, "three"));
  EXPECT_EQ(posts(desk.lobby).back().seq, 3u);
}

TEST(DurableLedger, WhatAFullDiskRefusesComesLaterAndInOrder) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  const auto sender = desk.ledger.recall(ClientKey{1});
  const auto other = desk.ledger.recall(ClientKey{2});
  EXPECT_TRUE(desk.say(*sender, 1));
  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  EXPECT_FALSE(desk.say(*sender, 2));
  ASSERT_EQ(desk.refusals.size(), 1u);
  EXPECT_EQ(desk.refusals[0].session, sender->session());
  EXPECT_EQ(desk.refusals[0].message, 2u);
  EXPECT_EQ(desk.refusals[0].why, "disk full");
  vfs.fail(TestVfs::Fault::none, 0);
  EXPECT_FALSE(desk.say(*sender, 3)) << "its acknowledgement would stand for 2";
  EXPECT_TRUE(desk.say(*other, 1)) << "others are not concerned";
  EXPECT_EQ(sender->last_message(), 1u);
  EXPECT_TRUE(desk.say(*sender, 2));
  EXPECT_TRUE(desk.say(*sender, 3));
  EXPECT_EQ(sender->last_message(), 3u);
  EXPECT_EQ(desk.reports.size(), 1u) << "one line when it began, none yet that it is over";
  EXPECT_FALSE(desk.ledger.broken());
}

TEST(DurableLedger, SaysOfANoticeWhetherAnybodySeesIt) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  EXPECT_TRUE(desk.ledger.announce(desk.lobby, "one"));
  EXPECT_EQ(posts(desk.lobby).size(), 1u);
  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  EXPECT_FALSE(desk.ledger.announce(desk.lobby, "two"));
  vfs.fail(TestVfs::Fault::none, 0);
  EXPECT_TRUE(desk.ledger.announce(desk.lobby, "three"));
  EXPECT_EQ(posts(desk.lobby).back().body, "three");
  EXPECT_EQ(posts(desk.lobby).size(), 2u);
}

TEST(DurableLedger, WhoLeavesTheRoomOfARefusalSpeaksOnElsewhere) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  const auto room = std::make_shared<Room>("ops", LogLimits{}, std::vector<Bell*>{});
  desk.ledger.open(*room);
  const auto sender = desk.ledger.recall(ClientKey{1});
  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  desk.ledger.submit(*room, *sender, "name", 1, PostKind::message, "never stored");
  desk.ledger.skip(*sender, "ops");  // does not overtake the refusal
  ASSERT_EQ(desk.refusals.size(), 1u);
  vfs.fail(TestVfs::Fault::none, 0);
  EXPECT_TRUE(desk.say(*sender, 2));
  EXPECT_EQ(sender->last_message(), 2u);

  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  EXPECT_FALSE(desk.say(*sender, 3));
  vfs.fail(TestVfs::Fault::none, 0);
  desk.ledger.skip(*sender, "ops");
  EXPECT_FALSE(desk.say(*sender, 4)) << "3 was refused in the lobby, and comes again";
  EXPECT_TRUE(desk.say(*sender, 3));
}

TEST(DurableLedger, WhatWasOnItsWayBehindARefusalIsVoid) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  const auto sender = desk.ledger.recall(ClientKey{1});
  vfs.fail(TestVfs::Fault::disk_full, 1, 1);
  // Two batches: the work between them ends the first.
  for (std::uint64_t id = 1; id <= 4; ++id) {
    desk.ledger.submit(desk.lobby, *sender, "name", id, PostKind::message, "text");
    if (id == 2) desk.ledger.transact([](Store&) {});
  }
  desk.ledger.commit();
  EXPECT_EQ(desk.lobby.log().last(), 0u);
  EXPECT_EQ(sender->last_message(), 0u);
  ASSERT_EQ(desk.refusals.size(), 1u);
  EXPECT_EQ(desk.refusals[0].message, 1u);
  for (std::uint64_t id = 1; id <= 4; ++id) EXPECT_TRUE(desk.say(*sender, id));
}

TEST(DurableLedger, AfterAFailedSyncNothingIsWrittenAnyMore) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  const auto sender = desk.ledger.recall(ClientKey{1});
  EXPECT_TRUE(desk.say(*sender, 1));
  vfs.fail(TestVfs::Fault::sync_error, 1, 1);
  EXPECT_FALSE(desk.say(*sender, 2));
  EXPECT_TRUE(desk.ledger.broken());
  EXPECT_EQ(desk.reports.size(), 1u);
  EXPECT_FALSE(desk.say(*sender, 2)) << "the disk says that it is well again, which proves nothing";
  EXPECT_FALSE(desk.ledger.transact([](Store&) {}));
  EXPECT_EQ(desk.refusals.size(), 2u);
}

TEST(DurableLedger, RunsOthersWorkInATransactionOfItsOwn) {
  const TempFolder folder;
  Desk desk(folder.path());
  EXPECT_TRUE(desk.ledger.transact([](Store& store) { store.set_meta("a", "1"); }));
  EXPECT_FALSE(desk.ledger.transact([](Store& store) {
    store.set_meta("a", "2");
    throw StoreError(StoreError::Kind::passing, "no");
  }));
  std::optional<Bytes> value;
  desk.ledger.transact([&](Store& store) { value = store.meta("a"); });
  EXPECT_EQ(value, "1");
}

TEST(DurableLedger, AKnownSenderIsReadFromTheStoreWhenItIsNotInMemory) {
  const TempFolder folder;
  Desk desk(folder.path(), {Durability::process});
  const auto key = [](std::size_t i) {
    return ClientKey{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                     static_cast<std::uint8_t>(i >> 16), 1};
  };
  const auto session = desk.ledger.recall(key(0))->session();
  desk.say(*desk.ledger.recall(key(0)), 9);
  for (std::size_t i = 1; i < limits::senders_remembered + 10; ++i) desk.ledger.recall(key(i));
  EXPECT_EQ(desk.ledger.recall(key(0))->session(), session);
  EXPECT_EQ(desk.ledger.recall(key(0))->last_message(), 9u);
}

// ---- While history is off -------------------------------------------------------------------------------------------

std::string checked(const std::string& folder) {
  std::ostringstream out;
  std::ostringstream err;
  check_data(folder, out, err);
  return err.str();
}

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

// ---- Rows E2 and E4 of the fault table ------------------------------------------------------------------------------

// Three senders, one message after the other; each that was refused is sent once more. What was acknowledged.
std::set<std::pair<std::uint64_t, std::uint64_t>> work(Desk& desk, int messages, std::mt19937& random) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> acknowledged;
  std::vector<std::shared_ptr<Sender>> senders;
  for (std::uint8_t i = 1; i <= 3; ++i) senders.push_back(desk.ledger.recall(ClientKey{i}));
  std::map<Sender*, std::uint64_t> next;
  for (int i = 0; i < messages; ++i) {
    Sender& sender = *senders[random() % senders.size()];
    const std::uint64_t id = sender.last_message() + 1;
    const std::size_t before = posts(desk.lobby).size();
    desk.say(sender, id, std::string(1 + random() % 6000, 'x'));
    for (const Post& post : posts(desk.lobby)) acknowledged.emplace(post.session, post.message);
    EXPECT_LE(posts(desk.lobby).size(), before + 1);
  }
  return acknowledged;
}

std::string octets_in(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Everything acknowledged is there, nothing twice, the numbers without holes; the file is whole.
::testing::AssertionResult whole(const std::string& folder,
                                 const std::set<std::pair<std::uint64_t, std::uint64_t>>& acknowledged) {
  try {
    Store(folder, {}).close();
    std::ostringstream out;
    std::ostringstream err;
    if (check_data(folder, out, err) != 0) return ::testing::AssertionFailure() << err.str();
    std::set<std::pair<std::uint64_t, std::uint64_t>> there;
    for (const Post& post : stored_in(folder))
      if (!there.emplace(post.session, post.message).second) return ::testing::AssertionFailure() << "twice";
    for (const auto& each : acknowledged)
      if (!there.contains(each))
        return ::testing::AssertionFailure()
               << "message " << each.second << " of " << acknowledged.size() << " is lost";
    return ::testing::AssertionSuccess();
  } catch (const StoreError& error) {
    return ::testing::AssertionFailure() << error.what();
  }
}

TEST(StorageFaults, E2_AFailedWriteOrSyncIsNeverAcknowledged) {
  using Fault = TestVfs::Fault;
  int hit = 0;
  for (const Fault fault :
       {Fault::write_error, Fault::disk_full, Fault::short_write, Fault::sync_error, Fault::truncate_error})
    for (int nth = 1; nth <= 40; nth += nth < 10 ? 1 : 5) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at " + std::to_string(nth));
      const TempFolder folder;
      { Store(folder.path(), {}).close(); }
      std::mt19937 random(static_cast<unsigned>(nth));
      std::set<std::pair<std::uint64_t, std::uint64_t>> acknowledged;
      {
        TestVfs vfs;
        Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
        vfs.fail(fault, nth);
        acknowledged = work(desk, 12, random);
        if (vfs.failures() > 0) {
          ++hit;
          EXPECT_EQ(desk.refusals.empty(), false);
          EXPECT_EQ(desk.ledger.broken(), fault != Fault::disk_full);
        }
      }
      EXPECT_TRUE(whole(folder.path(), acknowledged));
    }
  EXPECT_GT(hit, 30);
}

TEST(StorageFaults, E9_ABirthThatIsInterruptedIsBegunAgain) {
  int interrupted = 0;
  for (int operations = 0; operations < 60; ++operations) {
    const TempFolder folder;
    std::mt19937 random(static_cast<unsigned>(operations));
    {
      TestVfs vfs;
      vfs.cut_after(operations);
      try {
        Store(folder.path(), {Durability::power, 0, TestVfs::name}).close();
      } catch (const StoreError&) {
        ++interrupted;
      }
      vfs.leave_what_survived(512, random);
    }
    EXPECT_TRUE(whole(folder.path(), {})) << "after " << operations << " operations";
    Desk desk(folder.path());
    EXPECT_TRUE(desk.say(*desk.ledger.recall(ClientKey{1}), 1));
  }
  EXPECT_GT(interrupted, 10);
}

// A thousand octets, spread over the whole file: one bit of each, or all.
TEST(StorageFaults, E6_AnOctetThatChangedIsRefusedOrSurvivedNeverTheReasonToBeginAnew) {
  const TempFolder good;
  {
    Desk desk(good.path(), {Durability::process});
    const auto sender = desk.ledger.recall(ClientKey{1});
    for (std::uint64_t id = 1; id <= 200; ++id)
      desk.ledger.submit(desk.lobby, *sender, "name", id, PostKind::message, std::string(100, 'x'));
    desk.ledger.commit();
  }
  std::string octets = octets_in(database_in(good.path()));
#ifdef CLINT_SANITIZED  // each is a host's whole start, and takes up to twenty times as long there
  constexpr std::size_t places = 250;
#else
  constexpr std::size_t places = 1000;
#endif
  int refused = 0;
  for (std::size_t at = 0; at < octets.size(); at += 1 + octets.size() / places) {
    SCOPED_TRACE("octet " + std::to_string(at));
    const TempFolder folder;
    octets[at] = static_cast<char>(octets[at] ^ (at % 2 == 0 ? 0x01 : 0xff));
    std::ofstream(database_in(folder.path()), std::ios::binary) << octets;
    octets[at] = static_cast<char>(octets[at] ^ (at % 2 == 0 ? 0x01 : 0xff));
    try {
      Desk desk(folder.path());
      EXPECT_GE(desk.lobby.log().last(), 200u) << "it began anew";
      desk.say(*desk.ledger.recall(ClientKey{2}), 1);
    } catch (const StoreError& error) {
      ++refused;
      EXPECT_NE(error.kind, StoreError::Kind::full);
    }
    EXPECT_GE(octets_in(database_in(folder.path())).size(), octets.size()) << "something was thrown away";
  }
  EXPECT_GT(refused, static_cast<int>(places / 50));
}

// How many rounds of a power cut lost or damaged something.
int losses(Durability durability, int rounds) {
  int lost = 0;
  for (int round = 0; round < rounds; ++round) {
    const TempFolder folder;
    { Store(folder.path(), {}).close(); }
    std::mt19937 random(static_cast<unsigned>(round));
    std::set<std::pair<std::uint64_t, std::uint64_t>> acknowledged;
    TestVfs vfs;
    {
      Desk desk(folder.path(), {durability, 0, TestVfs::name});
      vfs.cut_after(static_cast<int>(1 + random() % 120));
      acknowledged = work(desk, 15, random);
    }
    vfs.leave_what_survived(round % 2 == 0 ? 4096 : 512, random);
    const auto result = whole(folder.path(), acknowledged);
    if (result) continue;
    ++lost;
    if (durability == Durability::power) ADD_FAILURE() << "round " << round << ": " << result.message();
  }
  return lost;
}

TEST(StorageFaults, E4_APowerCutLosesNothingThatWasAcknowledged) { EXPECT_EQ(losses(Durability::power, 100), 0); }

TEST(StorageFaults, E4_TheSameCutBitesWithoutSyncs) { EXPECT_GT(losses(Durability::process, 40), 5); }

}  // namespace
}  // namespace chat
