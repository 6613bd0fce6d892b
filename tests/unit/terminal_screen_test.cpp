#include <gtest/gtest.h>

#include "terminal/screen.hpp"

namespace chat {
namespace {

InputArea area(std::string text, std::size_t cursor = std::string::npos, std::vector<std::string> pending = {}) {
  InputArea made;
  made.pending = std::move(pending);
  made.prompt = "> ";
  made.cursor = std::min(cursor, text.size());
  made.text = std::move(text);
  return made;
}

Screen shown(const InputArea& what, ScreenSize size = {20, 5}, bool reflows = true) {
  Screen screen(size, reflows, true);
  screen.update(what);
  screen.show();
  return screen;
}

TEST(Screen, TypingSendsTheCharacterAlone) {
  Screen screen = shown(area("ab"));
  EXPECT_EQ(screen.update(area("abc")), "c");
  EXPECT_EQ(screen.update(area("abc")), "");
  EXPECT_EQ(screen.update(area("abc", 1)), "\r\x1b[3C");
  EXPECT_EQ(screen.update(area("axbc", 2)), "\r> axbc\x1b[K\r\x1b[4C");
}

TEST(Screen, DeletingErasesWhatWasLonger) {
  Screen screen = shown(area("abc"));
  EXPECT_EQ(screen.update(area("ab")), "\r> ab\x1b[K\r\x1b[4C");
}

TEST(Screen, LinesAppearAboveTheArea) {
  Screen screen = shown(area("ab"));
  EXPECT_EQ(screen.print("bob: hi\n", area("ab")), "\r\x1b[Kbob: hi\n> ab");
  EXPECT_EQ(screen.print("bob: hi\n", area("ab", 0)), "\r\x1b[Kbob: hi\n> ab\r\x1b[2C");
}

TEST(Screen, ALongLineIsWrappedBeforeTheLastColumn) {
  Screen screen(ScreenSize{10, 5}, true, true);
  screen.update(area("1234567890"));
  EXPECT_EQ(screen.show(), "> 1234567\n890");
  EXPECT_EQ(screen.update(area("1234567890", 0)), "\r\x1b[1A\x1b[2C");
  EXPECT_EQ(screen.print("x\n", area("1234567890", 0)),
            "\r\x1b[K\x1b[1B\x1b[J\x1b[1Ax\n> 1234567\n890\r\x1b[1A\x1b[2C");
  EXPECT_EQ(screen.update(area("123")), "\r> 123\x1b[K\r\x1b[1B\x1b[J\r\x1b[1A\x1b[5C");
}

TEST(Screen, WideSignsAreNotSplitAndPlacedByRewriting) {
  Screen screen(ScreenSize{6, 5}, true, true);
  screen.update(area("\xe9\x99\xbd\xe5\xad\x90", 3));
  EXPECT_EQ(screen.show(), "> \xe9\x99\xbd\n\xe5\xad\x90\r");
}

// 24 columns would be 5 rows of 5; but a sign of two columns is not cut, and so there are 6 rows of 4.
TEST(Screen, ANarrowerTerminalDoesNotCutAWideSign) {
  std::string wide;
  for (int i = 0; i < 11; ++i) wide += "\xe9\x99\xbd";
  Screen screen({30, 9}, true, true);
  screen.update(area(wide));
  EXPECT_EQ(screen.show(), "> " + wide);
  EXPECT_TRUE(screen.resize({5, 9}).starts_with("\r\x1b[5A\x1b[K\x1b[J"));
}

TEST(Screen, ATallTextShowsThePartAroundTheCursor) {
  Screen screen(ScreenSize{10, 3}, true, true);
  screen.update(area("a\nb\nc\nd"));
  EXPECT_EQ(screen.show(), "c\nd");
  Screen top(ScreenSize{10, 3}, true, true);
  top.update(area("a\nb\nc\nd", 0));
  EXPECT_EQ(top.show(), "> a\nb\r\x1b[1A\x1b[2C");
}

TEST(Screen, PendingLinesAreDimAndAbove) {
  Screen screen = shown(area(""));
  EXPECT_EQ(screen.update(area("", 0, {"me: hi"})), "\r\x1b[2mme: hi\x1b[0m\x1b[K\r\n> \r\x1b[2C");
  EXPECT_EQ(screen.print("me: hi\n", area("")), "\r\x1b[1A\x1b[K\x1b[1B\x1b[J\x1b[1Ame: hi\n> ");
  Screen plain(ScreenSize{}, true, false);
  plain.update(area("", 0, {"me: hi"}));
  EXPECT_EQ(plain.show(), "me: hi\n> ");
}

TEST(Screen, OnlyTheLastPendingLinesAndAtMostARowEach) {
  Screen screen(ScreenSize{8, 10}, true, false);
  screen.update(area("", 0, {"1", "2", "3", "4 is too long"}));
  EXPECT_EQ(screen.show(), "2\n3\n4 is to\n> ");
}

TEST(Screen, NarrowerReflowingTerminalsHaveMoreRowsAbove) {
  Screen screen = shown(area("1234567890"));  // 12 columns of 20
  EXPECT_EQ(screen.resize({7, 5}), "\r\x1b[1A\x1b[K\x1b[J> 1234\n567890");
  Screen old = shown(area("1234567890"), {20, 5}, false);
  EXPECT_EQ(old.resize({7, 5}), "\r\x1b[K\x1b[J> 1234\n567890");
  EXPECT_EQ(screen.resize({7, 5}), "");
  EXPECT_EQ(screen.resize({30, 5}), "\r\x1b[1A\x1b[K\x1b[J> 1234567890");
}

TEST(Screen, HiddenItPrintsLinesAlone) {
  Screen screen = shown(area("ab"));
  EXPECT_EQ(screen.hide(), "\r\x1b[K");
  EXPECT_EQ(screen.hide(), "");
  EXPECT_EQ(screen.print("x\n", area("abc")), "x\n");
  EXPECT_EQ(screen.update(area("abcd")), "");
  EXPECT_EQ(screen.again(), "\r\x1b[J> abcd");
  screen.forget();
  EXPECT_EQ(screen.print("x\n", area("abcd")), "x\n");
}

TEST(Screen, ClearLeavesTheAreaAlone) {
  Screen screen = shown(area("ab"));
  EXPECT_EQ(screen.clear(), "\r\x1b[K\x1b[H\x1b[2J> ab");
}

TEST(Screen, C1_WhatIsTypedOrPendingActsOnNothing) {
  const std::string evil =
      "\x1b[2J\x07\xc2\x9b"
      "31m\xe2\x80\xae";
  Screen screen(ScreenSize{80, 24}, true, false);
  InputArea made = area(evil, 0, {evil});
  made.prompt = evil;
  made.cursor = evil.size();
  screen.update(made);
  for (const char c : screen.show()) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
}

}  // namespace
}  // namespace chat
