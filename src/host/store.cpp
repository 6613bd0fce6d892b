#include "host/store.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>

#include "host/data_folder.hpp"

namespace chat {

namespace {

constexpr std::uint64_t application_id = 0x434c4e54;  // "CLNT": this file is ours
constexpr std::uint64_t no_post = UINT64_MAX;
constexpr std::uint64_t sessions_per_start = std::uint64_t{1} << 32;
constexpr int checkpoint_pages = 1000;
constexpr std::uint64_t pruned_at_once = 500;  // posts: a few milliseconds
constexpr std::uint64_t pages_given_back_at_once = 500;
constexpr const char* rooms_begin_after = "rooms_begin_after";  // meta: the number before the first one of a new room

// Step n takes a file of version n - 1 to version n. Each runs in one transaction with its version number.
constexpr std::array migrations{
    R"(CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE rooms(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL);
CREATE TABLE posts(room INTEGER NOT NULL, seq INTEGER NOT NULL, sender TEXT NOT NULL, session INTEGER NOT NULL,
  message INTEGER NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(room, seq)) WITHOUT ROWID;
CREATE TABLE senders(key BLOB PRIMARY KEY, session INTEGER NOT NULL, last_message INTEGER NOT NULL,
  seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX senders_seen ON senders(seen);
PRAGMA application_id=0x434c4e54;)",
    R"(ALTER TABLE rooms ADD COLUMN lock BLOB NOT NULL DEFAULT x'';
ALTER TABLE rooms ADD COLUMN topic BLOB NOT NULL DEFAULT x'';)",
    "CREATE TABLE facts(kind TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY(kind, name)) "
    "WITHOUT ROWID;",
    // Numbers that were given while history was off.
    R"(CREATE TABLE holes(room INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY(room, first)) WITHOUT ROWID;)"};
static_assert(migrations.size() == Store::schema_version);

template <class Array>
std::string_view octets_of(const Array& array) {
  return {reinterpret_cast<const char*>(array.data()), array.size()};
}

StoreError damaged(const std::string& path, const std::string& how) {
  return {StoreError::Kind::damaged, path + " is damaged: " + how,
          "nothing was changed; look at a copy with: host --check FOLDER, or sqlite3 chat.db .recover"};
}

// A file that is there under one of two names: to rename it takes no space, which the disk may not have.
std::string history_on(const std::string& folder) { return folder + "/history.on"; }
std::string history_off(const std::string& folder) { return folder + "/history.off"; }
// Is there while a host starts that has lost its write-ahead log: should it not get through, the next start finds the
// log that this one began.
std::string log_lost(const std::string& folder) { return folder + "/log.lost"; }

void make_empty(const std::string& path) {
  if (std::filesystem::exists(path) || std::ofstream(path)) return;
  throw StoreError(StoreError::Kind::refused, "cannot write " + path, "make room, or choose another folder");
}

}  // namespace

HostId random_host_id() {
  HostId id{};
  std::random_device random;
  for (auto& octet : id) octet = static_cast<std::uint8_t>(random());
  return id;
}

