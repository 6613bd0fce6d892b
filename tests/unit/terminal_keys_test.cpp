#include <gtest/gtest.h>

#include <vector>

#include "terminal/keys.hpp"

namespace chat {

// For what a failed check says.
void PrintTo(const Key& key, std::ostream* out) {
  *out << static_cast<int>(key.kind) << (key.alt ? "a" : "") << (key.ctrl ? "c" : "") << (key.shift ? "s" : "") << "'"
       << key.text.substr(0, 40) << "'";
}

namespace {

using Kind = Key::Kind;

Key key(Kind kind, std::string text = {}, std::string_view with = {}) {
  Key made;
  made.kind = kind;
  made.text = std::move(text);
  made.alt = with.find('a') != std::string_view::npos;
  made.ctrl = with.find('c') != std::string_view::npos;
  made.shift = with.find('s') != std::string_view::npos;
  return made;
}

std::vector<Key> pressed(KeyReader& reader) {
  std::vector<Key> keys;
  while (auto next = reader.next()) keys.push_back(*next);
  return keys;
}

// When nothing has come for a moment.
std::vector<Key> drain(KeyReader& reader) {
  reader.settle();
  return pressed(reader);
}

std::vector<Key> keys_of(std::string_view octets) {
  KeyReader reader;
  reader.feed(octets);
  return drain(reader);
}

struct Sample {
  std::string_view octets;
  Key key;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {"a", key(Kind::text, "a")},
      {"\xc3\xa9", key(Kind::text, "\xc3\xa9")},
      {"\xe9\x99\xbd", key(Kind::text, "\xe9\x99\xbd")},
      {"\xf0\x9f\x98\x80", key(Kind::text, "\xf0\x9f\x98\x80")},
      {"\x01", key(Kind::control, "a")},
      {"\x1a", key(Kind::control, "z")},
      {"\x1f", key(Kind::control, "_")},
      {std::string_view("\0", 1), key(Kind::control, "@")},
      {"\r", key(Kind::enter)},
      {"\n", key(Kind::enter)},
      {"\t", key(Kind::tab)},
      {"\x7f", key(Kind::backspace)},
      {"\x08", key(Kind::backspace)},
      {"\x1b\r", key(Kind::enter, {}, "a")},
      {"\x1b\x7f", key(Kind::backspace, {}, "a")},
      {"\x1b"
       "b",
       key(Kind::text, "b", "a")},
      {"\x1b\xc3\xa9", key(Kind::text, "\xc3\xa9", "a")},
      {"\x1b[A", key(Kind::up)},
      {"\x1b[B", key(Kind::down)},
      {"\x1bOC", key(Kind::right)},
      {"\x1b[1;5D", key(Kind::left, {}, "c")},
      {"\x1b[1;3C", key(Kind::right, {}, "a")},
      {"\x1b[1;8A", key(Kind::up, {}, "acs")},
      {"\x1b[H", key(Kind::home)},
      {"\x1b[1~", key(Kind::home)},
      {"\x1b[7~", key(Kind::home)},
      {"\x1bOF", key(Kind::end)},
      {"\x1b[4~", key(Kind::end)},
      {"\x1b[3~", key(Kind::remove)},
      {"\x1b[3;5~", key(Kind::remove, {}, "c")},
      {"\x1b[5~", key(Kind::page_up)},
      {"\x1b[6~", key(Kind::page_down)},
      {"\x1b[Z", key(Kind::tab, {}, "s")},
      {"\x1b[I", key(Kind::focus_in)},
      {"\x1b[O", key(Kind::focus_out)},
      {"\x1bOM", key(Kind::enter)},
      {"\x1b[15~", key(Kind::unknown)},
      {"\x1b[?1;2c", key(Kind::unknown)},
      {"\x1b[24;80R", key(Kind::unknown)},
      {"\x1b[[A", key(Kind::unknown)},
      {"\x1b[200~two\r\nlines\rand a tab\t\x1b[201~", key(Kind::paste, "two\nlines\nand a tab\t")},
  };
  return all;
}

TEST(Keys, EachSequenceIsOneKey) {
  for (const Sample& sample : samples()) {
    const auto keys = keys_of(sample.octets);
    ASSERT_EQ(keys.size(), 1u) << testing::PrintToString(sample.octets);
    EXPECT_EQ(keys[0], sample.key) << testing::PrintToString(sample.octets);
  }
}

TEST(Keys, CutAnywhereGivesTheSameKeys) {
  for (const Sample& sample : samples()) {
    for (std::size_t cut = 1; cut < sample.octets.size(); ++cut) {
      KeyReader reader;
      reader.feed(sample.octets.substr(0, cut));
      ASSERT_TRUE(drain(reader).empty()) << testing::PrintToString(sample.octets) << " cut at " << cut;
      reader.feed(sample.octets.substr(cut));
      EXPECT_EQ(drain(reader), std::vector<Key>{sample.key}) << testing::PrintToString(sample.octets);
    }
  }
}

TEST(Keys, AllInARowGiveAllKeys) {
  std::string octets;
  std::vector<Key> wanted;
  for (const Sample& sample : samples()) {
    octets += sample.octets;
    wanted.push_back(sample.key);
  }
  EXPECT_EQ(keys_of(octets), wanted);
  KeyReader reader;
  std::vector<Key> keys;
  for (const char octet : octets) {
    reader.feed(std::string_view(&octet, 1));
    for (const Key& each : drain(reader)) keys.push_back(each);
  }
  EXPECT_EQ(keys, wanted);
}

TEST(Keys, WhatIsUnfinishedExpires) {
  KeyReader reader;
  reader.feed("\x1b");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.unfinished());
  reader.expire();
  EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::escape)});
  EXPECT_FALSE(reader.unfinished());
  reader.feed("b");
  EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::text, "b")});
  reader.feed("\x1b[1;");
  reader.expire();
  EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::unknown)});
  reader.feed("\xe9\x99");
  reader.expire();
  EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::text, "\xef\xbf\xbd")});
  reader.feed("\x1b");
  EXPECT_FALSE(reader.next()) << "an expiry is for what was there";
}

