// The questions before the chat: where to go.
#pragma once

#include "terminal/input.hpp"
#include "terminal/options.hpp"

namespace chat {

// Why a question got no answer; the exit code that follows.
struct NoAnswer {
  int code = 2;
};

// Asks for what the options lack, on stdout, and reads stdin whether or not it is a terminal. An empty answer takes the
// default. After a bad answer a terminal is asked again. Throws NoAnswer: end of input, a bad answer, a signal.
void ask_place(Console& console, Input& input, Options& options);

}  // namespace chat
