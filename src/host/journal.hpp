// The host's log file, and the count of every goodbye. Any thread may call any method.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "host/address_table.hpp"
#include "host/pacer.hpp"
#include "net/socket.hpp"
#include "net/thread.hpp"
#include "net_utils.hpp"

namespace spdlog {
class logger;
}

namespace chat {

enum class LogLevel { debug, info, warning, error, off };

class Journal {
 public:
  // file empty: stderr, which nobody waits for: a line that it does not take at once is lost. A file is rotated at
  // 10 MiB, three old ones are kept. Throws std::runtime_error when it cannot be opened.
  Journal(const std::string& file, LogLevel level);
  ~Journal();
  // From now on it writes here: the same file anew, if somebody has moved it away, or another one; the audit log is
  // opened anew, too. Throws std::runtime_error, and goes on as before. Main thread.
  void open_again(const std::string& file, LogLevel level);

  // One line; peers' text in it is made harmless here.
  void write(LogLevel level, const std::string& line);
  // Where audit() writes: a file that is appended to and rotated like the other. Before that, and without one, it
  // writes here. Before any other thread writes. Throws std::runtime_error.
  void keep_audit_in(const std::string& file);
  // "alice /kick bob: done"; made harmless here.
  void audit(const std::string& line);
  // The same for what somebody wanted who may not: anybody can do that for ever, and a full file takes the oldest lines
  // with it. Of one address some at once, then one a minute, and of all together ten times as much; the next line of
  // any kind, and the last one, says how many are missing.
  void audit_not_allowed(const std::string& line, const Address& from);
  // Counts a goodbye and writes a line: 100 at once, then 5 a second, so that a flood of them cannot fill a disk. How
  // many were left out is said in one line later.
  void goodbye(Goodbye why, const std::string& address, const std::string& name, const std::string& detail = {});
  std::uint64_t count(Goodbye why) const { return counts_[static_cast<std::size_t>(why)].load(); }
  // "malformed 3, silent 1"; the ones that happened.
  std::string counts() const;
  // The host has stopped: its last lines.
  void stopped();

 private:
  class Sink;
  // Somebody's orders that he may not give, by address.
  struct NotAllowed {
    Pacer lines{20, 1.0 / 60};
    bool in_use() const { return false; }
  };
  void write_not_audited();
  void write_audit(const std::string& line);

  std::shared_ptr<Sink> sink_;  // of logger_
  std::shared_ptr<spdlog::logger> logger_;
  std::string audit_file_;
  std::shared_ptr<Sink> audit_sink_;
  std::shared_ptr<spdlog::logger> audit_;  // null: in the journal
  std::array<std::atomic<std::uint64_t>, 256> counts_{};
  Mutex mu_;  // rank 6: a leaf
  Pacer lines_ GUARDED_BY(mu_){100, 5};
  std::uint64_t left_out_ GUARDED_BY(mu_) = 0;
  AddressTable<NotAllowed> not_allowed_ GUARDED_BY(mu_);
  Pacer all_not_allowed_ GUARDED_BY(mu_){200, 10.0 / 60};
  std::uint64_t not_audited_ GUARDED_BY(mu_) = 0;
};

}  // namespace chat
