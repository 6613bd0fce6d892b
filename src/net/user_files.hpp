// Where the files of the program's user are, as the environment says.
#pragma once

#include <filesystem>
#include <string>

namespace chat {

// Of the environment, which nobody changes; empty: it is not set.
std::string variable(const char* name);

// $CLINT_HOME/`name`; else clint/`name` in the folder that the variable `xdg` names (XDG Base Directory Specification
// 0.8), or else in `below_home` of the user's own, on a Mac ~/Library/Application Support/Clint/`name`; on Windows
// %APPDATA%\Clint\`name`. Empty: there is no such place.
std::filesystem::path user_file(const char* xdg, const std::filesystem::path& below_home, const char* name);

}  // namespace chat
