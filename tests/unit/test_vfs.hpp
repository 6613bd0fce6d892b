// A SQLite VFS that fails when it is told to, and remembers what a power cut would leave of each file.
#pragma once

#include <sqlite3.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace chat {

// One at a time; the connections that use it are opened and used by one thread at a time, after it was made.
class TestVfs {
 public:
  enum class Fault { none, write_error, disk_full, short_write, sync_error, truncate_error };

  TestVfs();
  ~TestVfs();
  TestVfs(const TestVfs&) = delete;
  TestVfs& operator=(const TestVfs&) = delete;

  static constexpr const char* name = "clint-test";
  // The nth operation that can fail so, from now on, does. `times`: and so many after it.
  void fail(Fault fault, int nth, int times = 1);
  int failures() const { return failures_; }
  // After so many operations that write, from now on, the power is gone: nothing reaches the disk any more.
  void cut_after(int operations);
  bool is_cut() const { return left_ == 0; }
  // With all connections closed: makes the files what the disk may hold after the cut. What was not synced is there or
  // not, sector by sector; so is a file that was never synced.
  void leave_what_survived(std::size_t sector_bytes, std::mt19937& random);

  // For the methods that SQLite calls:
  struct Write {
    std::size_t at = 0;
    std::string octets;
    bool truncates = false;  // to `at`
  };
  struct FileState {
    std::string durable;
    std::vector<Write> pending;
    bool has_entry = false;  // its name is on the disk
  };
  int before(Fault kind);  // SQLITE_OK, or what the operation has to return
  FileState* track(const std::string& path);
  static void apply(std::string& content, const Write& write);

 private:
  std::map<std::string, FileState> files_;
  Fault fault_ = Fault::none;
  int nth_ = 0;
  int times_ = 0;
  int failures_ = 0;
  int left_ = -1;  // operations until the cut; -1: there is none
};

}  // namespace chat
