#include <windows.h>

#include <system_error>

#include "net/private_file.hpp"

namespace chat {

// A user's profile is closed to other users by default, so nothing is said about permissions here.
std::optional<std::string> write_private_file(const std::filesystem::path& path, std::string_view content) {
  const auto failed = [&] {
    return "cannot write " + path.string() + ": " + std::system_category().message(static_cast<int>(::GetLastError()));
  };
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::filesystem::path fresh = path;
  fresh += ".new." + std::to_string(::GetCurrentProcessId());
  const HANDLE file =
      ::CreateFileW(fresh.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) return failed();
  DWORD written = 0;
  const bool stored = ::WriteFile(file, content.data(), static_cast<DWORD>(content.size()), &written, nullptr) != 0 &&
                      written == content.size() && ::FlushFileBuffers(file) != 0;
  ::CloseHandle(file);
  if (stored && ::MoveFileExW(fresh.c_str(), path.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0)
    return std::nullopt;
  const auto sentence = failed();
  ::DeleteFileW(fresh.c_str());
  return sentence;
}

}  // namespace chat
