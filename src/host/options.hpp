// What the host is told on its command line and by CLINT_ variables, validated.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "host/accounts.hpp"
#include "host/journal.hpp"
#include "host/store.hpp"
#include "net_utils.hpp"

namespace chat {

// How the host protects what is said.
enum class Security {
  plain,     // not at all
  tls,       // encrypted on the way, open to whoever connects
  password,  // that, a password to enter, and messages that the network and strangers cannot read
};

// What a session lives by. May change while the host runs: each keeps what was in force when it began.
struct Terms {
  std::chrono::milliseconds timeout{0};  // a session that says nothing for so long is ended; 0: none
  std::chrono::milliseconds grace =
      limits::place_kept_for;             // after a cut: name and rooms are kept, nobody is told; 0: none
  double rate = limits::rate_per_second;  // messages a second; 0: off
  std::uint32_t max_backlog = limits::max_backlog_posts;  // that a newcomer may ask for
  std::string motd;                                       // the text itself, clean
  bool operator==(const Terms&) const = default;
};

struct HostOptions {
  std::string bind;                   // empty: all interfaces
  std::optional<std::uint16_t> port;  // not given: ask; 0: the system chooses
  Terms terms;
  std::optional<Security> security;    // not given: ask
  std::optional<Secret> password;      // not given, and no verifier: ask
  std::string verifier_file;           // of a blind host
  bool small_kdf = false;              // the key derivation with half the memory
  bool password_was_argument = false;  // others could see it until it was wiped
  std::string cert_file;               // empty: one is made
  std::string key_file;
  std::uint32_t max_clients = limits::clients;
  std::optional<std::uint32_t> per_address;  // connections; not given: by whether there is a password
  std::string log_file;                      // empty: stderr
  LogLevel log_level = LogLevel::warning;
  bool quiet = false;
  bool count_loopback = false;
  std::vector<std::string> operators;                      // names of accounts
  Accounts::Policy accounts = Accounts::Policy::optional;  // off where there is no TLS
  std::string data;                                        // the folder of what is kept; empty: nothing is
  Durability durability = Durability::power;
  Keep keep;
  bool only_check = false;  // the settings, not a host
  std::string check;        // not a host: verify this folder,
  std::string export_from;  // or print what it holds
};

// Either options, or what to print and the exit code to leave with (0 after --help and --version, 2 after an error).
struct HostCommandLine {
  std::optional<HostOptions> options;
  std::string out;
  std::string error;  // one sentence
  int exit_code = 0;
};
// again: while the host runs; secrets are not read, they were taken away.
HostCommandLine read_host_options(int argc, char** argv, bool again = false);

}  // namespace chat
