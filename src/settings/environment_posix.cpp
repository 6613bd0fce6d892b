#include <unistd.h>

#include "settings/environment.hpp"

extern char** environ;  // not every system has it in a header

namespace chat {

std::map<std::string, std::string> variables_with(std::string_view prefix) {
  std::map<std::string, std::string> found;
  for (char** each = environ; each && *each; ++each) {
    const std::string_view entry = *each;
    const std::size_t equals = entry.find('=');
    if (entry.starts_with(prefix) && equals != std::string_view::npos && equals + 1 < entry.size())
      found.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return found;
}

}  // namespace chat