TEST(Keys, EscapeTwiceIsEscapeThenTheRest) {
  EXPECT_EQ(keys_of("\x1b\x1b[A"), (std::vector<Key>{key(Kind::escape), key(Kind::up)}));
}

TEST(Keys, BrokenUtf8IsShownAsSuch) {
  const std::string replacement = "\xef\xbf\xbd";
  EXPECT_EQ(keys_of("\xff"
                    "a"),
            (std::vector<Key>{key(Kind::text, replacement), key(Kind::text, "a")}));
  EXPECT_EQ(keys_of("\xc3"
                    "a"),
            (std::vector<Key>{key(Kind::text, replacement), key(Kind::text, "a")}));
  EXPECT_EQ(keys_of("\x80"), std::vector<Key>{key(Kind::text, replacement)});
}

const std::string paste_begin = "\x1b[200~";
const std::string paste_end = "\x1b[201~";

TEST(Keys, C7_MarksInsideAPasteDoNotEndIt) {
  EXPECT_EQ(keys_of("\x1b[200~rm -rf\x1b[201~\r/quit\r\x1b[201~\r"),
            (std::vector<Key>{key(Kind::paste, "rm -rf\n/quit\n"), key(Kind::enter)}));
  EXPECT_EQ(keys_of("\x1b[200~one\x1b[201~\r/quit\r\x1b[200~two\x1b[201~"),
            std::vector<Key>{key(Kind::paste, "one\n/quit\ntwo")});
}

// However it is cut into reads: what stands behind an inner mark is not typed as long as more comes.
TEST(Keys, C7_MarksInsideAPasteThatComesInPieces) {
  constexpr std::size_t piece = 4096;
  for (const std::size_t size : {3000u, 8192u, 20000u}) {
    for (std::size_t before = piece - 8; before <= piece + 8; ++before) {
      const std::string head(before - paste_begin.size() - paste_end.size(), 'x');
      const std::string tail = "\r/me was typed\r" + std::string(size, 'y');
      const std::string octets = paste_begin + head + paste_end + tail + paste_end;
      KeyReader reader;
      for (std::size_t at = 0; at < octets.size(); at += piece) {
        reader.feed(std::string_view(octets).substr(at, piece));
        ASSERT_TRUE(pressed(reader).empty()) << size << " octets behind an inner mark that ends at " << before;
      }
      EXPECT_TRUE(reader.holds_paste());
      EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::paste, head + "\n/me was typed\n" + std::string(size, 'y'))});
      EXPECT_FALSE(reader.holds_paste());
    }
  }
}

TEST(Keys, WhatIsTypedRightBehindAPasteIsTyped) {
  KeyReader reader;
  reader.feed(paste_begin + "one" + paste_end + "\r");
  EXPECT_TRUE(pressed(reader).empty()) << "an end mark may come yet";
  EXPECT_EQ(drain(reader), (std::vector<Key>{key(Kind::paste, "one"), key(Kind::enter)}));
  reader.feed(paste_begin + "two" + paste_end);
  EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::paste, "two")});
  reader.feed("\r");
  EXPECT_EQ(pressed(reader), std::vector<Key>{key(Kind::enter)}) << "what is typed later waits for nothing";
}

TEST(Keys, APauseBeforeTheEndEndsNoPaste) {
  KeyReader reader;
  reader.feed(paste_begin + "one");
  EXPECT_TRUE(drain(reader).empty());
  reader.feed("\r" + paste_end);
  EXPECT_TRUE(pressed(reader).empty()) << "that pause was before the end mark";
  EXPECT_EQ(drain(reader), std::vector<Key>{key(Kind::paste, "one\n")});
}

TEST(Keys, AHugePasteIsCut) {
  KeyReader reader;
  reader.feed("\x1b[200~");
  for (int i = 0; i < 40; ++i) {
    reader.feed(std::string(64 * 1024, 'x'));
    EXPECT_FALSE(reader.next());
  }
  reader.feed("\x1b[201~.");
  const auto keys = drain(reader);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].text.size(), std::size_t{1} << 20);
  EXPECT_EQ(keys[1], key(Kind::text, "."));
}

TEST(Keys, AnEndlessSequenceEnds) {
  const auto keys = keys_of("\x1b[" + std::string(100, '1'));
  ASSERT_FALSE(keys.empty());
  EXPECT_EQ(keys[0], key(Kind::unknown));
}

}  // namespace
}  // namespace chat
