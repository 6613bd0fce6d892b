// The settings are read again while the host runs.
#pragma once

#include <functional>
#include <string>

#include "host/current.hpp"
#include "host/durable_ledger.hpp"
#include "host/journal.hpp"
#include "host/options.hpp"
#include "net/tls.hpp"

namespace chat {

// What is in force besides terms and certificate.
struct Applied {
  Keep keep;
  std::string log_file;
  LogLevel log_level = LogLevel::warning;
};

// What can be changed in a host that runs.
struct Running {
  const HostOptions& started_with;
  Applied& applied;
  Current<const Terms>& terms;
  Current<const TlsContext>& tls;
  Journal& journal;
  DurableLedger* ledger;  // null: nothing is kept
};

// All that was read can be used, and is in force; or nothing of it is, and what was before stays. Gives what has
// changed, and what would need a new start. Main thread.
Checked<std::string> use_settings(const Running& running, const std::function<HostCommandLine()>& read);

}  // namespace chat
