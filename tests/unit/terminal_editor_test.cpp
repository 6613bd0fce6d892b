#include <gtest/gtest.h>

#include "net_utils.hpp"
#include "terminal/clusters.hpp"
#include "terminal/editor.hpp"

namespace chat {
namespace {

using Act = Editor::Act;

// Presses what a terminal would send; gives what the last key did.
Act press(Editor& editor, std::string_view octets) {
  KeyReader reader;
  reader.feed(octets);
  reader.settle();
  Act act = Act::none;
  while (const auto key = reader.next()) act = editor.press(*key);
  return act;
}

// The text with | at the cursor.
std::string shown(const Editor& editor) {
  std::string text = editor.text();
  return text.insert(editor.cursor(), "|");
}

struct Sample {
  std::string_view keys;
  std::string_view shown;
};

TEST(Editor, Keys) {
  const std::vector<Sample> samples{
      {"abc", "abc|"},
      {"abc\x01x", "x|abc"},
      {"abc\x01\x05x", "abcx|"},
      {"abc\x02\x02x", "ax|bc"},
      {"abc\x01\x06x", "ax|bc"},
      {"abc\x1b[D\x1b[Dx\x1b[Cy", "axby|c"},
      {"abc\x1b[Hx\x1b[Fy", "xabcy|"},
      {"abc\x7f", "ab|"},
      {"abc\x01\x04", "|bc"},
      {"abc\x01\x1b[3~", "|bc"},
      {"one two\x17", "one |"},
      {"one two  \x17", "one |"},
      {"one two.three\x1b\x7f", "one two.|"},
      {"one two three\x1b"
       "bx",
       "one two x|three"},
      {"one two\x01\x1b"
       "fx",
       "onex| two"},
      {"one two\x1b[1;5Dx", "one x|two"},
      {"one two\x01\x1b[1;5Cx", "onex| two"},
      {"one two\x01\x1b"
       "d",
       "| two"},
      {"one two\x15", "|"},
      {"one two\x15\x19", "one two|"},
      {"one two\x01\x0b\x19\x19", "one twoone two|"},
      {"one two\x17\x17\x19", "one two|"},
      {"one two\x01\x1b"
       "d\x1b"
       "d\x19",
       "one two|"},
      {"one\x15two\x15\x19\x1b"
       "y",
       "one|"},
      {"ab\x14", "ba|"},
      {"abc\x01\x06\x14", "ba|c"},
      {"one two\x01\x1b"
       "u",
       "ONE| two"},
      {"one two\x01\x1b"
       "D\x1b"
       "D\x19",
       "one two|"},
      {"ONE\x01\x1b"
       "l",
       "one|"},
      {"one two\x01\x1b"
       "c\x1b"
       "c",
       "One Two|"},
      {"abc def\x1f", "abc |"},
      {"abc def\x1f\x1f\x1f", "|"},
      {"one\x03", "|"},
      {"one\x03\x19", "one|"},
      {"one\x1b\rtwo", "one\ntwo|"},
      {"one\x1b\rtwo\x1b[Ax", "onex|\ntwo"},
      {"one\x1b\rtwo\x01x", "one\nx|two"},
      {"a\x1b\rbcd\x1b[A\x1b[Bx", "a\nbx|cd"},
      {"one\x1b\rtwo\x01\x7f", "one|two"},
      {"one\x1b\rtwo\x1b[A\x01\x0b\x0b", "|two"},
      {"\x1b[200~two\nlines\n\x1b[201~", "two\nlines|"},
      {"a\x1b[200~\x1b[31mred\x1b[201~b", "a[31mredb|"},
      // Wide signs, marks and emoji are one step each.
      {"\xe9\x99\xbd\xe5\xad\x90\x7f", "\xe9\x99\xbd|"},
      {"e\xcc\x81x\x02\x02y", "y|e\xcc\x81x"},
      {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\x7f", "|"},
      {"\xd1\x8f \xd0\xbc\xd0\xb8\xd1\x80\x1b"
       "b\x1b"
       "u",
       "\xd1\x8f \xd0\x9c\xd0\x98\xd0\xa0|"},
  };
  for (const Sample& sample : samples) {
    Editor editor(1000);
    press(editor, sample.keys);
    EXPECT_EQ(shown(editor), sample.shown) << testing::PrintToString(sample.keys);
  }
}

TEST(Editor, Acts) {
  Editor editor(1000);
  EXPECT_EQ(press(editor, "\x03"), Act::interrupt);
  EXPECT_EQ(press(editor, "\x04"), Act::end);
  EXPECT_EQ(press(editor, "\x1a"), Act::suspend);
  EXPECT_EQ(press(editor, "\x0c"), Act::redraw);
  EXPECT_EQ(press(editor, "\x7f"), Act::refused);
  EXPECT_EQ(press(editor, "\x1b[5~"), Act::none) << "Page Up belongs to the terminal";
  EXPECT_EQ(press(editor, "hi\r"), Act::submit);
  EXPECT_EQ(editor.take(), "hi");
  EXPECT_EQ(shown(editor), "|");
  press(editor, "x");
  EXPECT_EQ(press(editor, "\x03"), Act::none);
  press(editor, "x\x01");
  EXPECT_EQ(press(editor, "\x04"), Act::none);
}

TEST(Editor, RoomsHaveKeysOfTheirOwn) {
  Editor editor(1000);
  press(editor, "draft");
  EXPECT_EQ(press(editor, "\x0e"), Act::next_room);
  EXPECT_EQ(press(editor, "\x10"), Act::previous_room);
  EXPECT_EQ(press(editor,
                  "\x1b"
                  "a"),
            Act::unread_room);
  EXPECT_EQ(press(editor,
                  "\x1b"
                  "3"),
            Act::numbered_room);
  EXPECT_EQ(editor.room(), 3u);
  EXPECT_EQ(shown(editor), "draft|");
}

TEST(Editor, HistoryKeepsWhatIsBeingTyped) {
  Editor editor(1000);
  for (const std::string line : {"first", "second", "second", ""}) {
    press(editor, line);
    editor.take();
  }
  press(editor, "draft\x1b[A");
  EXPECT_EQ(shown(editor), "second|");
  press(editor, "\x1b[A");
  EXPECT_EQ(shown(editor), "first|") << "what is said twice in a row is kept once";
  EXPECT_EQ(press(editor, "\x1b[A"), Act::refused);
  press(editor, "\x1b[B\x1b[B");
  EXPECT_EQ(shown(editor), "draft|");
  EXPECT_EQ(press(editor, "\x1b[B"), Act::refused);
  press(editor, "\x1b<");
  EXPECT_EQ(shown(editor), "first|");
  press(editor, "\x1b>");
  EXPECT_EQ(shown(editor), "draft|");
}

TEST(Editor, SearchInHistory) {
  Editor editor(1000);
  for (const std::string line : {"make tea", "make cake", "drink tea"}) {
    press(editor, line);
    editor.take();
  }
  press(editor, "draft\x12");
  EXPECT_EQ(editor.prompt(), "(search) : ");
  press(editor, "make");
  EXPECT_EQ(shown(editor), "|make cake");
  EXPECT_EQ(editor.prompt(), "(search) make: ");
  press(editor, "\x12");
  EXPECT_EQ(shown(editor), "|make tea");
  EXPECT_EQ(press(editor, "\x12"), Act::refused);
  EXPECT_EQ(editor.prompt(), "(not found) make: ");
  press(editor, "\x07");
  EXPECT_EQ(shown(editor), "draft|");
  EXPECT_EQ(editor.prompt(), "");
  press(editor, "\x12tea\x05!");
  EXPECT_EQ(shown(editor), "drink tea!|") << "another key takes what was found";
  editor.set({});
  EXPECT_EQ(press(editor,
                  "\x12"
                  "cake\r"),
            Act::submit);
  EXPECT_EQ(editor.take(), "make cake");
}

TEST(Editor, C7_ALargePasteIsAskedAbout) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "line\n";
  const std::string paste = "\x1b[200~" + lines + "\x1b[201~";
  Editor editor(16384);
  press(editor, "a" + paste);
  EXPECT_EQ(editor.prompt(), "Paste 100 lines, 499 bytes? y: as it is, j: joined into one line, n: no ");
  EXPECT_EQ(press(editor, "\r"), Act::refused);
  EXPECT_EQ(editor.text(), "a");
  press(editor, "n");
  EXPECT_EQ(shown(editor), "a|");
  press(editor, paste + "y");
  EXPECT_EQ(editor.text(), "a" + lines.substr(0, lines.size() - 1));
  editor.set({});
  press(editor, paste + "j");
  EXPECT_EQ(editor.text().find('\n'), std::string::npos);
  EXPECT_TRUE(editor.text().starts_with("line line "));
  press(editor, "\x1f");
  EXPECT_EQ(editor.text(), "") << "a paste can be undone";
  press(editor, "\x1b[200~" + std::string(2048, 'x') + "\x1b[201~");
  EXPECT_EQ(editor.prompt(), "");
  editor.set({});
  press(editor, "\x1b[200~" + std::string(2049, 'x') + "\x1b[201~");
  EXPECT_NE(editor.prompt(), "");
  press(editor, "\x03\x1b[200~1\n2\n3\n4\n5\n\x1b[201~");
  EXPECT_EQ(shown(editor), "1\n2\n3\n4\n5|") << "five lines need no question";
  editor.set({});
  editor.set_sure(true);
  press(editor, paste);
  EXPECT_EQ(editor.text(), lines.substr(0, lines.size() - 1)) << "--yes needs none at all";
  editor.set(std::string(16000, 'x'));
  press(editor, paste);
  EXPECT_TRUE(editor.prompt().starts_with("The paste has 499 bytes: too long")) << editor.prompt();
}

TEST(Editor, NothingOutgrowsTheLimit) {
  Editor editor(10);
  press(editor, "12345678901234");
  EXPECT_EQ(editor.text(), "1234567890");
  EXPECT_EQ(press(editor, "x"), Act::refused);
  press(editor, "\x1b[200~abc\x1b[201~");
  EXPECT_EQ(editor.prompt(), "The paste has 3 bytes: too long for a message - Enter goes back ");
  press(editor, "\r");
  EXPECT_EQ(editor.prompt(), "");
  EXPECT_EQ(editor.text(), "1234567890");
  press(editor, "\x15\x19\x19");
  EXPECT_EQ(editor.text(), "1234567890");
}

TEST(Editor, ASecretLeavesNoTrace) {
  Editor editor(1000);
  press(editor, "draft");
  editor.set_secret(true);
  EXPECT_EQ(editor.text(), "");
  press(editor, "hunter2\x15hunter2");
  EXPECT_EQ(press(editor, "\x1b[A"), Act::refused);
  press(editor, "\r");
  EXPECT_EQ(editor.take(), "hunter2");
  editor.set_secret(false);
  EXPECT_EQ(shown(editor), "draft|");
  press(editor, "\x19\x1f\x1f\x1b[A");
  EXPECT_EQ(editor.text().find("hunter2"), std::string::npos);
}

TEST(Editor, WhatWasBeingTypedComesBackAfterASecret) {
  Editor editor(1000);
  press(editor, "said before");
  editor.take();
  press(editor, "half a draft\x1b[D\x1b[D");
  editor.set_secret(true);
  press(editor, "one");
  editor.take();
  press(editor, "two\r");  // asked twice, as for a new password
  editor.take();
  editor.set_secret(false);
  EXPECT_EQ(shown(editor), "half a dra|ft");
  press(editor, "\x1b[A");
  EXPECT_EQ(editor.text(), "said before");
  editor.set_secret(true);
  editor.take();
  editor.set_secret(false);
  EXPECT_EQ(editor.text(), "said before");
  press(editor, "\x1b[B");
  EXPECT_EQ(editor.text(), "half a draft") << "the line below the history";
  press(editor, "\x15\x1b[200~1\n2\n3\n4\n5\n6\x1b[201~");
  const std::string question = editor.prompt();
  editor.set_secret(true);
  EXPECT_EQ(editor.prompt(), "");
  press(editor, "y");
  EXPECT_EQ(editor.take(), "y");
  editor.set_secret(false);
  EXPECT_EQ(editor.prompt(), question);
  press(editor, "y");
  EXPECT_EQ(editor.text(), "1\n2\n3\n4\n5\n6");
}

TEST(Editor, ControlCEndsTheQuestionForASecret) {
  Editor editor(1000);
  press(editor, "draft");
  editor.set_secret(true);
  EXPECT_EQ(press(editor, "hunt\x03"), Act::end);
  EXPECT_EQ(editor.text(), "");
  EXPECT_EQ(press(editor, "\x03"), Act::end);
  editor.set_secret(false);
  EXPECT_EQ(shown(editor), "draft|");
  press(editor, "\x15\x19\x1by");
  EXPECT_EQ(editor.text().find("hunt"), std::string::npos);
}

TEST(Editor, TabGoesAround) {
  Editor editor(1000);
  EXPECT_EQ(press(editor, "\t"), Act::refused);
  editor.set_completer([](std::string_view text, std::size_t cursor) {
    return text.substr(0, cursor).ends_with("al") ? Completion{cursor - 2, {"alice: ", "albert: "}} : Completion{};
  });
  press(editor, "al\t");
  EXPECT_EQ(shown(editor), "alice: |");
  press(editor, "\t");
  EXPECT_EQ(shown(editor), "albert: |");
  press(editor, "\t");
  EXPECT_EQ(shown(editor), "alice: |");
  press(editor, "\x1b[Z");
  EXPECT_EQ(shown(editor), "albert: |");
  press(editor, "hi");
  EXPECT_EQ(shown(editor), "albert: hi|");
  EXPECT_EQ(press(editor, "\t"), Act::refused);
  editor.set("xal");
  press(editor, "\x1b[Z");
  EXPECT_EQ(shown(editor), "xalbert: |");
}

// Whatever keys come, the text stays valid and the cursor between two clusters.
TEST(Editor, RandomKeysKeepItWhole) {
  const std::vector<std::string> keys{"a",
                                      " ",
                                      "\xe9\x99\xbd",
                                      "e\xcc\x81",
                                      "\x01",
                                      "\x02",
                                      "\x04",
                                      "\x05",
                                      "\x06",
                                      "\x0b",
                                      "\x0e",
                                      "\x10",
                                      "\x14",
                                      "\x15",
                                      "\x17",
                                      "\x19",
                                      "\x1f",
                                      "\x7f",
                                      "\x1b\r",
                                      "\x1b[A",
                                      "\x1b[B",
                                      "\x1b[D",
                                      "\x1b[C",
                                      "\x1b"
                                      "d",
                                      "\x1b"
                                      "y",
                                      "\x1b\x7f",
                                      "\x12",
                                      "\r",
                                      "\x1b"
                                      "u",
                                      "\x1b[200~p\nq\x1b[201~"};
  unsigned seed = 1;
  for (int round = 0; round < 300; ++round) {
    Editor editor(200);
    for (int i = 0; i < 60; ++i) {
      seed = seed * 1664525u + 1013904223u;
      if (press(editor, keys[(seed >> 16) % keys.size()]) == Act::submit) editor.take();
      ASSERT_TRUE(editor.text().empty() || is_clean_text(editor.text()));
      ASSERT_LE(editor.text().size(), 200u);
      bool at_boundary = editor.cursor() == editor.text().size();
      for (const Cluster& cluster : clusters_of(editor.text()))
        at_boundary = at_boundary || cluster.begin == editor.cursor();
      ASSERT_TRUE(at_boundary || !editor.prompt().empty());
    }
  }
}

}  // namespace
}  // namespace chat
