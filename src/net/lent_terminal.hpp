// The terminal while the program uses it in a way of its own: without echo, or raw. Whatever ends or stops the program
// meanwhile, but SIGKILL, gives it back as it was found. POSIX only; under stdio_posix.cpp and tty_posix.cpp.
#pragma once

#include <termios.h>

#include <string_view>

namespace chat {

// Functions are called in signal handlers, too: async-signal-safe.
struct TerminalUse {
  void (*change)(termios& attributes);  // from those that were found to those that are wanted
  void (*gone_on)();                    // the program was stopped, and does not have the terminal any more
  std::string_view begin;               // written when it has the terminal
  std::string_view end;                 // written before it gives it back
  std::string_view farewell;            // before that, when a signal is the reason
  bool drops_input;                     // what was typed and not read yet is nobody's, before and after
};

// The descriptor to write to for a standard stream, for the life of the program. A terminal polls as writable when it
// has room for one octet, and then a write of more blocks until somebody reads. So it is opened anew: O_NONBLOCK
// belongs to an open file, and the stream's own is shared with whoever started us.
int unblocked(int stream);

// One use at a time. `use` must outlive it. The first and the last call: main thread; the others: handlers, too.
void begin_terminal_use(const TerminalUse& use);
// False when it cannot be, now: the program is in the background, or the terminal is gone.
bool take_terminal();
bool has_terminal();
void give_back_terminal();
void end_terminal_use();
// For a signal handler that ends the program. Nothing happens when the terminal is not in use.
void give_back_terminal_from_handler();

// Unless the terminal takes nothing: nobody waits for it.
void write_to_terminal(std::string_view text);

}  // namespace chat
