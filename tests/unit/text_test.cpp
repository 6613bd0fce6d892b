// Nothing that a peer sent acts on a terminal, reorders a line or breaks UTF-8.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "net_utils.hpp"

namespace chat {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string utf8(char32_t c) {
  std::string out;
  const auto add = [&](char32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6);
    add(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  } else {
    add(0xf0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3f));
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  }
  return out;
}

std::string number(char32_t c) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(c));
  return text.data();
}

std::string repeated(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

std::size_t count_of(std::string_view text, std::string_view piece) {
  std::size_t count = 0;
  for (std::size_t at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + piece.size()))
    ++count;
  return count;
}

const std::vector<char32_t> bidi{0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c,
                                 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069};
const std::vector<std::string_view> not_utf8{"\x80",
                                             "\xbf",
                                             "\xc0\x80",
                                             "\xc1\xbf",
                                             "\xc2",
                                             "\xc2\x41",
                                             "\xe0\x80\x80",
                                             "\xe0\x9f\xbf",
                                             "\xe2\x82",
                                             "\xed\xa0\x80",
                                             "\xed\xbf\xbf",
                                             "\xef",
                                             "\xf0\x80\x80\x80",
                                             "\xf0\x8f\xbf\xbf",
                                             "\xf0\x9f\x92",
                                             "\xf4\x90\x80\x80",
                                             "\xf5\x80\x80\x80",
                                             "\xf8\x88\x80\x80\x80",
                                             "\xfe",
                                             "\xff"};

TEST(Printable, OrdinaryTextIsLeftAlone) {
  for (const auto text : {"hello"sv, ""sv, "a\\b \"quoted\""sv, "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"sv,
                          "\xe6\x9d\x8e\xe9\x9b\xb7"sv, "\xd8\xb9\xd9\x85\xd8\xb1"sv,
                          "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x87"sv,
                          "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"sv})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EveryC0ControlAndDelIsShownAsItsOctet) {
  for (int c = 0; c <= 0x7f; ++c) {
    if ((c >= 0x20 && c < 0x7f) || c == '\t') continue;
    std::array<char, 8> expected{};
    std::snprintf(expected.data(), expected.size(), "\\x%02x", static_cast<unsigned>(c));
    EXPECT_EQ(printable(std::string(1, static_cast<char>(c))), expected.data());
  }
}
TEST(Printable, ATabBecomesSpaces) { EXPECT_EQ(printable("a\tb"), "a    b"); }
TEST(Printable, ALineBreakDoesNotBreakTheLine) { EXPECT_EQ(printable("a\nserver: b"), "a\\x0aserver: b"); }

TEST(Printable, C1ControlsAreShownWhetherAsUtf8OrRaw) {
  for (unsigned c = 0x80; c <= 0x9f; ++c) {
    std::array<char, 16> expected{};
    std::snprintf(expected.data(), expected.size(), "\\u{%04x}", c);
    EXPECT_EQ(printable(utf8(c)), expected.data());
    std::snprintf(expected.data(), expected.size(), "\\x%02x", c);
    EXPECT_EQ(printable(std::string(1, static_cast<char>(c))), expected.data());
  }
}

