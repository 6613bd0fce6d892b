// Row E9 of the fault table: files of older versions are taken over whole, whenever the host that does it dies.
#include <gtest/gtest.h>

#include <fstream>

#include "host/data_folder.hpp"
#include "host/store.hpp"
#include "host/store_reader.hpp"
#include "unit/temp_folder.hpp"
#include "unit/test_vfs.hpp"

namespace chat {
namespace {

// As hosts of these versions made their files: what stands here never changes.
constexpr const char* version_1 = R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE rooms(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL);
CREATE TABLE posts(room INTEGER NOT NULL, seq INTEGER NOT NULL, sender TEXT NOT NULL, session INTEGER NOT NULL,
  message INTEGER NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(room, seq)) WITHOUT ROWID;
CREATE TABLE senders(key BLOB PRIMARY KEY, session INTEGER NOT NULL, last_message INTEGER NOT NULL,
  seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX senders_seen ON senders(seen);
PRAGMA application_id=0x434c4e54;
INSERT INTO meta VALUES('host_id', x'000102030405060708090a0b0c0d0e0f'), ('session_base', CAST('4294967296' AS BLOB)),
  ('stopped_cleanly', CAST('1' AS BLOB));
INSERT INTO rooms VALUES(1, 'lobby', 3), (2, 'ops', 1);
INSERT INTO posts VALUES(1, 2, 'alice', 4294967297, 1, 1000, 1, CAST('two' AS BLOB)),
  (1, 3, 'alice', 4294967297, 2, 2000, 1, CAST('three' AS BLOB)),
  (2, 1, 'bob', 4294967298, 1, 3000, 1, CAST('over here' AS BLOB));
INSERT INTO senders VALUES(x'01000000000000000000000000000000', 4294967297, 2, 2000);
PRAGMA user_version=1;)";
constexpr const char* version_2 = R"(
ALTER TABLE rooms ADD COLUMN lock BLOB NOT NULL DEFAULT x'';
ALTER TABLE rooms ADD COLUMN topic BLOB NOT NULL DEFAULT x'';
UPDATE rooms SET lock=CAST('a lock' AS BLOB), topic=CAST('a topic' AS BLOB) WHERE name='ops';
PRAGMA user_version=2;)";
constexpr const char* version_3 = R"(
CREATE TABLE facts(kind TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY(kind, name)) WITHOUT ROWID;
PRAGMA user_version=3;)";

void make_file(const std::string& folder, std::uint64_t version) {
  Database file(database_in(folder), Database::Access::create);
  file.run("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL");
  file.run(version_1);
  if (version >= 2) file.run(version_2);
  if (version >= 3) file.run(version_3);
  file.tidy_at_close();
}

using Texts = std::vector<std::string>;

// All that was in the file of that version, in one of today's.
void expect_all_there(const std::string& folder, std::uint64_t version) {
  Store store(folder, {});
  EXPECT_EQ(Database(database_in(folder), Database::Access::read).number("PRAGMA user_version"), Store::schema_version);
  EXPECT_GE(store.session_base(), 4294967296u);
  StoreReader reader(folder);
  Texts all;
  for (const char* room : {"lobby", "ops"})
    for (const Post& post : reader.history(room, 0, 0, 100, SIZE_MAX))
      all.push_back(std::to_string(post.seq) + " " + post.sender + ": " + post.body);
  EXPECT_EQ(all, (Texts{"2 alice: two", "3 alice: three", "1 bob: over here"}));
  Texts rooms;
  for (const auto& room : reader.kept_rooms()) rooms.push_back(room.name + "," + room.lock + "," + room.topic);
  EXPECT_EQ(rooms, (version == 1 ? Texts{"lobby,,", "ops,,"} : Texts{"lobby,,", "ops,a lock,a topic"}));
  const auto alice = reader.sender(ClientKey{1});
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->session, 4294967297u);
  EXPECT_EQ(alice->last_message, 2u);
  EXPECT_TRUE(reader.facts().empty());
  // And it is used on.
  Post post;
  post.room = "lobby";
  post.sender = "alice";
  post.body = "four";
  store.begin();
  EXPECT_EQ(store.add(post), 4u);
  store.lock_room("ops", "another lock");
  store.keep({"ban", "mallory", "spam"});
  store.commit();
  EXPECT_EQ(reader.facts().size(), 1u);
  store.close();
}

TEST(Migration, FilesOfOlderVersionsAreTakenOverWithAllThatIsInThem) {
  for (const std::uint64_t version : {1, 2, 3}) {
    SCOPED_TRACE("version " + std::to_string(version));
    const TempFolder folder;
    make_file(folder.path(), version);
    EXPECT_EQ(Store(folder.path(), {}).host_id()[15], 0x0f) << "it is the same host";
    expect_all_there(folder.path(), version);
  }
}

TEST(Migration, E9_OneThatIsInterruptedIsDoneOrNotAndGoesOnWithTheNextStart) {
  for (const std::uint64_t version : {1, 2, 3}) {
    std::set<std::uint64_t> left;
    bool interrupted = true;
    int operations = 0;
    for (; interrupted; ++operations) {
      SCOPED_TRACE("version " + std::to_string(version) + ", after " + std::to_string(operations) + " operations");
      const TempFolder folder;
      make_file(folder.path(), version);
      std::mt19937 random(static_cast<unsigned>(operations));
      {
        TestVfs vfs;
        vfs.cut_after(operations);
        try {
          Store(folder.path(), {Durability::power, 0, TestVfs::name}).close();
          interrupted = false;
        } catch (const StoreError&) {
          interrupted = true;
        }
        vfs.leave_what_survived(512, random);
      }
      {
        Database file(database_in(folder.path()), Database::Access::write);
        const std::uint64_t reached = file.number("PRAGMA user_version");
        left.insert(reached);
        EXPECT_EQ(file.number("SELECT count(*) FROM pragma_table_info('rooms') WHERE name IN ('lock', 'topic')"),
                  reached >= 2 ? 2u : 0u);
        EXPECT_EQ(file.number("SELECT count(*) FROM sqlite_schema WHERE name='facts'"), reached >= 3 ? 1u : 0u);
        EXPECT_EQ(file.number("SELECT count(*) FROM sqlite_schema WHERE name='holes'"), reached >= 4 ? 1u : 0u);
      }
      expect_all_there(folder.path(), version);
    }
    EXPECT_GT(operations, 10);
    EXPECT_EQ(left.size(), Store::schema_version - version + 1) << "some cuts came after each step";
  }
}

}  // namespace
}  // namespace chat
