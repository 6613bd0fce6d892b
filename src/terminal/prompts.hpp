// The questions before the chat: where to go, and with what.
#pragma once

#include "net/stdio.hpp"
#include "terminal/options.hpp"

namespace chat {

// A question got no answer.
struct NoAnswer {
  int exit_code = 2;
};

// Asks for what the options lack, on stdout, and reads stdin whether or not it is a terminal. An empty answer takes the
// default. After a bad answer a terminal is asked again. Throws NoAnswer: end of input, a bad answer, a signal.
void ask_place(LineInput& input, const StopSignals& signals, ClintOptions& options);

// Asks for a password that is to be set, without showing it. An empty answer makes a random one, which is shown.
Secret ask_new_password(LineInput& input, const StopSignals& signals);

}  // namespace chat