struct Store::Statements {
  explicit Statements(Database& database)
      : begin(database, "BEGIN IMMEDIATE"),
        commit(database, "COMMIT"),
        add_post(database, "INSERT INTO posts VALUES(?,?,?,?,?,?,?,?)"),
        add_room(database,
                 "INSERT INTO rooms(name, last) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET name=name RETURNING id"),
        lock_room(database, "UPDATE rooms SET lock=? WHERE id=?"),
        set_topic(database, "UPDATE rooms SET topic=? WHERE id=?"),
        forget_room(database, "UPDATE rooms SET lock=x'', topic=x'' WHERE name=?"),
        forget_posts(database, "DELETE FROM posts WHERE room=(SELECT id FROM rooms WHERE name=?)"),
        set_last(database, "UPDATE rooms SET last=? WHERE id=?"),
        add_hole(database, "INSERT INTO holes VALUES(?,?,?)"),
        set_sender(
            database,
            "INSERT INTO senders VALUES(?1,?2,?3,?4) ON CONFLICT(key) DO UPDATE SET session=?2, last_message=?3, "
            "seen=?4"),
        keep_fact(database, "INSERT INTO facts VALUES(?1,?2,?3) ON CONFLICT(kind, name) DO UPDATE SET value=?3"),
        drop_fact(database, "DELETE FROM facts WHERE kind=? AND name=?"),
        get_meta(database, "SELECT value FROM meta WHERE name=?"),
        set_meta(database, "INSERT INTO meta VALUES(?1,?2) ON CONFLICT(name) DO UPDATE SET value=?2"),
        first_post(database, "SELECT seq, time FROM posts WHERE room=? ORDER BY seq LIMIT 1"),
        // Up to the first one that stays: times need not rise with numbers, and a hole looks like posts that are lost.
        prune_posts(
            database,
            "DELETE FROM posts WHERE room=?1 AND seq>=?2 AND seq<ifnull((SELECT seq FROM posts WHERE room=?1 AND "
            "seq>=?2 AND seq<?2+?3 AND time>=?4 AND seq<>?5 ORDER BY seq LIMIT 1), ?2+?3)"),
        prune_senders(database, "DELETE FROM senders WHERE key IN (SELECT key FROM senders ORDER BY seen LIMIT ?)") {}
  Statement begin, commit, add_post, add_room, lock_room, set_topic, forget_room, forget_posts, set_last, add_hole,
      set_sender, keep_fact, drop_fact, get_meta, set_meta, first_post, prune_posts, prune_senders;
};

// ---- Opening -------------------------------------------------------------------------------------------------------

