// Bold, italic, code, links and emoji: attributes alone are added, whatever the text.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "net_utils.hpp"
#include "terminal/clusters.hpp"
#include "terminal/emoji.hpp"
#include "terminal/emoji_table.hpp"
#include "terminal/markup.hpp"
#include "terminal/notice.hpp"
#include "terminal/transcript.hpp"

namespace chat {
namespace {

std::string shown(const std::string& text) { return Markup().line(text); }

TEST(Markup, MarksBecomeAttributes) {
  EXPECT_EQ(shown("a **b c** d"), "a \x1b[1mb c\x1b[22m d");
  EXPECT_EQ(shown("*b*"), "\x1b[3mb\x1b[23m");
  EXPECT_EQ(shown("`x = **y**`"), "\x1b[36mx = **y**\x1b[39m");
  EXPECT_EQ(shown("**b *i* b**"), "\x1b[1mb \x1b[3mi\x1b[23m b\x1b[22m");
  EXPECT_EQ(shown("see https://clint.example/a_b?c=*d*."), "see \x1b[4mhttps://clint.example/a_b?c=*d*\x1b[24m.");
}

TEST(Markup, WhatIsNoMarkStaysAsItIs) {
  for (const char* text : {"2 * 3 * 4", "2*3*4", "**", "***", "* a *", "`", "``", "a ** b", "int **p, **q", "https://",
                           "http:// x", "*", "not*this*", "_x_", ""})
    EXPECT_EQ(shown(text), text);
}

TEST(Markup, ABlockIsCodeUpToItsEnd) {
  Markup markup;
  EXPECT_EQ(markup.line("```cpp"), "\x1b[36m```cpp\x1b[39m");
  EXPECT_EQ(markup.line("a **b**"), "\x1b[36ma **b**\x1b[39m");
  EXPECT_EQ(markup.line("```"), "\x1b[36m```\x1b[39m");
  EXPECT_EQ(markup.line("**b**"), "\x1b[1mb\x1b[22m");
}

constexpr const char* link_over = "\x1b]8;;\x1b\\";

// What the terminal is told about a link.
std::string linked(const std::string& address, const std::string& text) {
  return "\x1b]8;;" + address + "\x1b\\" + text + link_over;
}

TEST(Markup, ALinkIsToldToTheTerminalAsAWhole) {
  const std::string link = "https://clint.example/" + std::string(300, 'a') + "?b=(c)#d";
  EXPECT_EQ(Markup(false, true).line("see " + link + ", **now**"), "see " + linked(link, link) + ", **now**");
  EXPECT_EQ(Markup(true, true).line("*" + link + "*"),
            "\x1b[3m" + linked(link, "\x1b[4m" + link + "\x1b[24m") + "\x1b[23m");
  EXPECT_EQ(Markup(false, true).line("**http://a.b** `x`"), "**" + linked("http://a.b", "http://a.b") + "** `x`");
  EXPECT_EQ(Markup(false, false).line("*a* " + link), "*a* " + link);
}

TEST(Markup, ALinkInCodeIsOneToo) {
  const std::string link = "https://clint.example/a*b*";
  EXPECT_EQ(Markup(true, true).line("`curl " + link + "`, ok"), "\x1b[36mcurl " + linked(link, link) + "\x1b[39m, ok");
  EXPECT_EQ(Markup(false, true).line("`" + link + "`"), "`" + linked(link, link) + "`");
  for (const bool attributes : {true, false}) {
    Markup markup(attributes, true);
    markup.line("```");
    const std::string shown = markup.line("  **x** " + link + ";");
    const std::string wanted = "  **x** " + linked(link, link) + ";";
    EXPECT_EQ(shown, attributes ? "\x1b[36m" + wanted + "\x1b[39m" : wanted);
  }
  EXPECT_EQ(Markup(true, false).line("`" + link + "`"), "\x1b[36m" + link + "\x1b[39m");
}

TEST(Markup, WhatIsNoMessageHasLinksAndNoMarks) {
  EXPECT_EQ(with_links("* **a** http://a.b\n* `x` http://c.d/ http://\n"),
            "* **a** " + linked("http://a.b", "http://a.b") + "\n* `x` " + linked("http://c.d/", "http://c.d/") +
                " http://\n");
  EXPECT_EQ(with_links(""), "");
}

TEST(Markup, AParenthesisBelongsToTheLinkWhereItWasOpened) {
  EXPECT_EQ(shown("(http://a.b/c)"), "(\x1b[4mhttp://a.b/c\x1b[24m)");
  EXPECT_EQ(shown("(http://a.b/c_(d)).)"), "(\x1b[4mhttp://a.b/c_(d)\x1b[24m).)");
  EXPECT_EQ(shown("http://a.b/(c)(d), x"), "\x1b[4mhttp://a.b/(c)(d)\x1b[24m, x");
  EXPECT_EQ(shown("http://a.b/(c"), "\x1b[4mhttp://a.b/(c\x1b[24m");
}

TEST(Markup, AnAddressIsAsciiWithoutControlCharactersAndSemicolons) {
  EXPECT_EQ(link_address("http://a.b/%C3%A4?x=1&y=%2g%"), "http://a.b/%C3%A4?x=1&y=%252g%25");
  EXPECT_EQ(link_address("http://\xc3\xa4.b/\"<;>\\^`{|} "), "http://%C3%A4.b/%22%3C%3B%3E%5C%5E%60%7B%7C%7D%20");
  std::string all = "http://";
  for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
  for (const char c : link_address(all)) EXPECT_TRUE(c > 0x20 && c < 0x7f && c != ';' && c != '\\') << c;
  EXPECT_EQ(link_address("http://" + std::string(1993, 'a')).size(), 2000U);
  EXPECT_EQ(link_address("http://" + std::string(1994, 'a')), "");
  EXPECT_EQ(link_address("http://" + std::string(665, ';')), "");
  const std::string longer = "http://" + std::string(1994, 'a');
  EXPECT_EQ(Markup(false, true).line(longer), longer);
}

// Whatever is said: without the attributes and the marks it is what was there, and each line ends with no attribute.
TEST(Markup, RandomTextIsNeverLost) {
  std::mt19937 random(4711);
  const std::string letters = "ab *`*`.:/htps ";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += letters[random() % letters.size()];
    EXPECT_EQ(Markup(false, false).line(text), text);
    std::string plain;
    const std::string made = shown(text);
    for (std::size_t at = 0; at < made.size(); ++at) {
      if (made[at] == '\x1b') {
        at = made.find('m', at);
      } else {
        plain += made[at];
      }
    }
    const auto without_marks = [](std::string of) {
      std::erase_if(of, [](char c) { return c == '*' || c == '`'; });
      return of;
    };
    EXPECT_EQ(without_marks(plain), without_marks(text)) << text;
  }
}

TEST(Markup, AWallOfMarksTakesNoTime) {
  std::string wall;
  while (wall.size() < limits::message_bytes) wall += "*a **b `c ";
  EXPECT_GE(shown(wall).size(), wall.size() / 2);
}

TEST(Emoji, NamesBecomeSignsButNotInCode) {
  EXPECT_EQ(with_emoji("well done :tada:!"), "well done 🎉!");
  EXPECT_EQ(with_emoji(":smile::smile:"), "😄😄");
  EXPECT_EQ(with_emoji("`:tada:` :tada:"), "`:tada:` 🎉");
  for (const char* text : {"12:30:45", "std::vector", ":", "::", ":nosuchname:", "a:b", ":tada"})
    EXPECT_EQ(with_emoji(text), text);
}

TEST(Emoji, PartsOfAddressesTimesAndCodeAreNoNames) {
  for (const char* text : {"fe80::ab:1", "2001:db8:a:b:100:ab::1", "00:ab:cd:ef:12:34", "10:100:20", "a:b",
                           "std::thread::sleep_for(1s)", "std::a::b", "Vec::new::<u8>", "2001:db8::1234: up",
                           "fe80::a:%eth0", "user:id:42", "10:30:on:time", "root:x:0:0:root:/root:/bin/sh"})
    EXPECT_EQ(with_emoji(text), text);
  EXPECT_EQ(with_emoji("thanks:heart: (:100:) :a: :de:"), "thanks❤️ (💯) 🅰️ 🇩🇪");
  EXPECT_EQ(with_emoji(":smile::smile: :heart:you"), "😄😄 ❤️you");
}

TEST(Emoji, TabOffersTheShorterNamesFirstAndEachSignOnce) {
  const auto all = emoji_beginning("sm", 100);
  ASSERT_GT(all.size(), 5U);
  EXPECT_EQ(all[0], "😄");  // smile, before small_airplane
  EXPECT_EQ(emoji_beginning("sm", 2), (std::vector(all.begin(), all.begin() + 2)));
  EXPECT_EQ(emoji_beginning("heart", 1), (std::vector<std::string_view>{"❤️"}));
  EXPECT_TRUE(emoji_beginning("zzzz", 5).empty());
}

TEST(Emoji, EveryNameOfTheTableIsFound) {
  std::istringstream table{std::string(emoji_table)};
  std::size_t names = 0;
  for (std::string entry; table >> entry; ++names) {
    const std::size_t colon = entry.find(':');
    EXPECT_EQ(with_emoji(":" + entry.substr(0, colon) + ":"), entry.substr(colon + 1)) << entry;
  }
  EXPECT_GT(names, 1800U);
}

TEST(Emoji, EverySignMayBeSaidAndTakesTwoColumns) {
  const auto signs = emoji_beginning("", 10'000);
  EXPECT_GT(signs.size(), 1500U);
  EXPECT_EQ(std::set(signs.begin(), signs.end()).size(), signs.size());
  for (const std::string_view sign : signs) {
    EXPECT_TRUE(is_clean_text(sign)) << sign;
    EXPECT_EQ(printable(sign), sign);
    EXPECT_EQ(clusters_of(sign).size(), 1U) << sign;
    EXPECT_EQ(columns_of(sign), 2) << sign;
  }
}

TEST(Notice, HoldsNoControlCharacterOfOthers) {
  EXPECT_EQ(notice_sequence(Notice::off, "bob", "x"), "");
  EXPECT_EQ(notice_sequence(Notice::bell, "bob", "x"), "\a");
  EXPECT_EQ(notice_sequence(Notice::desktop, "bob", "names you"),
            "\x1b]9;bob: names you\a\x1b]777;notify;bob;names you\a");
  const std::string hostile = notice_sequence(Notice::desktop, "b;b\x1b]0;x\a", std::string(500, '\x1b') + "\xc2\x9d");
  EXPECT_EQ(std::count(hostile.begin(), hostile.end(), '\x1b'), 2);
  EXPECT_EQ(std::count(hostile.begin(), hostile.end(), '\a'), 2);
  EXPECT_EQ(std::count(hostile.begin(), hostile.end(), ';'), 4);
  EXPECT_EQ(hostile.find("\xc2\x9d"), std::string::npos);
  EXPECT_LT(hostile.size(), 600U);
}

TEST(Transcript, FindsAllWordsInAnyCase) {
  EXPECT_TRUE((Search{"four tea", {}, {}, 0}).fits("alice", "ops", 0, "alice: Tea at FOUR"));
  EXPECT_TRUE((Search{"äpfel", {}, {}, 0}).fits("alice", "ops", 0, "ÄPFEL"));
  EXPECT_FALSE((Search{"tea four", {}, {}, 0}).fits("alice", "ops", 0, "alice: tea"));
  Transcript transcript;
  for (int i = 0; i < 60; ++i) {
    PostArrived arrived;
    arrived.post.room = "ops";
    arrived.post.sender = "bob";
    arrived.post.body = "line " + std::to_string(i) + (i % 2 == 0 ? " even" : "");
    transcript.add(arrived);
  }
  const auto found = transcript.find({"EVEN line", {}, {}, 0}, 10);
  EXPECT_EQ(found.all, 30U);
  ASSERT_EQ(found.lines.size(), 10U);
  EXPECT_NE(found.lines.back().find("[#ops] bob: line 58 even"), std::string::npos);
  EXPECT_EQ(transcript.find({"line 1970", {}, {}, 0}, 10).all, 0U) << "the year in which they were said";
  EXPECT_EQ(transcript.find({"bob 59", {}, {}, 0}, 10).all, 1U);
}

}  // namespace
}  // namespace chat
