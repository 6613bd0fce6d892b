// The questions before a host starts. Main thread.
#pragma once

#include <optional>

#include "host/options.hpp"
#include "net/stdio.hpp"

namespace chat {

// Asks for what the options lack, on stdout, and reads stdin whether or not it is a terminal. An empty answer and the
// end of input take the default. After a bad answer a terminal is asked again. Gives the exit code to leave with, or
// nothing when all is answered: then port and security are set, and with a password either it or the verifier.
std::optional<int> ask_what_is_missing(LineInput& input, const StopSignals& signals, HostOptions& options);

}  // namespace chat
