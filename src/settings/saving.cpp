// The part of settings.hpp that changes a settings file.
#include <algorithm>
#include <sstream>

#include "settings/settings.hpp"

namespace chat {

bool fits_in_settings(const std::string& value) {
  const bool literal = value.find_first_of("\"\\") != std::string::npos;
  return value.find_first_of("#\n") == std::string::npos && !(literal && value.find('\'') != std::string::npos);
}

std::string with_setting(const std::string& file, const std::string& key, const std::string& value) {
  const char quote = value.find_first_of("\"\\") == std::string::npos ? '"' : '\'';  // in single ones all is literal
  const std::string entry = key + " = " + quote + value + quote;
  std::vector<std::string> lines;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto begins_table = [](const std::string& line) {
    const std::size_t at = line.find_first_not_of(" \t");
    return at != std::string::npos && line[at] == '[';
  };
  const auto is_entry = [&](const std::string& line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) return false;
    constexpr const char* around = " \t\"'";  // keys may be quoted, too
    const std::size_t first = line.find_first_not_of(around);
    const std::size_t last = line.find_last_not_of(around, equals - 1);
    return equals > 0 && first < equals && line.compare(first, last + 1 - first, key) == 0;
  };
  // The comment behind a value, with the blanks before it; a # in quotes begins none.
  const auto comment_of = [](const std::string& line) -> std::string {
    char open = 0;
    for (std::size_t at = line.find('=') + 1; at < line.size(); ++at) {
      const char c = line[at];
      if (open == '"' && c == '\\')
        ++at;
      else if (open != 0)
        open = c == open ? 0 : open;
      else if (c == '"' || c == '\'')
        open = c;
      else if (c == '#')
        return line.substr(line.find_last_not_of(" \t", at - 1) + 1);
    }
    return {};
  };
  const auto top_end = std::find_if(lines.begin(), lines.end(), begins_table);
  const auto old = std::find_if(lines.begin(), top_end, is_entry);
  if (old != top_end)
    *old = entry + comment_of(*old);
  else
    lines.insert(top_end, entry);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace chat
