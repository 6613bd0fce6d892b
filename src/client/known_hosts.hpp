// Which key each host had when its user trusted it: the file known_hosts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net_utils.hpp"

namespace chat {

// One line: [host]:port SHA256:<base64 of the key's hash, without padding> <host id: 32 hex digits, or -> secure|plain
// In place of the hash stands "-" where the key lasts only as long as the host's process, and a password vouches for
// it.
struct Pin {
  std::string host;  // lower case
  std::uint16_t port = 0;
  std::string fingerprint = "-";
  std::string host_id = "-";  // "-": not known for certain
  bool secure = true;
  bool has_key() const { return fingerprint != "-"; }
  bool asked_for_password() const { return host_id != "-"; }  // only a log-in with one makes the id certain
};

// Nothing unless the line is exactly what format_pin would write. Pure.
std::optional<Pin> parse_pin(std::string_view line);
std::string format_pin(const Pin& pin);

// A known_hosts file in memory. Lines that are no pin are left alone. Not thread-safe; pure.
class KnownHosts {
 public:
  static KnownHosts parse(std::string_view text);
  std::string text() const;
  const Pin* find(std::string_view host, std::uint16_t port) const;
  void set(Pin pin);  // replaces the one of the same host and port
  // Removes the pins of a host, of one port or of all; how many there were.
  std::size_t forget(std::string_view host, std::optional<std::uint16_t> port);

 private:
  struct Line {
    std::string text;  // when it is no pin
    std::optional<Pin> pin;
  };
  std::vector<Line> lines_;
};

// $CLINT_HOME/known_hosts, else $XDG_DATA_HOME/clint/known_hosts, else ~/.local/share/clint/known_hosts (on a Mac in
// ~/Library/Application Support/Clint, on Windows in %APPDATA%\Clint). Empty when none of these variables is set.
std::filesystem::path known_hosts_path();
// A file that is not there holds no pin; one that cannot be read is an error, never an empty list.
Checked<KnownHosts> load_known_hosts(const std::filesystem::path& path);
// Writes the whole file so that a crash leaves the old or the new one. Gives the error, or nothing. Blocks.
std::optional<std::string> save_known_hosts(const std::filesystem::path& path, const KnownHosts& hosts);

}  // namespace chat
