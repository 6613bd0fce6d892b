// From an accepted connection to a session, or to a named refusal.
#pragma once

#include "host/session.hpp"

namespace chat {

// The log-in's thread: TLS if this host has it, greet, hello, join; then the session starts in a thread of its own and
// this one ends. Blocks for limits::log_in_deadline at most. Nothing is thrown.
void log_in(Services& host, Socket socket, std::unique_ptr<Ticket> ticket);

// Tells a newcomer that the host cannot even begin with it (busy), without waiting; of what it has sent, 32 KiB
// are read.
void turn_away(const Socket& socket, Goodbye why);

}  // namespace chat
