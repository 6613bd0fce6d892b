// The questions before a host starts, and why it does not. Main thread.
#pragma once

#include <optional>
#include <string>

#include "host/options.hpp"
#include "net/stdio.hpp"

namespace chat {

constexpr const char* port_hint = "choose another port with --port, or end the program that holds this one";

// Says it on stderr, with how to go on, if there is a hint. Gives the exit code back.
int fail(const std::string& what, const std::string& hint, int exit_code);

// Asks for what the options lack, on stdout, and reads stdin whether or not it is a terminal. An empty answer and the
// end of input take the default. After a bad answer a terminal is asked again, and after a port that somebody else
// listens on. Gives the exit code to leave with, or nothing when all is answered: then port and security are set, and
// with a password either it or the verifier.
std::optional<int> ask_what_is_missing(LineInput& input, const StopSignals& signals, HostOptions& options);

}  // namespace chat
