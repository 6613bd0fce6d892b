#include "net/user_files.hpp"

#include <cstdlib>

namespace chat {

namespace {

// A Mac has one folder for all files of a program.
std::filesystem::path in_home(const std::filesystem::path& home,
                              [[maybe_unused]] const std::filesystem::path& below_home) {
#ifdef __APPLE__
  return home / "Library/Application Support/Clint";
#else
  return home / below_home / "clint";
#endif
}

}  // namespace

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value ? value : "";
}

std::filesystem::path user_file(const char* xdg, const std::filesystem::path& below_home, const char* name) {
  using Path = std::filesystem::path;
  if (const auto own = variable("CLINT_HOME"); !own.empty()) return Path(own) / name;
  if (const auto folder = variable(xdg); !folder.empty()) return Path(folder) / "clint" / name;
  if (const auto home = variable("HOME"); !home.empty()) return in_home(home, below_home) / name;
  if (const auto data = variable("APPDATA"); !data.empty()) return Path(data) / "Clint" / name;
  return {};
}

}  // namespace chat
