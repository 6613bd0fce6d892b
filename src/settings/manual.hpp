// A man page and completions, from a program's table of options. Pure.
#pragma once

#include <string>

#include "settings/settings.hpp"

namespace chat {

std::string man_page(const CLI::App& app, const Program& program);
// shell: bash, zsh or fish.
std::string completion_script(const CLI::App& app, const Program& program, const std::string& shell);

}  // namespace chat
