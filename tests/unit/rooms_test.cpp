// Rooms that are made, emptied, kept and let go, on a host with a store and on one without.
#include "host/rooms.hpp"

#include <gtest/gtest.h>

#include "host/roster.hpp"
#include "unit/desk.hpp"
#include "unit/memory_link.hpp"

namespace chat {
namespace {

const auto soon = limits::room_unloaded_after + 1s;
constexpr auto later = 20min;  // the store has been looked at

Rooms make(Ledger& ledger) {
  return {ledger, {}, [] { return std::size_t{0}; }, [](std::uint64_t, const std::string&) { return true; }, [] {}};
}

Verifier some_verifier() {
  static const Secret text =
      format_verifier(make_verifier(Secret("open sesame"), {1U << 15, 8, 1, Bytes(16, 's')}).verifier);
  return *parse_verifier(text.view()).value;
}

std::vector<std::string> names(const Rooms& rooms) {
  std::vector<std::string> all;
  for (const Rooms::Seen& seen : rooms.list()) all.push_back(seen.name);
  return all;
}
using Names = std::vector<std::string>;

void prune_all(DurableLedger& ledger) {
  EXPECT_TRUE(ledger.transact([](Store& at) {
    while (at.prune({.age = 1s}, UINT64_MAX / 2)) {
    }
  }));
}

void say(Ledger& ledger, const std::shared_ptr<Room>& room, const std::string& text = "text") {
  ledger.submit(*room, 1, "alice", PostKind::message, text, 1);
  ledger.commit();
}

void come_and_go(Rooms& rooms, const std::string& name, std::uint64_t session = 1) {
  const auto entry = rooms.enter(name, {session});
  ASSERT_EQ(entry.result, Result::ok) << entry.why;
  rooms.announce(*entry.room, session, "alice");
  rooms.leave(name, {session}, "alice", Goodbye::left);
}

// ---- Without a store -----------------------------------------------------------------------------------------------

TEST(Rooms, AnEmptyOneVanishesAfterAWhileAndItsNumbersGoOn) {
  MemoryLedger ledger;
  Rooms rooms = make(ledger);
  auto ops = rooms.enter("ops", {1}).room;
  say(ledger, ops);
  const Seq last = ops->log().last();
  ops.reset();
  const auto long_after = Clock::now() + limits::room_kept_for + 1h;
  rooms.tidy(long_after);
  EXPECT_EQ(names(rooms), Names{"ops"}) << "somebody is in it";
  rooms.leave("ops", {1}, "alice", Goodbye::left);
  rooms.tidy(Clock::now() + limits::room_kept_for - 1h);
  EXPECT_EQ(names(rooms), Names{"ops"});
  rooms.tidy(long_after);
  EXPECT_EQ(names(rooms), Names{});
  const auto again = rooms.enter("ops", {1}).room;
  EXPECT_EQ(again->log().last(), last + 1) << "the leave was the last one";
  EXPECT_EQ(again->log().first(), last + 2) << "and nothing of it is there";
}

TEST(Rooms, AVanishedNameAndItsLooksAreFreeAgain) {
  MemoryLedger ledger;
  Rooms rooms = make(ledger);
  EXPECT_EQ(rooms.lock("ops", {1}, some_verifier()).result, Result::ok);
  EXPECT_EQ(rooms.enter("OPS", {2}).result, Result::taken);
  EXPECT_EQ(rooms.enter("ops", {2}).result, Result::proof_wanted);
  rooms.leave("ops", {1}, "alice", Goodbye::left);
  EXPECT_EQ(rooms.enter("ops", {2}).result, Result::proof_wanted) << "it is empty, and there";
  rooms.tidy(Clock::now() + limits::room_kept_for + 1h);
  EXPECT_EQ(rooms.enter("OPS", {2}).result, Result::ok);
}

TEST(Rooms, WhoIsInTooManyMakesNoneByTrying) {
  MemoryLedger ledger;
  Rooms rooms = make(ledger);
  for (std::size_t i = 1; i < limits::rooms_per_client; ++i)
    EXPECT_EQ(rooms.enter("r" + std::to_string(i), {1}).result, Result::ok);
  const auto before = names(rooms);
  EXPECT_EQ(rooms.enter("open", {1}).result, Result::too_many);
  EXPECT_EQ(rooms.lock("vault", {1}, some_verifier()).result, Result::too_many);
  EXPECT_EQ(names(rooms), before);
  EXPECT_EQ(rooms.enter("r1", {1}).result, Result::ok) << "it is in there already";
  EXPECT_EQ(rooms.enter("open", {2}).result, Result::ok);
  EXPECT_EQ(rooms.enter("open", {1}).result, Result::too_many) << "that somebody else made it changes nothing";
}

TEST(Rooms, WhenThereAreTooManyTheOneThatIsEmptyForLongestGoes) {
  MemoryLedger ledger;
  Rooms rooms = make(ledger);
  std::uint64_t session = 1;
  for (std::size_t i = 1; i < limits::rooms; ++i)
    ASSERT_EQ(rooms.enter("r" + std::to_string(i), {i % 31 == 0 ? ++session : session}).result, Result::ok) << i;
  EXPECT_EQ(rooms.size(), limits::rooms);
  EXPECT_EQ(rooms.enter("one-more", {9999}).result, Result::too_many) << "all have members";
  EXPECT_EQ(rooms.lock("one-more", {9999}, some_verifier()).result, Result::too_many);
  rooms.leave("r2", {1}, "alice", Goodbye::left);
  rooms.leave("r1", {1}, "alice", Goodbye::left);
  EXPECT_EQ(rooms.enter("one-more", {9999}).result, Result::ok);
  EXPECT_EQ(rooms.size(), limits::rooms);
  EXPECT_EQ(rooms.members("r1").size(), 0u);
  EXPECT_EQ(rooms.enter("r1", {9999}).result, Result::ok) << "it is there yet";
  EXPECT_EQ(rooms.enter("r2", {9999}).result, Result::too_many) << "it went";
}

TEST(Rooms, AConnectionThatWasReplacedTakesItsSuccessorOutOfNoRoom) {
  MemoryLedger ledger;
  Rooms rooms = make(ledger);
  const Visitor old{1, 1};
  const Visitor fresh{1, 2};
  for (const char* name : {"ops", "tea"}) EXPECT_TRUE(rooms.enter(name, old).fresh);
  EXPECT_FALSE(rooms.enter("ops", fresh).fresh) << "nobody is told that it came";
  EXPECT_FALSE(rooms.leave("ops", old, "alice", Goodbye::left));
  EXPECT_FALSE(rooms.enter("ops", old).fresh) << "and that does not make it the old one's again";
  rooms.leave_all(old, "alice", Goodbye::connection_lost);
  EXPECT_EQ(rooms.of(1), std::vector<std::string>{"ops"}) << "the other one it has not entered again";
  EXPECT_EQ(rooms.members("ops"), std::vector<std::uint64_t>{1});
  EXPECT_TRUE(rooms.members("tea").empty());
  rooms.enter("tea", old);  // the last that it did
  rooms.leave_all(fresh, "alice", Goodbye::left);
  EXPECT_TRUE(rooms.of(1).empty());
}

TEST(Rooms, NobodyIsToldThatSomebodyLeftWhoIsBack) {
  MemoryLedger ledger;
  Roster roster(10);
  Rooms rooms(
      ledger, {}, [&] { return roster.size(); },
      [&](std::uint64_t session, const std::string& name) { return roster.is_here(session, name); }, [] {});
  const auto come = [&] {
    const auto delivery = std::make_shared<Delivery>(std::make_shared<MemoryLink>());
    EXPECT_EQ(roster.enter(1, "bob", Address{}, delivery).name, "bob");
    return delivery;
  };
  const auto old = come();
  EXPECT_TRUE(roster.hold(1, *old, Goodbye::connection_lost, Clock::now()));
  const auto gone = roster.take_expired(Clock::now() + 1s);
  ASSERT_EQ(gone.size(), 1u);
  const auto fresh = come();  // while the one that expired before it is being told of
  rooms.lobby_announcer().joined(1, "bob");
  rooms.leave_all(gone[0].who, "bob", gone[0].why);
  rooms.lobby_announcer().left(1, "bob", gone[0].why);
  ASSERT_EQ(posts(rooms.lobby()).size(), 1u);
  EXPECT_EQ(posts(rooms.lobby())[0].kind, PostKind::join);
  roster.leave(1, *fresh);
  rooms.lobby_announcer().left(1, "bob", Goodbye::left);
  EXPECT_EQ(posts(rooms.lobby()).size(), 2u);
}

// ---- With a store --------------------------------------------------------------------------------------------------

TEST(StoredRooms, WhatWasSaidKeepsARoomAndComingAndGoingDoesNot) {
  const TempFolder folder;
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  say(desk.ledger, rooms.enter("ops", {1}).room);
  rooms.leave("ops", {1}, "alice", Goodbye::left);
  for (const char* name : {"passing", "by"}) come_and_go(rooms, name);
  desk.ledger.commit();
  rooms.tidy(Clock::now() + soon);
  EXPECT_EQ(names(rooms).size(), 3u) << "not looked at yet";
  rooms.tidy(Clock::now() + later);
  EXPECT_EQ(names(rooms), Names{"ops"});
  const auto again = rooms.enter("passing", {1}).room;
  EXPECT_EQ(again->log().last(), 2u) << "its numbers go on: a join, a leave";
  rooms.tidy(Clock::now() + 2 * later);
  EXPECT_EQ(names(rooms).size(), 2u) << "somebody is in it";
}

TEST(StoredRooms, WhileSomebodyHasARoomStillThereIsNoSecondOneOfItsName) {
  const TempFolder folder;
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  auto old = rooms.enter("ops", {1}).room;  // of a connection that was replaced, say
  rooms.leave("ops", {1}, "alice", Goodbye::left);
  desk.ledger.commit();
  rooms.tidy(Clock::now() + soon);
  rooms.tidy(Clock::now() + later);
  const auto entry = rooms.enter("ops", {2});
  EXPECT_EQ(entry.room, old);
  rooms.announce(*entry.room, 2, "bob");
  say(desk.ledger, old);  // two logs would give it the number of bob's coming
  EXPECT_EQ(old->log().last(), 3u) << "alice left, bob came, alice said something";
}

TEST(StoredRooms, WhileHistoryIsOffWhatWasSaidStaysInTheRoom) {
  const TempFolder folder;
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  ASSERT_EQ(desk.ledger.keep_history(false), std::nullopt);
  const auto ops = rooms.enter("ops", {1}).room;
  say(desk.ledger, ops);
  rooms.leave("ops", {1}, "alice", Goodbye::left);
  const Seq first = ops->log().first();
  rooms.tidy(Clock::now() + soon);
  rooms.tidy(Clock::now() + later);
  EXPECT_EQ(names(rooms), Names{"ops"});
  EXPECT_EQ(rooms.enter("ops", {2}).room->log().first(), first);
}

TEST(StoredRooms, APasswordStaysWhenAllThatWasSaidIsPruned) {
  const TempFolder folder;
  {
    Desk desk(folder.path());
    Rooms rooms = make(desk.ledger);
    const auto vault = rooms.lock("vault", {1}, some_verifier()).room;
    say(desk.ledger, vault);
    prune_all(desk.ledger);
    EXPECT_TRUE(StoreReader(folder.path()).history("vault", 0, 0, 10, SIZE_MAX).empty());
    rooms.tidy(Clock::now() + later);
    EXPECT_EQ(names(rooms), Names{"vault"}) << "somebody is in it";
  }
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  const auto entry = rooms.enter("vault", {2});
  ASSERT_EQ(entry.result, Result::proof_wanted);
  const auto back = rooms.enter("vault", {1}, entry.lock.get());
  ASSERT_EQ(back.result, Result::ok);
  EXPECT_EQ(back.room->log().last(), 1u) << "a number is never given again";
}

TEST(StoredRooms, ARoomThatVanishesTakesItsPasswordAndTopicWithIt) {
  const TempFolder folder;
  {
    Desk desk(folder.path());
    Rooms rooms = make(desk.ledger);
    rooms.lock("vault", {1}, some_verifier());
    desk.ledger.submit(*rooms.enter("tea", {1}).room, 1, "alice", PostKind::topic, "at four", 1);
    desk.ledger.commit();
    prune_all(desk.ledger);
    rooms.leave_all({1}, "alice", Goodbye::left);
    desk.ledger.commit();
    rooms.tidy(Clock::now() + soon);
    EXPECT_EQ(rooms.enter("vault", {2}).result, Result::proof_wanted);
    EXPECT_FALSE(rooms.list().at(0).topic.empty());
    rooms.tidy(Clock::now() + later);
    EXPECT_EQ(names(rooms), Names{});
    EXPECT_EQ(rooms.enter("tea", {2}).room->topic(), "");
  }
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  EXPECT_EQ(rooms.enter("vault", {2}).result, Result::ok);
}

TEST(StoredRooms, WhoMakesAVanishedRoomAnewSeesNothingOfThoseWhoKnewItsPassword) {
  const TempFolder folder;
  Seq last = 0;
  {
    Desk desk(folder.path());
    Rooms rooms = make(desk.ledger);
    auto vault = rooms.lock("vault", {1}, some_verifier()).room;
    rooms.announce(*vault, 1, "alice");
    desk.ledger.submit(*vault, 1, "alice", PostKind::rename, "carol", 0);
    rooms.leave("vault", {1}, "carol", Goodbye::left);
    desk.ledger.commit();
    last = vault->log().last();
    vault.reset();
    rooms.tidy(Clock::now() + later);
    EXPECT_EQ(names(rooms), Names{});
    const auto anew = rooms.enter("vault", {2}).room;
    EXPECT_EQ(anew->log().first(), last + 1);
    EXPECT_TRUE(StoreReader(folder.path()).history("vault", 0, 0, 10, SIZE_MAX).empty());
    rooms.announce(*anew, 2, "mallory");
    desk.ledger.commit();
    EXPECT_EQ(anew->log().last(), last + 1) << "a number is never given again";
  }
  EXPECT_EQ(checked(folder.path()), "");
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  EXPECT_EQ(posts(*rooms.enter("vault", {3}).room).front().sender, "mallory");
}

TEST(StoredRooms, AfterARestartARoomWaitsForItsMembersUntilTheFirstLook) {
  const TempFolder folder;
  {
    Desk desk(folder.path());
    Rooms rooms = make(desk.ledger);
    rooms.lock("vault", {1}, some_verifier());
    rooms.lock("shed", {1}, some_verifier());
  }
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  EXPECT_EQ(names(rooms), (Names{"shed", "vault"}));
  ASSERT_EQ(rooms.enter("vault", {1}, rooms.lock_of("vault").get()).result, Result::ok);
  rooms.tidy(Clock::now() + 9min);
  EXPECT_EQ(names(rooms).size(), 2u);
  rooms.tidy(Clock::now() + later);
  EXPECT_EQ(names(rooms), Names{"vault"});
}

TEST(StoredRooms, NothingVanishesWhileTheStoreCannotForgetItsPassword) {
  const TempFolder folder;
  { Store(folder.path(), {}).close(); }
  TestVfs vfs;
  Store store(folder.path(), {Durability::power, 0, TestVfs::name});
  DurableLedger ledger(store, folder.path(), {{}, [](const DurableLedger::Refusal&) {}, [](const std::string&) {}});
  ASSERT_TRUE(ledger.start());
  {
    Rooms rooms = make(ledger);
    rooms.lock("vault", {1}, some_verifier());
    rooms.leave("vault", {1}, "alice", Goodbye::left);
    ledger.commit();
    vfs.fail(TestVfs::Fault::disk_full, 1, 1000);
    EXPECT_EQ(rooms.lock("attic", {1}, some_verifier()).result, Result::failed);
    rooms.tidy(Clock::now() + soon);
    rooms.tidy(Clock::now() + later);
    EXPECT_EQ(names(rooms), Names{"vault"});
    EXPECT_EQ(rooms.enter("vault", {2}).result, Result::proof_wanted);
    vfs.fail(TestVfs::Fault::none, 0);
    rooms.tidy(Clock::now() + 2 * later);
    EXPECT_EQ(names(rooms), Names{});
  }
  ledger.stop();
}

TEST(StoredRooms, AHostThatIsFullOfRoomsHasSpaceAgainWhenTheyVanish) {
  const TempFolder folder;
  {
    Store store(folder.path(), {Durability::process});
    store.begin();
    const Secret lock = format_verifier(some_verifier());
    for (std::size_t i = 1; i < limits::rooms; ++i) store.lock_room("r" + std::to_string(i), lock.view());
    store.commit();
    store.close();
  }
  Desk desk(folder.path());
  Rooms rooms = make(desk.ledger);
  EXPECT_EQ(rooms.size(), limits::rooms);
  EXPECT_EQ(rooms.lock("vault", {1}, some_verifier()).result, Result::too_many);
  EXPECT_EQ(rooms.enter("ops", {1}).result, Result::too_many);
  EXPECT_EQ(desk.ledger.stored_rooms().size(), limits::rooms - 1) << "nothing was made of what was refused";
  rooms.tidy(Clock::now() + later);
  EXPECT_EQ(rooms.size(), 1u);
  EXPECT_TRUE(desk.ledger.stored_rooms().empty());
  EXPECT_EQ(rooms.enter("ops", {1}).result, Result::ok);
}

TEST(StoredRooms, WhosePasswordCannotBeReadIsNotOpenToAll) {
  const TempFolder folder;
  Desk desk(folder.path());
  EXPECT_TRUE(desk.ledger.lock_room("vault", "clint verifier 1\nid 00"));
  EXPECT_THROW(make(desk.ledger), StoreError);
}

}  // namespace
}  // namespace chat
