#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <cerrno>
#include <system_error>

#include "net/secrets.hpp"

namespace chat {

void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

Checked<Secret> read_secret_file(const std::string& path) {
  constexpr std::size_t most = 4096;
  const auto no = [&](const std::string& why) {
    return Checked<Secret>{std::nullopt, "cannot read the password from " + path + ": " + why};
  };
  const bool standard_input = path == "-";
  const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return no(std::system_category().message(errno));
  Secret line{std::string_view()};
  std::string text;
  text.reserve(most + 1);  // never moved: one place to wipe
  int error = 0;
  char octet = 0;
  while (text.size() <= most) {
    const ssize_t size = ::read(fd, &octet, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) error = errno;
    if (size <= 0 || octet == '\n') break;
    text += octet;
  }
  if (!standard_input) ::close(fd);
  if (text.ends_with('\r')) text.pop_back();
  line = Secret(text);
  const bool too_long = text.size() > most;
  volatile char* octets = text.data();
  for (std::size_t i = 0; i < text.capacity(); ++i) octets[i] = '\0';
  if (error != 0) return no(std::system_category().message(error));
  if (too_long) return no("its first line is too long");
  return {std::move(line), {}};
}

std::optional<std::string> open_to_others(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "cannot read " + path + ": " + std::system_category().message(errno);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) return path + " can be used by others; run: chmod 600 " + path;
  return std::nullopt;
}

}  // namespace chat