Store::Store(const std::string& folder, StoreSettings settings) : path_(database_in(folder)), folder_(folder) {
  namespace fs = std::filesystem;
  if (!fs::exists(path_)) {
    if (fs::exists(path_ + "-wal")) throw damaged(path_, "it is gone, and its write-ahead log is still there");
    // Under its final name there is never less than a whole file.
    const std::string unborn = path_ + ".new";
    for (const char* rest : {"", "-journal", "-wal", "-shm"}) fs::remove(unborn + rest);
    database_.emplace(unborn, Database::Access::create, settings.vfs);
    database_->run("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA synchronous=FULL");
    migrate();
    database_.reset();
    settle_file(unborn, path_);
  }
  // SQLite would take an empty file for a new one.
  if (fs::file_size(path_) == 0) throw damaged(path_, "it is empty");
  const bool has_log_now = has_log(path_);
  if (!has_log_now) set_log_aside();
  const bool had_log = has_log_now && !fs::exists(log_lost(folder_));
  try {
    database_.emplace(path_, Database::Access::write, settings.vfs);
    if (database_->number("PRAGMA application_id") != application_id)
      throw StoreError(StoreError::Kind::refused, path_ + " is no file of Clint's",
                       "choose another folder with --data");
    const std::uint64_t version = database_->number("PRAGMA user_version");
    if (version > schema_version)
      throw StoreError(StoreError::Kind::refused,
                       path_ + " was written by a newer host (version " + std::to_string(version) + " of the file, " +
                           std::to_string(schema_version) + " is known here)",
                       "start that host, or choose another folder with --data");
    if (!had_log && version > 0 &&
        database_->number("SELECT CAST(value AS TEXT)='0' FROM meta WHERE name='stopped_cleanly'") == 1)
      make_empty(log_lost(folder_));
    database_->run("PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864");
    database_->run(settings.durability == Durability::power ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    migrate();
    statements_ = std::make_unique<Statements>(*database_);
    load();
    lost_log_ = !stopped_cleanly_ && !had_log;
    session_base_ = std::max(session_base_, settings.session_base);
    begin();
    if (lost_log_) {  // numbers that clients have seen may be given again: they must not trust theirs
      host_id_ = random_host_id();
      set_meta("host_id", octets_of(host_id_));
    }
    set_meta("session_base", std::to_string(session_base_ + sessions_per_start));
    set_meta("stopped_cleanly", "0");
    was_off_ = fs::exists(history_off(folder_));
    if (was_off_) {
      for (auto& [name, each] : rooms_) pass_over(name, each.last + numbers_passed_over);
      rooms_begin_after_ += numbers_passed_over;
      set_meta(rooms_begin_after, std::to_string(rooms_begin_after_));
    }
    commit();
    // In the file itself, too: a log that is taken away shall not take this with it.
    database_->checkpoint();
    std::error_code none;
    fs::remove(log_lost(folder_), none);
    if (was_off_) keep_again();
    make_empty(history_on(folder_));
  } catch (const StoreError& error) {
    if (error.kind == StoreError::Kind::full)
      throw StoreError(error.kind, "cannot write to " + path_ + ": disk full", "make room, or choose another folder");
    if (error.kind != StoreError::Kind::damaged || !error.hint.empty()) throw;
    throw StoreError(error.kind, error.what(), damaged("", "").hint);
  }
}

Store::~Store() {
  statements_.reset();
  database_.reset();
}

// SQLite would write over it.
void Store::set_log_aside() {
  namespace fs = std::filesystem;
  const std::string log = path_ + "-wal";
  std::error_code none;
  if (const auto size = fs::file_size(log, none); none || size == 0) return;
  damaged_log_ = log + ".damaged";
  for (int n = 2; fs::exists(damaged_log_); ++n) damaged_log_ = log + ".damaged" + std::to_string(n);
  settle_file(log, damaged_log_);
}

void Store::migrate() {
  for (std::uint64_t version = database_->number("PRAGMA user_version"); version < schema_version; ++version) {
    database_->run("BEGIN IMMEDIATE");
    try {
      database_->run(migrations[version]);
      if (version == 0) {
        Statement set(*database_, "INSERT INTO meta VALUES(?,?)");
        const HostId id = random_host_id();
        set.text(1, "host_id").blob(2, octets_of(id)).run();
        set.text(1, "session_base").blob(2, "0").run();
        set.text(1, "stopped_cleanly").blob(2, "1").run();
      }
      database_->run(("PRAGMA user_version=" + std::to_string(version + 1)).c_str());
      database_->run("COMMIT");
    } catch (const StoreError&) {
      database_->run("ROLLBACK");
      throw;
    }
  }
}

void Store::load() {
  const auto wanted = [&](std::string_view name) {
    auto value = meta(name);
    if (!value) throw damaged(path_, std::string(name) + " is missing");
    return std::move(*value);
  };
  const Bytes id = wanted("host_id");
  if (id.size() != host_id_.size()) throw damaged(path_, "host_id has a wrong length");
  std::copy(id.begin(), id.end(), host_id_.begin());
  stopped_cleanly_ = wanted("stopped_cleanly") == "1";
  session_base_ = std::strtoull(wanted("session_base").c_str(), nullptr, 10);
  rooms_begin_after_ = std::strtoull(meta(rooms_begin_after).value_or("0").c_str(), nullptr, 10);
  Statement rooms(*database_,
                  "SELECT id, name, last, (SELECT seq FROM posts WHERE room=id ORDER BY seq DESC LIMIT 1), "
                  "(SELECT max(last) FROM holes WHERE room=rooms.id) FROM rooms");
  while (rooms.step()) {
    Room room;
    room.id = rooms.number(0);
    room.last = room.committed = rooms.number(2);
    const std::string name(rooms.octets(1));
    const Seq stored = rooms.number(3);  // 0: all were pruned
    if (stored != 0 && std::max(stored, rooms.number(4)) != room.last)
      throw damaged(path_, "posts of " + printable(name) + " are missing");
    rooms_.emplace(name, room);
  }
}

// ---- Transactions --------------------------------------------------------------------------------------------------

std::optional<Bytes> Store::meta(std::string_view name) {
  std::optional<Bytes> value;
  if (statements_->get_meta.text(1, name).step()) value = Bytes(statements_->get_meta.octets(0));
  statements_->get_meta.reset();
  return value;
}

void Store::set_meta(std::string_view name, std::string_view value) {
  statements_->set_meta.text(1, name).blob(2, value).run();
}

void Store::begin() {
  statements_->begin.run();
  in_transaction_ = true;
}

Store::Room& Store::room(const std::string& name) {
  auto found = rooms_.find(name);
  if (found == rooms_.end()) {
    Statement& add = statements_->add_room;
    add.text(1, name).bind(2, rooms_begin_after_).step();
    Room made;
    made.id = add.number(0);
    made.last = made.committed = rooms_begin_after_;
    made.oldest_ms = no_post;
    made.made = true;
    add.reset();
    found = rooms_.emplace(name, made).first;
  }
  if (!found->second.touched) {
    found->second.touched = true;
    touched_.push_back(found);
  }
  return found->second;
}

Seq Store::add(const Post& post) {
  Room& in = room(post.room);
  statements_->add_post.bind(1, in.id)
      .bind(2, in.last + 1)
      .text(3, post.sender)
      .bind(4, post.session)
      .bind(5, post.message)
      .bind(6, post.time_ms)
      .bind(7, static_cast<std::uint64_t>(post.kind))
      .blob(8, post.body)
      .run();
  if (post.kind == PostKind::topic) {
    Post topic = post;
    topic.seq = in.last + 1;
    statements_->set_topic.blob(1, topic.encode()).bind(2, in.id).run();
  }
  if (in.oldest_ms == no_post) in.oldest_ms = 0;
  return ++in.last;
}

void Store::lock_room(const std::string& name, std::string_view lock) {
  statements_->lock_room.blob(1, lock).bind(2, room(name).id).run();
}

void Store::set_topic(const std::string& name, std::string_view topic) {
  statements_->set_topic.blob(1, topic).bind(2, room(name).id).run();
}

void Store::forget_room(const std::string& name) {
  statements_->forget_room.text(1, name).run();
  statements_->forget_posts.text(1, name).run();
  if (const auto found = rooms_.find(name); found != rooms_.end()) found->second.oldest_ms = 0;
}

void Store::keep(const Ledger::Fact& fact) {
  if (fact.value.empty())
    statements_->drop_fact.text(1, fact.kind).text(2, fact.name).run();
  else
    statements_->keep_fact.text(1, fact.kind).text(2, fact.name).blob(3, fact.value).run();
}

void Store::remember(const ClientKey& key, std::uint64_t session, std::uint64_t last_message, std::uint64_t now_ms) {
  statements_->set_sender.blob(1, octets_of(key)).bind(2, session).bind(3, last_message).bind(4, now_ms).run();
}

void Store::commit() {
  for (const auto& at : touched_) statements_->set_last.bind(1, at->second.last).bind(2, at->second.id).run();
  statements_->commit.run();
  in_transaction_ = false;
  for (const auto& at : touched_) {
    at->second.committed = at->second.last;
    at->second.touched = at->second.made = false;
  }
  touched_.clear();
}

void Store::rollback() noexcept {
  for (const auto& at : touched_) {
    at->second.last = at->second.committed;
    at->second.touched = false;
    if (at->second.made) rooms_.erase(at);  // its row went with the transaction
  }
  touched_.clear();
  if (!in_transaction_) return;
  in_transaction_ = false;
  try {
    database_->run("ROLLBACK");
  } catch (const StoreError&) {
    return;  // SQLite has rolled back by itself, as it does after most errors
  }
}

// ---- While history is off ------------------------------------------------------------------------------------------

void Store::leave_off() {
  // Perhaps it has its name already, and only that could not be synced.
  const bool named = std::filesystem::exists(history_off(folder_));
  settle_file(named ? history_off(folder_) : history_on(folder_), history_off(folder_));
}

void Store::keep_again() {
  database_->checkpoint();  // the numbers are on the disk before the file says that they are
  settle_file(history_off(folder_), history_on(folder_));
}

void Store::pass_over(const std::string& name, Seq last) {
  Room& in = room(name);
  if (last <= in.last) return;
  statements_->add_hole.bind(1, in.id).bind(2, in.last + 1).bind(3, last).run();
  in.last = last;
}

bool Store::has_sealed() {
  static_assert(static_cast<int>(PostKind::sealed) == 7);
  return database_->number("SELECT EXISTS(SELECT 1 FROM posts WHERE kind=7)") == 1;
}

void Store::checkpoint_if_due() {
  if (database_->log_pages() >= checkpoint_pages) database_->checkpoint();
}

void Store::close() {
  set_meta("stopped_cleanly", "1");
  statements_.reset();
  database_->tidy_at_close();
  database_.reset();
}

// ---- Retention -----------------------------------------------------------------------------------------------------

std::uint64_t Store::bytes_used() {
  return (database_->number("PRAGMA page_count") - database_->number("PRAGMA freelist_count")) *
         database_->number("PRAGMA page_size");
}

bool Store::prune(const Keep& keep, std::uint64_t now_ms) {
  bool more = forget_senders();
  const auto age_ms = static_cast<std::uint64_t>(std::chrono::milliseconds(keep.age).count());
  const std::uint64_t too_old = keep.age.count() > 0 && age_ms < now_ms ? now_ms - age_ms : 0;
  const bool too_many = keep.bytes > 0 && bytes_used() > keep.bytes;
  // The room with the oldest post, and the age of the next one: what is older goes, whatever room it is in.
  Room* oldest = nullptr;
  std::uint64_t next_ms = no_post;
  for (auto& [name, each] : rooms_) {
    if (each.oldest_ms == 0) {
      Statement& first = statements_->first_post;
      each.oldest_ms = first.bind(1, each.id).step() ? first.number(1) : no_post;
      first.reset();
    }
    if (each.oldest_ms == no_post) continue;
    if (!oldest || each.oldest_ms < oldest->oldest_ms) {
      if (oldest) next_ms = oldest->oldest_ms;
      oldest = &each;
    } else {
      next_ms = std::min(next_ms, each.oldest_ms);
    }
  }
  if (oldest && (too_many || oldest->oldest_ms < too_old)) {
    const std::uint64_t before = too_many ? next_ms : too_old;
    more = prune_room(*oldest, before, too_many) || more;
  }
  if (database_->number("PRAGMA freelist_count") == 0) return more;
  database_->run(("PRAGMA incremental_vacuum(" + std::to_string(pages_given_back_at_once) + ")").c_str());
  return more || database_->number("PRAGMA freelist_count") > 0;
}

// The room's first posts, as far as they are older, and the very first in any case if that is asked for.
bool Store::prune_room(Room& room, std::uint64_t before_ms, bool at_least_one) {
  Statement& find = statements_->first_post;
  const bool any = find.bind(1, room.id).step();
  const Seq first = any ? find.number(0) : 0;
  find.reset();
  room.oldest_ms = 0;
  if (!any) return false;
  const std::uint64_t most = std::min<std::uint64_t>(before_ms, INT64_MAX);
  statements_->prune_posts.bind(1, room.id)
      .bind(2, first)
      .bind(3, pruned_at_once)
      .bind(4, most)
      .bind(5, at_least_one ? first : 0)
      .run();
  return true;
}

// Those who were here long ago, when there are too many.
bool Store::forget_senders() {
  const std::uint64_t known = database_->number("SELECT count(*) FROM senders");
  if (known <= limits::senders_remembered) return false;
  const std::uint64_t too_many = known - limits::senders_remembered;
  statements_->prune_senders.bind(1, std::min(too_many, pruned_at_once)).run();
  return too_many > pruned_at_once;
}

}  // namespace chat
