#include "host/sqlite.hpp"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace chat {

namespace {

constexpr int busy_ms = 5000;

#ifdef EDQUOT
constexpr int over_quota = EDQUOT;
#else
constexpr int over_quota = ENOSPC;  // Windows, where SQLite itself says SQLITE_FULL
#endif

// Space that may come back. A failed sync never counts as that: what it left on the disk is unknown.
bool is_full(int code, int system_error) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  if ((code & 0xff) != SQLITE_IOERR || code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return false;
  return system_error == ENOSPC || system_error == over_quota;
}

}  // namespace

bool has_log(const std::string& path) {
  if (!std::filesystem::exists(path + "-wal")) return false;
  std::array<char, 32 + 24> octets{};  // the log's header, and its first frame's
  std::ifstream log(path + "-wal", std::ios::binary);
  const bool whole = log.is_open() && log.read(octets.data(), octets.size());
  if (!log.is_open() || log.bad())
    throw StoreError(StoreError::Kind::refused, "cannot read " + path + "-wal", "make it readable for this user");
  if (!whole) return false;
  const auto word = [&](std::size_t at, bool big_endian = true) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value = value << 8 | static_cast<unsigned char>(octets[at + (big_endian ? i : 3 - i)]);
    return value;
  };
  constexpr std::uint32_t magic = 0x377f0682;  // the lowest bit: what the checksum adds up are big-endian words
  if ((word(0) | 1) != (magic | 1)) return false;
  std::array<std::uint32_t, 2> sum{};
  for (std::size_t at = 0; at < 24; at += 8) {
    sum[0] += word(at, word(0) != magic) + sum[1];
    sum[1] += word(at + 4, word(0) != magic) + sum[0];
  }
  if (sum[0] != word(24) || sum[1] != word(28)) return false;
  // A log that is written anew from its beginning counts its first salt up, and has old frames until they follow.
  const std::uint32_t age = word(16) - word(32 + 8);
  return age <= 1;
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Database::Database(const std::string& path, Access access, const char* vfs) : path_(path) {
  const int how = access == Access::read    ? SQLITE_OPEN_READONLY
                  : access == Access::write ? SQLITE_OPEN_READWRITE
                                            : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, busy_ms);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // One connection alone writes and checkpoints, and says itself when: this takes the place of SQLite's own hook.
  sqlite3_wal_hook(
      handle,
      [](void* log_pages, sqlite3*, const char*, int pages) {
        *static_cast<int*>(log_pages) = pages;
        return SQLITE_OK;
      },
      log_pages_.get());
  if (access != Access::create) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  run("PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY");
}

void Database::fail(int code) const {
  sqlite3* const handle = handle_.get();
  const int system_error = handle ? sqlite3_system_errno(handle) : 0;
  if (is_full(code, system_error)) throw StoreError(StoreError::Kind::full, "disk full");
  std::string what = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if (system_error != 0) what += " (" + std::system_category().message(system_error) + ")";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT: throw StoreError(StoreError::Kind::passing, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: throw StoreError(StoreError::Kind::damaged, path_ + " is damaged: " + what);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: throw StoreError(StoreError::Kind::refused, "cannot use " + path_ + ": " + what);
    default: throw StoreError(StoreError::Kind::failed, "the disk failed: " + what);
  }
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::uint64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

void Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) fail(code);
}

void Database::tidy_at_close() { sqlite3_db_config(get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr); }
void Database::interrupt() { sqlite3_interrupt(get()); }

Statement::Statement(Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) database.fail(code);
  statement_.reset(statement);
}

Statement& Statement::bind(int at, std::uint64_t number) {
  sqlite3_bind_int64(statement_.get(), at, static_cast<sqlite3_int64>(number));
  return *this;
}

Statement& Statement::text(int at, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

// A null pointer would bind NULL.
Statement& Statement::blob(int at, std::string_view octets) {
  sqlite3_bind_blob64(statement_.get(), at, octets.empty() ? "" : octets.data(), octets.size(), SQLITE_STATIC);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_.get());
  database_.fail(code);
}

void Statement::run() {
  step();
  reset();
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::uint64_t Statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string_view Statement::octets(int column) const {
  const void* const octets = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(octets), static_cast<std::size_t>(size)};
}

}  // namespace chat
