#include "net/secrets.hpp"

#include <cstdlib>
#include <cstring>

namespace chat {

namespace {

// Copies a C string and wipes it; volatile, so that no compiler leaves it out.
Secret take(char* text) {
  const std::size_t size = std::strlen(text);
  Secret taken(std::string_view(text, size));
  volatile char* octets = text;
  for (std::size_t i = 0; i < size; ++i) octets[i] = '\0';
  return taken;
}

}  // namespace

std::optional<Secret> take_argument(int argc, char** argv, std::string_view flag) {
  std::optional<Secret> taken;
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string_view word = argv[i];
    char* value = nullptr;
    if (word == flag && i + 1 < argc)
      value = argv[++i];
    else if (word.starts_with(flag) && word.size() > flag.size() && word[flag.size()] == '=')
      value = argv[i] + flag.size() + 1;
    if (!value) continue;
    const bool has_room = *value != '\0';
    taken = take(value);
    if (has_room) *value = '*';
  }
  return taken;
}

std::optional<Secret> take_variable(const char* name) {
  char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread
  if (!value) return std::nullopt;
  return take(value);
}

}  // namespace chat
