// The folder that `host --data` owns: made or checked, and locked against a second host.
#pragma once

#include <string>

namespace chat {

// Files are `chat.db` (with SQLite's own beside it, and `chat.db-wal.damaged` if one of them was), `history.on` or
// `history.off`, `audit.log` and `lock`, while a host starts without its log `log.lost`; with a password `verifier` and
// `host.pem`. Belongs to the main thread.
class DataFolder {
 public:
  // Makes the folder (0700) unless it is there; locks it; from now on this process makes files for its user alone.
  // Throws StoreError{refused} with the path and the reason, and the process id of a host that has it already.
  explicit DataFolder(std::string path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  int lock_ = -1;
};

std::string database_in(const std::string& folder);
// Gives a file its final name and makes that last, even if the power fails now. Throws StoreError.
void settle_file(const std::string& from, const std::string& to);

}  // namespace chat
