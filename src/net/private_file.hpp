// Files that are nobody else's business: private_file_posix.cpp and private_file_windows.cpp.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

// Replaces the file as a whole: after a crash it is the old or the new one. Missing folders are made (0700), the file
// is readable by its owner alone (0600). Gives one sentence that says what failed, or nothing. Blocks until stored.
std::optional<std::string> write_private_file(const std::filesystem::path& path, std::string_view content);

}  // namespace chat
