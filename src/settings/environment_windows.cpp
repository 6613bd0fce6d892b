#include <windows.h>

#include "settings/environment.hpp"

namespace chat {

std::map<std::string, std::string> variables_with(std::string_view prefix) {
  std::map<std::string, std::string> found;
  char* const block = GetEnvironmentStringsA();
  for (const char* each = block; each && *each != '\0'; each += std::string_view(each).size() + 1) {
    const std::string_view entry = each;
    const std::size_t equals = entry.find('=');
    if (entry.starts_with(prefix) && equals != std::string_view::npos && equals + 1 < entry.size())
      found.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  if (block) FreeEnvironmentStringsA(block);
  return found;
}

}  // namespace chat
