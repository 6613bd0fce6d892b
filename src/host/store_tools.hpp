// `host --check DIR` and `host --export DIR`, which may be used beside a running host, and the look that a host takes
// at its own file after an unclean stop.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "host/host_keys.hpp"
#include "host/sqlite.hpp"
#include "net/thread.hpp"

namespace chat {

// One line that says what is there, exit code 0; or what is wrong, and 1.
int check_data(const std::string& folder, std::ostream& out, std::ostream& err);
// Each post as a line of JSON, room by room; reader: opens what is sealed for it; null: all stays as it is. The exit
// code.
int export_data(const std::string& folder, const HostKeys* reader, std::ostream& out, std::ostream& err);

// Looks through the whole file in a thread of its own, without holding up anybody. Belongs to one thread.
class Inspector {
 public:
  ~Inspector() { stop(); }
  // `report` gets a line for everything that is wrong, from the other thread. Without a thread to give it does not
  // look.
  void start(const std::string& folder, std::function<void(const std::string&)> report);
  void stop();

 private:
  std::unique_ptr<Database> database_;
  Thread thread_;
};

}  // namespace chat