TEST(Printable, EscapeSequencesLoseTheirIntroducer) {
  const std::vector<std::pair<std::string_view, std::string_view>> table{
      {"\x1b[2J", "\\x1b[2J"},
      {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
      {"\x1b]8;;http://x\x1b\\", "\\x1b]8;;http://x\\x1b\\"},
      {"\x1bP$q\x1b\\", "\\x1bP$q\\x1b\\"},
      {"\x1b[2147483647b", "\\x1b[2147483647b"},
      {"\xc2\x9b"
       "2J",
       "\\u{009b}2J"},
      {"\x9b"
       "2J",
       "\\x9b2J"},
      {"bob\rserver: hi", "bob\\x0dserver: hi"},
      {"x\x08y", "x\\x08y"},
  };
  for (const auto& [raw, shown] : table) EXPECT_EQ(printable(raw), shown);
}

TEST(Printable, WhatReordersTextIsShown) {
  for (const char32_t c : bidi) EXPECT_EQ(printable("a" + utf8(c) + "b").find(utf8(c)), std::string::npos) << number(c);
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u{202e}");
}
TEST(Printable, LineAndParagraphSeparatorsAreShown) {
  EXPECT_EQ(printable("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}");
}
TEST(Printable, TagCharactersAreShown) {
  for (char32_t c = 0xe0000; c <= 0xe007f; ++c) EXPECT_EQ(printable(utf8(c)).substr(0, 4), "\\u{e") << number(c);
}
TEST(Printable, InvisibleCharactersAreShown) {
  for (const char32_t c : {0x00ad, 0x200b, 0x2060, 0x2061, 0x2064, 0x206a, 0x206f, 0xfeff, 0xfff9, 0xfffb})
    EXPECT_EQ(printable(utf8(c)).substr(0, 3), "\\u{") << number(c);
}

TEST(Printable, EightMarksStayOnABase) {
  const auto mark = "\xcc\x80"sv;
  EXPECT_EQ(printable("a" + repeated(mark, 8)), "a" + repeated(mark, 8));
  EXPECT_EQ(printable("a" + repeated(mark, 9) + "b" + repeated(mark, 9)),
            "a" + repeated(mark, 8) + "b" + repeated(mark, 8));
}
TEST(Printable, OfTenThousandMarksEightStay) {
  EXPECT_EQ(count_of(printable("a" + repeated("\xcc\x80", 10'000)), "\xcc\x80"), 8u);
}
TEST(Printable, AMixtureOfMarksIsCountedTogether) {
  // U+0300 nonspacing, U+20DD enclosing, U+FE0F variation selector
  EXPECT_LE(printable("a" + repeated("\xcc\x80\xe2\x83\x9d\xef\xb8\x8f", 1000)).size(), 1 + 8 * 3u);
}
TEST(Printable, AJoinerIsNoFreshBaseForMoreMarks) {
  EXPECT_LE(count_of(printable("a" + repeated("\xcc\x80\xe2\x80\x8d", 10'000)), "\xcc\x80"), 8u);
  EXPECT_LE(count_of(printable("a" + repeated("\xcc\x80\xe2\x80\x8c", 10'000)), "\xcc\x80"), 8u);
}

TEST(Printable, EveryOctetThatIsNotUtf8IsShown) {
  for (const auto raw : not_utf8) {
    const std::string shown = printable("<" + std::string(raw) + ">");
    EXPECT_TRUE(is_clean_text(shown)) << shown;
    EXPECT_EQ(shown.substr(0, 3), "<\\x") << shown;
    EXPECT_EQ(shown.back(), '>') << shown;
  }
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");
}
TEST(Printable, ABrokenCharacterDoesNotSwallowTheNextOne) {
  EXPECT_EQ(printable("\xe2\x82"
                      "a"),
            "\\xe2\\x82a");
  EXPECT_EQ(printable("\xf0\x9f\x1b"), "\\xf0\\x9f\\x1b");
}

TEST(Printable, IsIdempotentForEveryCharacterThereIs) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const std::string once = printable("a" + utf8(c) + "b");
    ASSERT_EQ(printable(once), once) << number(c);
    ASSERT_TRUE(is_clean_text(once)) << number(c);
    ASSERT_EQ(once.find_first_of("\n\t"), std::string::npos) << number(c);
  }
}
TEST(Printable, IsIdempotentForMixturesAndBrokenText) {
  for (const auto& text :
       {repeated("a\xcc\x80", 30), repeated("\xcc\x80", 30), "\x1b" + repeated("\xcc\x80", 20),
        "a" + repeated("\xcc\x80\x1b", 20), "\\x1b\\u{202e}\\"s, "\xf0\x9f\x91\xa9\xe2\x80\x8d\x80"s}) {
    const std::string once = printable(text);
    EXPECT_EQ(printable(once), once);
  }
}

TEST(CleanText, AllowsLineBreaksAndTabs) { EXPECT_TRUE(is_clean_text("two\n\tlines")); }
TEST(CleanText, AnEmptyTextIsClean) { EXPECT_TRUE(is_clean_text("")); }
TEST(CleanText, RefusesEveryOtherControl) {
  for (char32_t c = 0; c <= 0x9f; ++c) {
    const bool control = c < 0x20 || c >= 0x7f;
    EXPECT_EQ(is_clean_text("a" + utf8(c)), !control || c == '\n' || c == '\t') << number(c);
  }
}
TEST(CleanText, RefusesSeparatorsBidiControlsAndTags) {
  for (const char32_t c : bidi) EXPECT_FALSE(is_clean_text(utf8(c))) << number(c);
  for (const char32_t c : {0x2028, 0x2029, 0xe0000, 0xe0001, 0xe0041, 0xe007f})
    EXPECT_FALSE(is_clean_text(utf8(c))) << number(c);
}
TEST(CleanText, RefusesWhatIsNotUtf8) {
  for (const auto raw : not_utf8) EXPECT_FALSE(is_clean_text("a" + std::string(raw))) << printable(raw);
}
TEST(CleanText, AllowsJoinersThatScriptsAndEmojiNeed) {
  EXPECT_TRUE(is_clean_text("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb \xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"));
}

TEST(CleanText, CleaningLeavesOutExactlyWhatIsRefused) {
  EXPECT_EQ(clean_text("a\x1b[2J\tb\r\n"), "a[2J\tb\n");
  EXPECT_EQ(clean_text("x\xe2\x80\xaey\xc2\x9bz\x80\xff"), "xyz");
  EXPECT_EQ(clean_text("\x1b\x07"), "");
}
TEST(CleanText, TheTwoFunctionsAgreeOnEveryCharacterThereIs) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const std::string text = "a" + utf8(c) + "b";
    ASSERT_EQ(clean_text(text), is_clean_text(text) ? text : "ab") << number(c);
  }
}
TEST(CleanText, WhatWasCleanedIsClean) {
  // Leaving octets out must not put together a character that was not there.
  for (const auto& text : {"\xe2\x1b\x80\xae"s, "\xc2\x80\x9b"s, "\xf0\x9f\x07\x92\xa9"s, "\xe2\xe2\x80\xae\x80\xae"s})
    EXPECT_TRUE(is_clean_text(clean_text(text))) << printable(text);
}

}  // namespace
}  // namespace chat
