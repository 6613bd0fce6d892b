// The ledger that stores: nothing is shown or acknowledged before it is stored, whatever the disk does.
#include "host/durable_ledger.hpp"

#include <atomic>
#include <thread>

#include "unit/desk.hpp"

namespace chat {
namespace {

TEST(DurableLedger, WhoHasNothingOnItsWayLeavesARoomWhileTheDiskHangs) {
  const TempFolder folder;
  Desk desk(folder.path(), {Durability::process});
  const auto sender = desk.ledger.recall(ClientKey{1});
  EXPECT_TRUE(desk.say(*sender, 1));
  std::atomic<bool> hangs = false;
  std::atomic<bool> left = false;
  bool in_time = false;
  Thread disk = Thread::start([&] {
    EXPECT_TRUE(desk.ledger.transact([&](Store&) {
      hangs = true;
      const auto until = Clock::now() + 10s;
      while (!left && Clock::now() < until) std::this_thread::yield();
      in_time = left;
    }));
  });
  while (!hangs) std::this_thread::yield();
  desk.ledger.skip(*sender, "lobby");
  left = true;
  disk.join();
  EXPECT_TRUE(in_time);
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

TEST(DurableLedger, OfTheHostsOwnWordsItSaysWhatWasLostButForComingAndGoing) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  const auto lost = [&](PostKind kind, const std::string& body) {
    desk.refusals.clear();
    desk.ledger.submit(desk.lobby, 7, "bob", kind, body, 0);
    desk.ledger.commit();
    return desk.refusals.empty() ? "nothing" : desk.refusals[0].message == 0 ? desk.refusals[0].lost : "a message";
  };
  EXPECT_EQ(lost(PostKind::rename, "robert"), "bob is robert now");
  EXPECT_EQ(lost(PostKind::notice, "bob was shown out"), "bob was shown out");
  EXPECT_EQ(lost(PostKind::message, "hello"), "") << "whoever typed it sees that it is missing";
  for (const PostKind kind : {PostKind::join, PostKind::leave, PostKind::crowd})
    EXPECT_EQ(lost(kind, Presence{}.encode(kind)), "nothing");
  desk.refusals.clear();
  EXPECT_FALSE(desk.ledger.announce(desk.lobby, "one"));
  EXPECT_TRUE(desk.refusals.empty()) << "whoever waited for it is told";
  vfs.fail(TestVfs::Fault::none, 0);
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

TEST(DurableLedger, WhatComesLateOnAConnectionThatWasReplacedIsNotTaken) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
  const auto sender = desk.ledger.recall(ClientKey{1});
  const Speaker old(*sender, 1);
  const Speaker fresh(*sender, 2);
  sender->speak_on(1);
  const auto say = [&](Speaker from, std::uint64_t message) {
    const Seq before = desk.lobby.log().last();
    desk.ledger.submit(desk.lobby, from, "name", message, PostKind::message, "text");
    desk.ledger.commit();
    return desk.lobby.log().last() > before;
  };
  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  EXPECT_FALSE(say(old, 1));
  EXPECT_FALSE(say(old, 2));
  vfs.fail(TestVfs::Fault::none, 0);
  sender->speak_on(2);
  EXPECT_TRUE(say(fresh, 1));
  EXPECT_FALSE(say(old, 3)) << "its acknowledgement would stand for 2";
  EXPECT_TRUE(say(fresh, 2));
  EXPECT_TRUE(say(fresh, 3));

  // Nor does the old one say for the new one what will not come again.
  vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
  EXPECT_FALSE(say(fresh, 4));
  vfs.fail(TestVfs::Fault::none, 0);
  desk.ledger.skip(old, 4);
  desk.ledger.skip(old, "lobby");
  EXPECT_FALSE(say(fresh, 5));
  sender->speak_on(1);  // two log-ins at once
  EXPECT_FALSE(say(old, 4));
  desk.ledger.skip(fresh, "lobby");
  EXPECT_TRUE(say(fresh, 5));
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

}  // namespace
}  // namespace chat
