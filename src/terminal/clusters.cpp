#include "terminal/clusters.hpp"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

#include "net_utils.hpp"

namespace chat {

namespace {

constexpr UChar32 emoji_style = 0xfe0f;  // the sign before it is shown as an emoji

struct CloseIterator {
  void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
};
struct CloseText {
  void operator()(UText* text) const { utext_close(text); }
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

int columns_of(UChar32 c) {
  const auto kind = U_MASK(u_charType(c));
  if ((kind & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK | U_GC_CC_MASK)) != 0) return 0;
  switch (u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH)) {
    case U_EA_WIDE:
    case U_EA_FULLWIDTH: return 2;
    default: return 1;
  }
}

Cluster measured(std::string_view text, std::size_t begin, std::size_t end) {
  Cluster cluster{begin, end - begin, 0, false};
  const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
  bool emoji = false;
  for (auto at = static_cast<std::int32_t>(begin); at < static_cast<std::int32_t>(end);) {
    const auto first = at;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(octets, at, static_cast<std::int32_t>(end), c);
    cluster.columns += columns_of(c);
    emoji = emoji || c == emoji_style;
    if (static_cast<std::size_t>(first) == begin) cluster.word = u_isalnum(c) != 0;
  }
  cluster.columns = emoji ? 2 : std::min(cluster.columns, 2);
  return cluster;
}

}  // namespace

std::vector<Cluster> clusters_of(std::string_view text) {
  std::vector<Cluster> clusters;
  clusters.reserve(text.size());
  if (is_ascii(text)) {  // the common case; \r\n, the one pair that belongs together, never gets here
    for (std::size_t i = 0; i < text.size(); ++i) clusters.push_back(measured(text, i, i + 1));
    return clusters;
  }
  UErrorCode status = U_ZERO_ERROR;
  thread_local const std::unique_ptr<UBreakIterator, CloseIterator> iterator(
      ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status));
  const std::unique_ptr<UText, CloseText> opened(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
  ubrk_setUText(iterator.get(), opened.get(), &status);
  ensure(U_SUCCESS(status), "ICU has no data for grapheme clusters");
  std::size_t begin = 0;
  for (auto end = ubrk_next(iterator.get()); end != UBRK_DONE; end = ubrk_next(iterator.get())) {
    clusters.push_back(measured(text, begin, static_cast<std::size_t>(end)));
    begin = static_cast<std::size_t>(end);
  }
  return clusters;
}

int columns_of(std::string_view text) {
  int columns = 0;
  for (const Cluster& cluster : clusters_of(text)) columns += cluster.columns;
  return columns;
}

std::string_view cut_to_columns(std::string_view text, int columns) {
  for (const Cluster& cluster : clusters_of(text)) {
    columns -= cluster.columns;
    if (columns < 0) return text.substr(0, cluster.begin);
  }
  return text;
}

}  // namespace chat
