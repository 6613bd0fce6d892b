#include "terminal/notice.hpp"

#include <algorithm>

#include "net_utils.hpp"

namespace chat {

namespace {

constexpr std::size_t most_octets = 120;

// Without what would end or divide the sequence.
std::string fit(std::string_view text) {
  std::string made;
  for (const char c : printable(text.substr(0, text.find('\n'))))
    if (c != ';' && c != '\\') made += c;
  if (made.size() <= most_octets) return made;
  std::size_t end = most_octets;
  while (end > 0 && (static_cast<unsigned char>(made[end]) & 0xc0) == 0x80) --end;
  return made.substr(0, end);
}

}  // namespace

Calling calling_from(const ClintOptions& options) {
  using By = Calling::By;
  Calling calling;
  if (options.notify == "off") calling.how = Notice::off;
  if (options.notify == "desktop") calling.how = Notice::desktop;
  if (options.notify_on == "pm") calling.by = By::pm;
  if (options.notify_on == "all") calling.by = By::all;
  calling.words = words_in(options.notify_words);
  calling.sound = options.sound;
  return calling;
}

std::vector<std::string> words_in(std::string_view text) {
  constexpr std::string_view between = " ,";
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(between);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(between), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string notice_sequence(Notice notice, std::string_view title, std::string_view text) {
  if (notice == Notice::off) return {};
  if (notice == Notice::bell) return "\a";
  const std::string head = fit(title);
  const std::string body = fit(text);
  return "\x1b]9;" + head + ": " + body + "\a\x1b]777;notify;" + head + ";" + body + "\a";
}

}  // namespace chat
