#include "terminal/emoji.hpp"

#include <algorithm>
#include <cctype>

#include "terminal/emoji_table.hpp"

namespace chat {

namespace {

struct Emoji {
  std::string_view name;
  std::string_view sign;
};

std::vector<Emoji> read_table() {
  std::vector<Emoji> made;
  for (std::string_view rest = emoji_table; !rest.empty();) {
    const std::size_t colon = rest.find(':');
    const std::size_t end = rest.find_first_of(" \n");
    made.push_back({rest.substr(0, colon), rest.substr(colon + 1, end - colon - 1)});
    rest.remove_prefix(end + 1);
  }
  return made;
}

const std::vector<Emoji>& all_emoji() {
  static const std::vector<Emoji> all = read_table();
  return all;
}

std::vector<Emoji>::const_iterator first_from(std::string_view name) {
  return std::lower_bound(all_emoji().begin(), all_emoji().end(), name,
                          [](const Emoji& each, std::string_view wanted) { return each.name < wanted; });
}

// The sign of this name; empty: there is none.
std::string_view sign_of(std::string_view name) {
  const auto at = first_from(name);
  return at != all_emoji().end() && at->name == name ? at->sign : std::string_view();
}

bool is_hex(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// Whether text[begin] and text[end], two colons, part what belongs together: root:x:0, an address or a time (fe80:ab:1,
// 10:100:20).
bool within_word(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view before = text.substr(0, begin).substr(begin - std::min<std::size_t>(begin, 1));
  const std::string_view behind = text.substr(end + 1, 1);
  const auto is_word = [](std::string_view c) { return !c.empty() && std::isalnum(static_cast<unsigned char>(c[0])); };
  const auto is_digit = [&](std::string_view c) { return !c.empty() && is_hex(c); };
  if (is_word(before) && is_word(behind)) return true;
  return (is_digit(before) || is_digit(behind)) && is_hex(text.substr(begin + 1, end - begin - 1));
}

}  // namespace

std::string with_emoji(std::string_view text) {
  std::string made;
  bool in_code = false;
  std::size_t free = 0;  // behind the last sign
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '`') in_code = !in_code;
    const std::size_t end = text[at] == ':' && !in_code ? text.find(':', at + 1) : std::string_view::npos;
    const bool second = at > free && text[at - 1] == ':';  // std::thread::sleep, 2001:db8::1234: up
    const bool may_be = end != std::string_view::npos && !second && !within_word(text, at, end);
    const std::string_view sign = may_be ? sign_of(text.substr(at + 1, end - at - 1)) : std::string_view();
    if (sign.empty()) {
      made += text[at];
      continue;
    }
    made += sign;
    at = end;
    free = end + 1;
  }
  return made;
}

std::vector<std::string_view> emoji_beginning(std::string_view begin, std::size_t most) {
  const auto first = first_from(begin);
  const auto last =
      std::find_if(first, all_emoji().end(), [&](const Emoji& each) { return !each.name.starts_with(begin); });
  std::vector<Emoji> found(first, last);
  std::stable_sort(found.begin(), found.end(),
                   [](const Emoji& one, const Emoji& other) { return one.name.size() < other.name.size(); });
  std::vector<std::string_view> signs;
  for (const Emoji& each : found)
    if (signs.size() < most && std::find(signs.begin(), signs.end(), each.sign) == signs.end())
      signs.push_back(each.sign);
  return signs;
}

}  // namespace chat
