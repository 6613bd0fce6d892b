// What clint does for its user without a chat.
#pragma once

#include <string>

#include "net/stdio.hpp"
#include "net_utils.hpp"

namespace chat {

// Removes a host's pin from known_hosts. Gives the program's exit code.
int forget_host(const Endpoint& which);

// Makes a file by which a blind host can admit members and read nothing. Asks for the password unless one is given.
int make_verifier_file(const std::string& path, std::optional<Secret> password, bool small_kdf, LineInput& input,
                       const StopSignals& signals);

}  // namespace chat
