// clint's command line and environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "net_utils.hpp"

namespace chat {

struct Options {
  std::optional<std::string> host;  // not given: asked for
  std::optional<std::uint16_t> port;
  std::string name;  // empty: the host gives one
  std::chrono::seconds timeout = limits::connect_timeout;
  bool tls = false;
  bool tls_insecure = false;
  std::string cert;
  bool echo = true;
  std::optional<Endpoint> forget;
};

struct Parsed {
  Options options;
  std::optional<int> exit_code;  // the program's work is done: help was shown, or an error
};
// Prints help and the version to stdout, errors to stderr. Every value has been checked.
Parsed parse_options(int argc, char** argv);

}  // namespace chat
