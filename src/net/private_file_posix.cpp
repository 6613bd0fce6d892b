#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "net/private_file.hpp"

namespace chat {

namespace {

// Closes a descriptor at the end of its scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

bool write_whole(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool make_folders(const std::filesystem::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return true;
  if (errno != ENOENT || !make_folders(folder.parent_path())) return false;
  return ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST;
}

}  // namespace

std::optional<std::string> write_private_file(const std::filesystem::path& path, std::string_view content) {
  const auto failed = [&] { return "cannot write " + path.string() + ": " + std::system_category().message(errno); };
  const std::filesystem::path folder = path.parent_path();
  if (!make_folders(folder)) return failed();
  const std::string fresh = path.string() + ".new." + std::to_string(::getpid());
  ::unlink(fresh.c_str());  // left by a process of the same number that crashed
  const Descriptor file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (file.fd < 0) return failed();
  if (!write_whole(file.fd, content) || ::fsync(file.fd) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) {
    const auto error = failed();
    ::unlink(fresh.c_str());
    return error;
  }
  const Descriptor place{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (place.fd >= 0) ::fsync(place.fd);  // the new name; some file systems cannot, and the file is whole anyway
  return std::nullopt;
}

}  // namespace chat
