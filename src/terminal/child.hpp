// Starting another program. POSIX only; under bot_posix.cpp and sound_posix.cpp.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace chat {

// Starts arguments[0], which is searched for in PATH unless it has a slash, after `files`, with signals as a program
// finds them: the caller's thread may hold some back, and we ignore SIGPIPE. -1: it could not be started.
pid_t start_child(std::vector<std::string> arguments, const posix_spawn_file_actions_t& files);

}  // namespace chat
