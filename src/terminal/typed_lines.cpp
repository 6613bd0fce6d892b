#include "terminal/typed_lines.hpp"

#include <filesystem>
#include <fstream>

#include "net/private_file.hpp"
#include "net/user_files.hpp"
#include "net_utils.hpp"

namespace chat {

namespace {

constexpr std::size_t most_lines = 1000;

std::filesystem::path lines_file() { return user_file("XDG_STATE_HOME", ".local/state", "lines"); }

// A text of several lines is one in the file: its newlines are \n there, and a backslash is two.
std::string escaped(const std::string& text) {
  std::string line;
  for (const char c : text) line += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
  return line;
}

std::string unescaped(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool special = line[i] == '\\' && i + 1 < line.size();
    text += !special ? line[i] : line[++i] == 'n' ? '\n' : line[i];
  }
  return text;
}

}  // namespace

std::deque<std::string> typed_lines() {
  std::deque<std::string> lines;
  std::ifstream file(lines_file());
  for (std::string line; std::getline(file, line);) {
    std::string text = unescaped(line);
    if (text.empty() || text.size() > 2 * limits::message_bytes || !is_clean_text(text)) continue;
    lines.push_back(std::move(text));
    if (lines.size() > most_lines) lines.pop_front();
  }
  return lines;
}

std::optional<std::string> save_typed_lines(const std::deque<std::string>& lines) {
  if (lines_file().empty()) return "there is no folder to keep typed lines in: set HOME";
  std::string content;
  for (const std::string& line : lines)
    if (is_clean_text(line)) content += escaped(line) + "\n";
  return write_private_file(lines_file(), content);
}

}  // namespace chat
