// What the system says besides a command line: environment_posix.cpp, environment_windows.cpp. Main thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace chat {

// The variables whose names begin so, by their names, but for empty ones.
std::map<std::string, std::string> variables_with(std::string_view prefix);

}  // namespace chat
