#include "terminal/markup.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace chat {

namespace {

struct Style {
  std::string_view mark;
  std::string_view on;
  std::string_view off;
};

// A longer mark before a shorter one that it begins with.
constexpr std::array styles{Style{"`", "\x1b[36m", "\x1b[39m"}, Style{"**", "\x1b[1m", "\x1b[22m"},
                            Style{"*", "\x1b[3m", "\x1b[23m"}};
constexpr Style underlined{"", "\x1b[4m", "\x1b[24m"};
constexpr std::string_view link_begins = "\x1b]8;;";  // then the address; none: the link is over
constexpr std::string_view sequence_ends = "\x1b\\";
constexpr std::size_t longest_address = 2000;  // VTE takes 2083 octets
constexpr std::string_view fence = "```";
constexpr std::size_t most_enclosed = 2000;  // octets: what is marked further apart was not meant

bool is_blank(char c) { return c == ' '; }

// What a mark at the front of the text encloses: something that neither begins nor ends with a blank.
std::optional<std::string_view> enclosed(std::string_view text, std::string_view mark) {
  text = text.substr(mark.size(), most_enclosed);
  if (text.empty() || is_blank(text.front()) || text.front() == mark[0]) return std::nullopt;
  for (std::size_t end = text.find(mark, 1); end != std::string_view::npos; end = text.find(mark, end + 1))
    if (!is_blank(text[end - 1]) && text[end - 1] != mark[0]) return text.substr(0, end);
  return std::nullopt;
}

// The link at the front of the text: up to a blank, without what ends a sentence, or closes what was opened before it.
std::string_view link_at(std::string_view text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return {};
  std::string_view found = text.substr(0, text.find_first_of(" \n"));
  auto unopened = std::count(found.begin(), found.end(), ')') - std::count(found.begin(), found.end(), '(');
  while (!found.empty() && std::string_view(".,;:!?)\"'>").find(found.back()) != std::string_view::npos) {
    if (found.back() == ')' && unopened-- <= 0) break;
    found.remove_suffix(1);
  }
  return found.size() > 8 ? found : std::string_view();
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Unreserved or reserved (RFC 3986, section 2), but for the semicolon.
bool is_of_address(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || std::string_view("-._~:/?#[]@!$&'()*+,=").find(c) != std::string_view::npos;
}

}  // namespace

std::string link_address(std::string_view link) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string made;
  for (std::size_t i = 0; i < link.size(); ++i) {
    const bool written_so = link[i] == '%' && i + 2 < link.size() && is_hex(link[i + 1]) && is_hex(link[i + 2]);
    if (is_of_address(link[i]) || written_so) {
      made += link[i];
      continue;
    }
    const auto octet = static_cast<unsigned char>(link[i]);
    made += {'%', digits[octet >> 4], digits[octet & 15]};
  }
  return made.size() <= longest_address ? made : std::string();
}

namespace {

// `shown` stands for the link.
std::string told(std::string_view link, std::string_view shown) {
  const std::string address = link_address(link);
  if (address.empty()) return std::string(shown);
  const std::string end(sequence_ends);
  return std::string(link_begins) + address + end + std::string(shown) + std::string(link_begins) + end;
}

}  // namespace

std::string with_links(std::string_view harmless) {
  std::string made;
  while (!harmless.empty()) {
    const std::string_view link = link_at(harmless);
    made += link.empty() ? std::string(harmless.substr(0, 1)) : told(link, link);
    harmless.remove_prefix(std::max<std::size_t>(link.size(), 1));
  }
  return made;
}

std::string Markup::code(std::string_view text) const { return links_ ? with_links(text) : std::string(text); }

std::string Markup::shown_link(std::string_view link) const {
  std::string made(link);
  if (attributes_) made = std::string(underlined.on) + made + std::string(underlined.off);
  return links_ ? told(link, made) : made;
}

// NOLINTNEXTLINE(misc-no-recursion): bold in italic in bold, and no deeper
std::string Markup::inside(std::string_view text, int depth) const {
  std::string made;
  char before = ' ';
  while (!text.empty()) {
    std::string_view taken;
    if (const auto found = link_at(text); !found.empty()) {
      made += shown_link(found);
      taken = found;
    }
    // Within a word a mark is a sign like any other: 2*3*4, snake_case.
    const bool begins = is_blank(before) || std::string_view("(\"'").find(before) != std::string_view::npos;
    for (const Style& style : styles) {
      if (!taken.empty() || !begins || depth > 2 || !text.starts_with(style.mark)) continue;
      const auto words = enclosed(text, style.mark);
      if (!words) continue;
      made += std::string(attributes_ ? style.on : style.mark) +
              (style.mark == "`" ? code(*words) : inside(*words, depth + 1)) +
              std::string(attributes_ ? style.off : style.mark);
      taken = text.substr(0, words->size() + 2 * style.mark.size());
    }
    if (taken.empty()) {
      taken = text.substr(0, 1);
      made += taken;
    }
    before = taken.back();
    text.remove_prefix(taken.size());
  }
  return made;
}

std::string Markup::line(std::string_view harmless) {
  const bool is_fence = harmless.starts_with(fence) && harmless.find('`', fence.size()) == std::string_view::npos;
  if (is_fence) in_block_ = !in_block_;
  if (!attributes_ && !links_) return std::string(harmless);
  if (!is_fence && !in_block_) return inside(harmless);
  if (!attributes_) return code(harmless);
  return std::string(styles[0].on) + code(harmless) + std::string(styles[0].off);
}

}  // namespace chat
