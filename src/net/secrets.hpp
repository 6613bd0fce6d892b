// Where secrets come from besides a terminal, and what keeps them from leaking: arguments, variables, files, core
// dumps. Main thread, before any other is started.
#pragma once

#include <optional>
#include <string>

#include "net_utils.hpp"

namespace chat {

// No core dump of this process, no debugger of the same user attached to it, where the system can forbid that.
void forbid_core_dumps();

// Takes the value of `flag` (two words, or flag=value; the last one counts) out of the program's argument list, where
// others could read it, and leaves "*" in its place.
std::optional<Secret> take_argument(int argc, char** argv, std::string_view flag);

// What somebody is told whose password stood there.
inline constexpr std::string_view argument_warning =
    "on the command line others of this machine can see a password until it is wiped there: --password-file, or the"
    " variable CLINT_PASSWORD, hides it";
// Takes an environment variable away: its value is wiped, so that no child and no reader of /proc finds it.
std::optional<Secret> take_variable(const char* name);

// The first line of a file; "-" is standard input, of which no octet beyond the line's end is read. Lines of more than
// 4 KiB are an error.
Checked<Secret> read_secret_file(const std::string& path);

// Why a file with a secret must not be used: somebody but its owner can read or write it. Nothing when it is fine.
std::optional<std::string> open_to_others(const std::string& path);

}  // namespace chat
