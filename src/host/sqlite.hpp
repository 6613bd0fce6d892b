// SQLite behind a few lines: connections and statements that close themselves, errors as exceptions.
// A Database and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace chat {

// The store cannot do what it was asked to. what() is one sentence for a person, without a full stop.
struct StoreError : std::runtime_error {
  enum class Kind {
    full,     // no space left: may pass
    passing,  // no memory, or locked for too long: may pass
    failed,   // the disk or the file failed: nothing may be written any more
    damaged,  // what is in the file is not what was written
    refused,  // the folder or the file cannot be used as it is
  };
  StoreError(Kind why, const std::string& sentence, std::string advice = {})
      : std::runtime_error(sentence), kind(why), hint(std::move(advice)) {}
  Kind kind;
  std::string hint;  // how to go on; may be empty
};

// Whether a write-ahead log lies beside the file that begins as one does, with one frame at least
// (https://www.sqlite.org/fileformat2.html, sections 4.1 and 4.2). SQLite takes any other for an empty one.
// Throws StoreError{refused} when it cannot be read.
bool has_log(const std::string& path);

class Database {
 public:
  enum class Access { create, write, read };
  // With the settings that every connection of Clint has. vfs: a SQLite VFS by name, for tests; null: the system's.
  // Throws StoreError, as do all other methods here.
  Database(const std::string& path, Access access, const char* vfs = nullptr);
  void run(const char* sql);  // statements without an answer
  std::uint64_t number(const char* sql);
  // Copies what is in the write-ahead log into the file, as far as readers allow.
  void checkpoint();
  int log_pages() const { return *log_pages_; }  // in the write-ahead log after the last commit of this connection
  // Copies all of the log when this is closed as the last connection, and removes it. Without this call it stays.
  void tidy_at_close();
  // Ends what another thread is running on this connection. The one method that any thread may call.
  void interrupt();
  [[noreturn]] void fail(int code) const;
  sqlite3* get() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::string path_;
  std::unique_ptr<int> log_pages_ = std::make_unique<int>(0);  // SQLite knows where it is
  std::unique_ptr<sqlite3, Close> handle_;
};

// Parameters are numbered from 1, columns from 0. Octets that are bound must live until the next step() is done.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  Statement& bind(int at, std::uint64_t number);
  Statement& text(int at, std::string_view text);
  Statement& blob(int at, std::string_view octets);
  bool step();  // true: a row is there
  void run();   // to the end, and ready to be used again
  void reset();
  std::uint64_t number(int column) const;
  std::string_view octets(int column) const;  // until the next step() or reset()

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace chat
