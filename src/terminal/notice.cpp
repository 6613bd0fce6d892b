#include "terminal/notice.hpp"

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

Notice notice_from(std::string_view name) {
  return name == "off" ? Notice::off : name == "desktop" ? Notice::desktop : Notice::bell;
}

std::string notice_sequence(Notice notice, std::string_view title, std::string_view text) {
  if (notice == Notice::off) return {};
  if (notice == Notice::bell) return "\a";
  const std::string head = fit(title);
  const std::string body = fit(text);
  return "\x1b]9;" + head + ": " + body + "\a\x1b]777;notify;" + head + ";" + body + "\a";
}

}  // namespace chat
