#include <windows.h>

#include <filesystem>
#include <system_error>

#include "host/data_folder.hpp"
#include "host/sqlite.hpp"

namespace chat {

namespace {

// The handle of the lock file, which nobody else can open while it is open here. One folder per process.
HANDLE lock_file = INVALID_HANDLE_VALUE;

[[noreturn]] void refuse(const std::string& what, unsigned long error) {
  throw StoreError(StoreError::Kind::refused, what + ": " + std::system_category().message(static_cast<int>(error)),
                   "choose another folder with --data");
}

}  // namespace

DataFolder::DataFolder(std::string path) : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directory(path_, error);
  if (error) refuse("cannot make " + path_, static_cast<unsigned long>(error.value()));
  lock_file = CreateFileW(std::filesystem::path(path_ + "/lock").c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                          OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (lock_file == INVALID_HANDLE_VALUE) {
    const unsigned long why = GetLastError();
    refuse(why == ERROR_SHARING_VIOLATION ? "another host uses " + path_ : "cannot write to " + path_, why);
  }
}

DataFolder::~DataFolder() { CloseHandle(lock_file); }

std::string database_in(const std::string& folder) { return folder + "/chat.db"; }

void settle_file(const std::string& from, const std::string& to) {
  const std::filesystem::path source(from);
  const std::filesystem::path target(to);
  if (!MoveFileExW(source.c_str(), target.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
    refuse("cannot write " + to, GetLastError());
}

}  // namespace chat
