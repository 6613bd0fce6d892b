#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "host/data_folder.hpp"
#include "host/sqlite.hpp"

namespace chat {

namespace {

[[noreturn]] void refuse(const std::string& sentence, const std::string& hint) {
  throw StoreError(StoreError::Kind::refused, sentence, hint);
}

[[noreturn]] void refuse_for_system(const std::string& what) {
  const std::string reason = std::system_category().message(errno);
  refuse(what + ": " + reason, "choose another folder with --data, or make this one usable");
}

void check_folder(const std::string& path) {
  struct stat folder {};
  if (stat(path.c_str(), &folder) != 0) refuse_for_system("cannot use " + path);
  if (!S_ISDIR(folder.st_mode)) refuse(path + " is no folder", "choose another one with --data");
  if (folder.st_uid != geteuid())
    refuse(path + " belongs to another user", "run the host as its owner, or choose another folder with --data");
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    refuse("others may write to " + path, "chmod 700 " + path + ", or choose another folder with --data");
  if (access(path.c_str(), W_OK | X_OK) != 0) refuse_for_system("cannot write to " + path);
}

// Empty when it cannot be read.
std::string holder_of(int lock) {
  std::array<char, 32> text{};
  const ssize_t size = pread(lock, text.data(), text.size() - 1, 0);
  std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return holder.substr(0, holder.find_first_not_of("0123456789"));
}

}  // namespace

DataFolder::DataFolder(std::string path) : path_(std::move(path)) {
  umask(S_IRWXG | S_IRWXO);
  if (mkdir(path_.c_str(), S_IRWXU) != 0 && errno != EEXIST) refuse_for_system("cannot make " + path_);
  check_folder(path_);
  const std::string file = path_ + "/lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (lock_ < 0) refuse_for_system("cannot write to " + path_);
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string holder = holder_of(lock_);
    close(lock_);
    errno = error;
    if (error != EWOULDBLOCK) refuse_for_system("cannot lock " + file);
    refuse("another host" + (holder.empty() ? "" : " (process " + holder + ")") + " uses " + path_,
           "end it, or choose another folder with --data");
  }
  // Only for whoever comes second; the lock is what counts.
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(lock_, 0) != 0 || pwrite(lock_, pid.data(), pid.size(), 0) < 0) {
    close(lock_);
    refuse_for_system("cannot write to " + file);
  }
  for (const char* name : {"chat.db", "chat.db-wal", "chat.db-shm"})
    chmod((path_ + "/" + name).c_str(), S_IRUSR | S_IWUSR);  // as they were made; most often they are not there
}

DataFolder::~DataFolder() { close(lock_); }

std::string database_in(const std::string& folder) { return folder + "/chat.db"; }

void settle_file(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) refuse_for_system("cannot write " + to);
  const int folder = ::open(std::filesystem::path(to).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  if (!synced) refuse_for_system("cannot write " + to);
}

}  // namespace chat
