// What clint is told on its command line and by CLINT_ variables, validated.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net_utils.hpp"

namespace chat {

struct ClintOptions {
  std::optional<std::string> host;  // not given: asked for
  std::optional<std::uint16_t> port;
  std::string name;  // empty: the host gives one
  std::chrono::milliseconds timeout = limits::connect_timeout;
  std::optional<std::chrono::milliseconds> wait_for;  // --wait ends then; not given: never
  std::chrono::milliseconds patience = limits::knock_for;
  bool tls = false;
  bool tls_insecure = false;
  std::string cert;
  bool plain = false;  // where a password is given, a host that wants none will do
  std::optional<Secret> password;
  std::optional<Secret> also_password;
  std::string make_verifier;  // the file to write; then nothing else is done
  bool small_kdf = false;
  bool password_was_argument = false;  // others could see it until it was wiped
  bool echo = true;
  std::optional<std::uint32_t> backlog;  // lines from before; not given: limits::backlog_posts on a terminal
  std::string notify = "bell";           // or off, desktop: when our user is called and looks elsewhere
  std::string notify_on = "mention";     // by being named or written to; or pm: only that; or all that is said; off
  std::string notify_rooms;              // ROOM=LEVEL, for those where that is another than notify_on
  std::string notify_words;              // with blanks or commas between: as if it were our user's name
  std::string sound;                     // a file to play then; empty: none
  std::string joins = "folded";          // or all, off: how joins and leaves are told
  std::string theme = "default";         // or dark, light, mono: the colours of names
  bool quiet = false;                    // no status lines
  bool yes = false;                      // to what is asked, but for a host's key
  bool line_history = false;             // what is typed is kept on disk
  bool plain_lines = false;              // on a terminal, too: lines alone, for a screen reader
  std::string settings_file;             // where /save writes; empty: nowhere
  std::vector<std::string> servers;      // that the settings have by a name
  std::string color = "auto";            // or always, never
  std::string links = "auto";            // or always, never: whether the terminal is told which text is one
  std::string time_format = "%H:%M";
  std::optional<Endpoint> forget;
  std::optional<Secret> account_password;        // of the account `name`
  std::string room;                              // to enter first; empty: none
  std::chrono::milliseconds away_after = 15min;  // without a line: others are told; 0: never
  bool json = false;                             // objects instead of lines, both ways
  std::optional<std::string> send;               // say this, then leave; standard input is not read
  std::optional<std::string> wait;               // leave when this pattern was said
  std::string exec;                              // the command of a program that reads and talks
  bool plain_commands = false;                   // join, leave, msg ... do without a slash
};

// Either options, or what to print and the exit code to leave with (0 after --help and --version, 2 after an error).
struct ClintCommandLine {
  std::optional<ClintOptions> options;
  std::string out;
  std::string err;
  int exit_code = 0;
};
ClintCommandLine read_clint_options(int argc, char** argv);

}  // namespace chat
