// The store: what is committed is there afterwards, and what is wrong with a file is said, not mended in silence.
#include "host/store.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "host/data_folder.hpp"
#include "host/store_reader.hpp"
#include "host/store_tools.hpp"
#include "unit/temp_folder.hpp"

namespace chat {
namespace {

Post message(const std::string& text, std::uint64_t time_ms = 1000, const std::string& room = "lobby") {
  Post post;
  post.room = room;
  post.sender = "alice";
  post.session = 3;
  post.message = 7;
  post.time_ms = time_ms;
  post.body = text;
  return post;
}

Seq add(Store& store, const Post& post) {
  store.begin();
  const Seq seq = store.add(post);
  store.commit();
  return seq;
}

std::vector<std::string> texts(StoreReader& reader, const std::string& room = "lobby") {
  std::vector<std::string> all;
  for (const Post& post : reader.history(room, 0, 0, 100'000, SIZE_MAX))
    all.push_back(std::to_string(post.seq) + ":" + post.body);
  return all;
}
using Texts = std::vector<std::string>;

StoreError error_of(const std::string& folder) {
  try {
    Store store(folder, {});
  } catch (const StoreError& error) {
    return error;
  }
  ADD_FAILURE() << "the store opens";
  return {StoreError::Kind::passing, ""};
}

TEST(Store, GivesBackWhatWasCommittedAndGoesOnFromThere) {
  const TempFolder folder;
  HostId id{};
  {
    Store store(folder.path(), {});
    id = store.host_id();
    EXPECT_EQ(add(store, message("one")), 1u);
    EXPECT_EQ(add(store, message("two", 1000, "ops")), 1u);
    EXPECT_EQ(add(store, message("three")), 2u);
    store.close();
  }
  Store store(folder.path(), {});
  EXPECT_EQ(store.host_id(), id);
  EXPECT_TRUE(store.stopped_cleanly());
  EXPECT_EQ(add(store, message("four")), 3u);
  StoreReader reader(folder.path());
  EXPECT_EQ(texts(reader), (Texts{"1:one", "2:three", "3:four"}));
  Texts rooms;
  for (const auto& room : reader.kept_rooms()) rooms.push_back(room.name);
  EXPECT_EQ(rooms, (Texts{"lobby", "ops"}));
  const Post post = reader.history("lobby", 2, 0, 1, SIZE_MAX).at(0);
  EXPECT_EQ(post.encode(), [] {
    Post wanted = message("one");
    wanted.seq = 1;
    return wanted.encode();
  }());
}

TEST(Store, WhatIsRolledBackNeverWas) {
  const TempFolder folder;
  Store store(folder.path(), {});
  add(store, message("one"));
  store.begin();
  store.add(message("never"));
  store.add(message("never", 1000, "new room"));
  store.rollback();
  EXPECT_EQ(add(store, message("two")), 2u);
  EXPECT_EQ(add(store, message("first", 1000, "new room")), 1u);
  StoreReader reader(folder.path());
  EXPECT_EQ(texts(reader), (Texts{"1:one", "2:two"}));
}

TEST(Store, SessionsOfAnotherStartAreNeverGivenAgain) {
  const TempFolder folder;
  const std::uint64_t first = Store(folder.path(), {}).session_base();
  const std::uint64_t second = Store(folder.path(), {}).session_base();
  EXPECT_GE(second, first + (std::uint64_t{1} << 32));
}

TEST(Store, KeepsSettings) {
  const TempFolder folder;
  {
    Store store(folder.path(), {});
    EXPECT_FALSE(store.meta("salt"));
    store.set_meta("salt", std::string("a\0b", 3));
    store.set_meta("salt", std::string("a\0c", 3));
  }
  EXPECT_EQ(Store(folder.path(), {}).meta("salt"), std::string("a\0c", 3));
}

TEST(Store, AnUncleanStopIsNoticed) {
  const TempFolder folder;
  { Store store(folder.path(), {}); }
  Store store(folder.path(), {});
  EXPECT_FALSE(store.stopped_cleanly());
  EXPECT_FALSE(store.lost_log()) << "it was closed, and with it its log";
}

TEST(Store, ALogThatWasTakenAwayMakesANewHostId) {
  const TempFolder folder;
  const TempFolder copy;
  HostId id{};
  {
    Store store(folder.path(), {});
    id = store.host_id();
    add(store, message("one"));
    std::filesystem::copy(database_in(folder.path()), database_in(copy.path()));  // without its -wal
  }
  Store store(copy.path(), {});
  EXPECT_TRUE(store.lost_log());
  EXPECT_NE(store.host_id(), id);
}

TEST(Store, ALogThatIsNoneCountsAsLostAndIsKept) {
  const TempFolder folder;
  const std::string file = database_in(folder.path());
  HostId id{};
  {
    Store store(folder.path(), {});
    id = store.host_id();
    add(store, message("one"));
  }
  const std::string log = content_of(file + "-wal");
  const auto changed = [&log](std::size_t at, std::size_t size, char octet) {
    return std::string(log).replace(at, size, size, octet);
  };
  const auto starts = [&](const std::string& octets) {
    const TempFolder copy;
    std::filesystem::copy(file, database_in(copy.path()));
    const std::string its_log = database_in(copy.path()) + "-wal";
    std::ofstream(its_log, std::ios::binary) << octets;
    const Store store(copy.path(), {});
    EXPECT_EQ(store.lost_log(), store.host_id() != id);
    EXPECT_EQ(store.damaged_log(), store.lost_log() && !octets.empty() ? its_log + ".damaged" : "");
    if (!store.damaged_log().empty()) {
      EXPECT_EQ(content_of(store.damaged_log()), octets);
    }
    return !store.lost_log();
  };
  EXPECT_TRUE(starts(log));
  EXPECT_FALSE(starts(""));
  EXPECT_FALSE(starts(log.substr(0, 31)));
  EXPECT_FALSE(starts(std::string(log.size(), '\0')));
  EXPECT_FALSE(starts(changed(0, 1, 'x'))) << "magic";
  EXPECT_FALSE(starts(changed(16, 8, '\0'))) << "salts, and with them the checksum";
  EXPECT_FALSE(starts(log.substr(0, 32))) << "no frame";
  EXPECT_FALSE(starts(changed(32, log.size() - 32, '\0'))) << "frames";
}

TEST(Store, ALogThatCannotBeReadIsNotTakenForALostOne) {
  const TempFolder folder;
  const std::string log = database_in(folder.path()) + "-wal";
  { const Store store(folder.path(), {}); }
  std::filesystem::remove(log);
  std::filesystem::create_directory(log);  // which opens, and cannot be read: root may read all else
  const StoreError error = error_of(folder.path());
  EXPECT_EQ(error.kind, StoreError::Kind::refused);
  EXPECT_EQ(std::string(error.what()), "cannot read " + log);
  EXPECT_TRUE(std::filesystem::is_directory(log));
}

TEST(Store, ALogThatWasJustBegunAnewIsNotLost) {
  const TempFolder folder;
  const std::string file = database_in(folder.path());
  std::string first;
  {
    Store store(folder.path(), {});
    first = content_of(file + "-wal");
    // What was copied into the file by now is written over.
    add(store, message("one"));
  }
  const std::string anew = content_of(file + "-wal");
  ASSERT_NE(anew.substr(0, 32), first.substr(0, 32));
  std::ofstream(file + "-wal", std::ios::binary | std::ios::trunc) << anew.substr(0, 32) << first.substr(32);
  EXPECT_TRUE(has_log(file)) << "the header was written, and then it was killed";
}

TEST(Store, WhatIsLeftOfOneDamagedLogIsNotWrittenOverByTheNext) {
  const TempFolder folder;
  const std::string log = database_in(folder.path()) + "-wal";
  { Store(folder.path(), {}); }
  for (const std::string& name : {log + ".damaged", log + ".damaged2"}) {
    std::ofstream(log, std::ios::trunc) << name;
    const Store store(folder.path(), {});
    EXPECT_EQ(store.damaged_log(), name);
  }
  EXPECT_EQ(content_of(log + ".damaged"), log + ".damaged");
}

TEST(Store, WhatItCannotUseIsRefusedAndLeftAsItIs) {
  const TempFolder folder;
  const std::string file = database_in(folder.path());
  { Store(folder.path(), {}).close(); }
  const std::string good = content_of(file);
  const auto refusal = [&](const std::string& octets) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << octets;
    const StoreError error = error_of(folder.path());
    EXPECT_EQ(content_of(file), octets);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error;
  };
  EXPECT_EQ(refusal("").kind, StoreError::Kind::damaged);
  EXPECT_EQ(refusal("no database at all, only some text that is long enough").kind, StoreError::Kind::damaged);
  EXPECT_EQ(refusal(good.substr(0, 100)).kind, StoreError::Kind::damaged);
  std::string newer = good;
  newer[63] = 9;  // user_version, https://www.sqlite.org/fileformat2.html section 1.3
  EXPECT_EQ(refusal(newer).kind, StoreError::Kind::refused);
  std::string foreign = good;
  foreign[71] = 9;  // application_id
  EXPECT_EQ(refusal(foreign).kind, StoreError::Kind::refused);
}

TEST(Store, AFileThatIsGoneWhileItsLogIsThereIsNotMadeAnew) {
  const TempFolder folder;
  std::ofstream(database_in(folder.path()) + "-wal") << "log";
  EXPECT_EQ(error_of(folder.path()).kind, StoreError::Kind::damaged);
  EXPECT_FALSE(std::filesystem::exists(database_in(folder.path())));
}

TEST(Store, AnUnfinishedBirthIsBegunAgain) {
  const TempFolder folder;
  std::ofstream(database_in(folder.path()) + ".new") << "half";
  Store store(folder.path(), {});
  EXPECT_EQ(add(store, message("one")), 1u);
}

TEST(Store, RemembersSenders) {
  const TempFolder folder;
  Store store(folder.path(), {});
  StoreReader reader(folder.path());
  EXPECT_FALSE(reader.sender(ClientKey{1}));
  for (const std::uint64_t last : {4, 5}) {
    store.begin();
    store.remember(ClientKey{1}, 3, last, 1000);
    store.commit();
  }
  EXPECT_EQ(reader.sender(ClientKey{1})->session, 3u);
  EXPECT_EQ(reader.sender(ClientKey{1})->last_message, 5u);
}

// ---- Reading -------------------------------------------------------------------------------------------------------

TEST(StoreReader, FillsALogWithTheLastPosts) {
  const TempFolder folder;
  Store store(folder.path(), {});
  for (int i = 1; i <= 30; ++i) add(store, message(std::to_string(i)));
  StoreReader reader(folder.path());
  Room room("lobby", {.bytes = SIZE_MAX, .entries = 10, .first_piece_bytes = 256, .piece_bytes = 256}, {});
  Log& log = room.log();
  reader.fill(room);
  EXPECT_EQ(log.last(), 30u);
  EXPECT_GE(log.first(), 20u);
  const auto found = log.read(30, 1 << 20);
  ASSERT_TRUE(found);
  FrameReader frames(limits::frame_bytes);
  frames.feed(found->run.octets);
  EXPECT_EQ(Post::decode(frames.next()->body).body, "30");
  log.append("31");
  EXPECT_EQ(log.last(), 31u);
}

TEST(StoreReader, ALogOfARoomWithoutPostsBeginsAtOne) {
  const TempFolder folder;
  Store store(folder.path(), {});
  StoreReader reader(folder.path());
  Room room("lobby", {}, {});
  Log& log = room.log();
  reader.fill(room);
  log.append("1");
  EXPECT_EQ(log.last(), 1u);
}

TEST(StoreReader, PagesHaveNoHolesAndEndInTime) {
  const TempFolder folder;
  Store store(folder.path(), {});
  for (int i = 1; i <= 100; ++i) add(store, message(std::string(100, 'x')));
  StoreReader reader(folder.path());
  const auto page = reader.read("lobby", 11, 1000);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->first, 11u);
  EXPECT_GE(page->run.octets.size(), 1000u);
  EXPECT_LT(page->run.octets.size(), 1200u);
  FrameReader frames(limits::frame_bytes);
  frames.feed(page->run.octets);
  Seq seq = 11;
  while (const auto frame = frames.next()) EXPECT_EQ(Post::decode(frame->body).seq, seq++);
  EXPECT_EQ(page->run.next, seq);
  EXPECT_FALSE(reader.read("lobby", 101, 1000));
  EXPECT_FALSE(reader.read("ops", 1, 1000));
}

TEST(StoreReader, HistoryIsTheLastBeforeAPostNotOlderThanATime) {
  const TempFolder folder;
  Store store(folder.path(), {});
  for (std::uint64_t i = 1; i <= 10; ++i) add(store, message(std::to_string(i), i * 1000));
  StoreReader reader(folder.path());
  const auto seqs = [&](Seq before, std::uint64_t since, std::uint32_t count, std::size_t most = SIZE_MAX) {
    std::vector<Seq> all;
    for (const Post& post : reader.history("lobby", before, since, count, most)) all.push_back(post.seq);
    return all;
  };
  EXPECT_EQ(seqs(0, 0, 3), (std::vector<Seq>{8, 9, 10}));
  EXPECT_EQ(seqs(4, 0, 2), (std::vector<Seq>{2, 3}));
  EXPECT_EQ(seqs(9, 6000, 100), (std::vector<Seq>{6, 7, 8}));
  EXPECT_EQ(seqs(1, 0, 100), std::vector<Seq>{});
  EXPECT_EQ(seqs(0, 0, 100, 1), std::vector<Seq>{10}) << "one is always given";
}

// ---- Retention -----------------------------------------------------------------------------------------------------

TEST(Store, ForgetsWhatIsTooOldInEveryRoom) {
  const TempFolder folder;
  Store store(folder.path(), {});
  for (std::uint64_t i = 1; i <= 10; ++i) {
    add(store, message("a", i * 1000));
    add(store, message("b", i * 1000, "ops"));
  }
  while (store.prune({.age = 4s}, 10'000)) {
  }
  StoreReader reader(folder.path());
  EXPECT_EQ(texts(reader).size(), 5u);
  EXPECT_EQ(texts(reader).front(), "6:a");
  EXPECT_EQ(texts(reader, "ops").front(), "6:b");
  while (store.prune({.age = 4s}, 1'000'000)) {
  }
  EXPECT_TRUE(texts(reader).empty());
  EXPECT_EQ(add(store, message("a")), 11u) << "a number is never given again";
}

TEST(Store, ForgetsUpToThePostThatStaysThoughALaterOneLooksOlder) {
  const TempFolder folder;
  {
    Store store(folder.path(), {});
    for (const std::uint64_t time : {1'000u, 9'000u, 2'000u}) add(store, message("a", time));
    while (store.prune({.age = 4s}, 10'000)) {
    }
    StoreReader reader(folder.path());
    EXPECT_EQ(texts(reader), (std::vector<std::string>{"2:a", "3:a"})) << "no hole";
  }
  EXPECT_NO_THROW(Store(folder.path(), {}));
}

TEST(Store, ForgetsTheOldestWhenItGetsTooLarge) {
  const TempFolder folder;
  Store store(folder.path(), {});
  for (std::uint64_t i = 1; i <= 400; ++i) add(store, message(std::string(4000, 'x'), i, i % 2 == 0 ? "lobby" : "ops"));
  constexpr std::uint64_t most = 1024 * 1024;
  while (store.prune({.bytes = most}, 1000)) {
  }
  StoreReader reader(folder.path());
  const auto lobby = reader.history("lobby", 0, 0, 1000, SIZE_MAX);
  const auto ops = reader.history("ops", 0, 0, 1000, SIZE_MAX);
  EXPECT_GT(lobby.size() + ops.size(), 200u);
  EXPECT_LT(lobby.size() + ops.size(), 262u);
  EXPECT_EQ(lobby.back().seq, 200u);
  EXPECT_LE(std::max(lobby.front().time_ms, ops.front().time_ms) - std::min(lobby.front().time_ms, ops.front().time_ms),
            2u)
      << "the oldest of all rooms went first";
  store.close();
  EXPECT_LE(std::filesystem::file_size(database_in(folder.path())), most) << "the file gave back its space";
}

TEST(Store, NothingIsForgottenUntilItIsToldTo) {
  const TempFolder folder;
  Store store(folder.path(), {});
  add(store, message("a", 1));
  EXPECT_FALSE(store.prune({}, UINT64_MAX / 2));
  StoreReader reader(folder.path());
  EXPECT_EQ(texts(reader).size(), 1u);
}

// ---- Tools ---------------------------------------------------------------------------------------------------------

TEST(StoreTools, CheckSaysWhatIsThereOrWhatIsMissing) {
  const TempFolder folder;
  {
    Store store(folder.path(), {});
    for (int i = 0; i < 3; ++i) add(store, message("a"));
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(check_data(folder.path(), out, err), 0) << "beside a running host";
    EXPECT_EQ(out.str(), database_in(folder.path()) + " is whole: 3 posts in 1 rooms\n");
    store.close();
  }
  Database(database_in(folder.path()), Database::Access::write).run("DELETE FROM posts WHERE seq=2");
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(check_data(folder.path(), out, err), 1);
  EXPECT_NE(err.str().find("posts of lobby are missing"), std::string::npos);
  EXPECT_EQ(check_data(folder.path() + "/none", out, err), 1);
}

TEST(StoreTools, CheckWarnsOfALogThatIsGone) {
  const TempFolder folder;
  const auto warning = [&] {
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(check_data(folder.path(), out, err), 0) << "as of a copy";
    return err.str();
  };
  {
    Store store(folder.path(), {});
    EXPECT_EQ(warning(), "") << "beside a running host";
  }
  EXPECT_EQ(warning(), "") << "after an unclean stop";
  std::filesystem::remove(database_in(folder.path()) + "-wal");
  for (const char* time : {"first", "second"})
    EXPECT_NE(warning().find("its write-ahead log is gone or damaged"), std::string::npos) << time;
  EXPECT_TRUE(Store(folder.path(), {}).lost_log()) << "though --check was here";
  Store(folder.path(), {}).close();
  EXPECT_EQ(warning(), "") << "after a clean stop";
}

TEST(StoreTools, ExportWritesJsonLinesAndSealedBodiesAsTheyAre) {
  const TempFolder folder;
  Store store(folder.path(), {});
  add(store, message("say \"hi\"\n\\o/"));
  add(store, message(std::string("\xff\x00\x01\x02", 4)));
  Post join = message("");
  join.kind = PostKind::join;
  join.message = 0;
  join.body = Presence{2, 0, 0, Goodbye::left}.encode(PostKind::join);
  add(store, join);
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(export_data(folder.path(), nullptr, out, err), 0);
  const std::string same = R"("sender":"alice","session":3,"message":)";
  EXPECT_EQ(out.str(),
            R"({"room":"lobby","seq":1,)" + same + R"(7,"time_ms":1000,"kind":"message","text":"say \"hi\"\n\\o/"})" +
                "\n" + R"({"room":"lobby","seq":2,)" + same +
                R"(7,"time_ms":1000,"kind":"message","octets":"/wABAg=="})" + "\n" + R"({"room":"lobby","seq":3,)" +
                same + R"(0,"time_ms":1000,"kind":"join","members":2})" + "\n");
}

TEST(DataFolder, IsMadeForItsUserAloneAndTakenByOneHost) {
  const TempFolder parent;
  const std::string path = parent.path() + "/den";
  const DataFolder first(path);
  namespace fs = std::filesystem;
#ifndef _WIN32  // where a folder of a user's is closed to others, and has no modes
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(path + "/lock").permissions(), fs::perms::owner_read | fs::perms::owner_write);
#endif
  try {
    const DataFolder second(path);
    ADD_FAILURE() << "two hosts have one folder";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("uses " + path), std::string::npos);
  }
}

#ifndef _WIN32
TEST(DataFolder, AFolderThatOthersMayWriteToIsRefused) {
  const TempFolder parent;
  std::filesystem::permissions(parent.path(), std::filesystem::perms::all);
  EXPECT_THROW(DataFolder{parent.path()}, StoreError);
}
#endif

}  // namespace
}  // namespace chat
