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
constexpr Style link{"", "\x1b[4m", "\x1b[24m"};
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

// The link at the front of the text: up to a blank, without what ends a sentence.
std::string_view link_at(std::string_view text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return {};
  std::string_view found = text.substr(0, text.find(' '));
  while (!found.empty() && std::string_view(".,;:!?)\"'>").find(found.back()) != std::string_view::npos)
    found.remove_suffix(1);
  return found.size() > 8 ? found : std::string_view();
}

// NOLINTNEXTLINE(misc-no-recursion): bold in italic in bold, and no deeper
std::string inside(std::string_view text, int depth = 0) {
  std::string made;
  char before = ' ';
  while (!text.empty()) {
    std::string_view taken;
    if (const auto found = link_at(text); !found.empty()) {
      made += std::string(link.on) + std::string(found) + std::string(link.off);
      taken = found;
    }
    // Within a word a mark is a sign like any other: 2*3*4, snake_case.
    const bool begins = is_blank(before) || std::string_view("(\"'").find(before) != std::string_view::npos;
    for (const Style& style : styles) {
      if (!taken.empty() || !begins || depth > 2 || !text.starts_with(style.mark)) continue;
      const auto words = enclosed(text, style.mark);
      if (!words) continue;
      made += std::string(style.on) + (style.mark == "`" ? std::string(*words) : inside(*words, depth + 1)) +
              std::string(style.off);
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

}  // namespace

std::string Markup::line(std::string_view harmless) {
  const bool is_fence = harmless.starts_with(fence) && harmless.find('`', fence.size()) == std::string_view::npos;
  if (is_fence) in_block_ = !in_block_;
  if (!is_fence && !in_block_) return inside(harmless);
  return std::string(styles[0].on) + std::string(harmless) + std::string(styles[0].off);
}

}  // namespace chat
