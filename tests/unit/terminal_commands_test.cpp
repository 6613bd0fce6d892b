#include <gtest/gtest.h>

#include "terminal/commands.hpp"

namespace chat {
namespace {

using Kind = Typed::Kind;

TEST(Commands, LinesAreUnderstood) {
  struct Row {
    const char* line;
    Kind kind;
    const char* text;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"", Kind::nothing, ""},
           {" \t ", Kind::nothing, ""},
           {"hello", Kind::text, "hello"},
           {"  indented text ", Kind::text, "  indented text "},
           {"//text", Kind::text, "/text"},
           {"//", Kind::text, "/"},
           {"  // a comment", Kind::text, "  / a comment"},
           {"exit strategy", Kind::text, "exit strategy"},
           {"/quit", Kind::command, ""},
           {"/quit good night", Kind::command, "good night"},
           {"/QUIT  now ", Kind::command, "now"},
           {"exit", Kind::command, ""},
           {" quit ", Kind::command, ""},
           {"/?", Kind::command, ""},
           {"/help quit", Kind::command, "quit"},
           {"/hlep me", Kind::unknown, "hlep"},
           {"/", Kind::unknown, ""},
           {"/usr/bin/env", Kind::unknown, "usr/bin/env"},
           {" /quit", Kind::indented, "/quit"},
           {"\t/nonsense", Kind::indented, "/nonsense"},
           {" /usr/bin/env", Kind::text, " /usr/bin/env"},
       }) {
    const Typed typed = understand(row.line);
    EXPECT_EQ(typed.kind, row.kind) << '"' << row.line << '"';
    EXPECT_EQ(typed.text, row.text) << '"' << row.line << '"';
    EXPECT_EQ(typed.command != nullptr, row.kind == Kind::command);
  }
}

TEST(Commands, WordsOfOtherSystemsAreCommandsWithTheSlashAndWhereWantedWithoutIt) {
  struct Row {
    const char* word;
    CommandId id;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"msg", CommandId::msg},
           {"users", CommandId::who},
           {"rooms", CommandId::rooms},
           {"join", CommandId::join},
           {"room_msg", CommandId::room},
           {"leave", CommandId::leave},
           {"login", CommandId::login},
           {"register", CommandId::register_name},
           {"logout", CommandId::logout},
       }) {
    const std::string word = row.word;
    for (const bool plain_commands : {false, true}) {
      const Typed typed = understand("/" + word + " ops hello", plain_commands);
      ASSERT_EQ(typed.kind, Kind::command) << word;
      EXPECT_EQ(typed.command->id, row.id) << word;
      EXPECT_EQ(typed.text, "ops hello") << word;
    }
    const Typed typed = understand(word + " ops hello", true);
    ASSERT_EQ(typed.kind, Kind::command) << word;
    EXPECT_EQ(typed.command->id, row.id) << word;
    EXPECT_EQ(typed.text, "ops hello") << word;
    EXPECT_EQ(understand(word + " ops hello", false).kind, Kind::text) << word;
  }
  EXPECT_EQ(understand("/list").command->id, CommandId::list);
}

TEST(Commands, SlipsFindTheirNearest) {
  EXPECT_EQ(meant_command("hlep"), "help");
  EXPECT_EQ(meant_command("quti"), "quit");
  EXPECT_EQ(meant_command("exti"), "exit");
  EXPECT_EQ(meant_command("versoin"), "version");
  EXPECT_EQ(meant_command("MOT"), "motd");
  EXPECT_EQ(meant_command("DM"), "msg") << "as others call it";
  for (const std::string& other : {std::string(100'000, 'x'), std::string(), std::string("connect"), std::string("zz")})
    EXPECT_EQ(meant_command(other), "") << other.size();
  EXPECT_EQ(no_command("whoo"), "there is no /whoo - did you mean /who?");
  EXPECT_EQ(no_command("connect"), "there is no /connect - /help lists what there is");
  constexpr std::array<std::string_view, 3> names{"port", "password-file", "plain"};
  EXPECT_EQ(nearest("passwd-file", names), "password-file");
  EXPECT_EQ(nearest("pass", names), "password-file") << "it begins so";
  EXPECT_EQ(nearest("prot", names), "port");
  EXPECT_EQ(nearest("x", {}), "");
  for (const char* slip : {"prot", "por", "prt", "p"}) EXPECT_EQ(probably_meant(slip, names), "port") << slip;
  EXPECT_EQ(probably_meant("pasword-flie", names), "password-file");
  for (const char* other : {"", "x", "sort-of", "planets", "no-such-flag"})
    EXPECT_EQ(probably_meant(other, names), "") << other;
  EXPECT_EQ(probably_meant("x", {}), "");
}

TEST(Commands, NoNameMeansTwoThings) {
  for (const Command& command : commands())
    for (const std::string_view name : command.names) EXPECT_EQ(find_command(name), &command) << name;
}

// The lines of a group in an overview, in one; empty when it has no heading, or more than one.
std::string of_group(const std::vector<std::string>& lines, CommandGroup group) {
  const auto is_heading = [](const std::string& line) { return line[2] != ' '; };
  std::string found;
  bool in_it = false;
  int headings = 0;
  for (const std::string& line : lines) {
    if (is_heading(line)) in_it = line.starts_with("* " + std::string(group_name(group)) + "  ");
    if (is_heading(line) && in_it) ++headings;
    if (in_it) found += line + "  ";
  }
  return headings == 1 ? found : "";
}

TEST(Commands, HelpShowsWhatDispatchesEachInOneGroup) {
  const auto lines = help_lines("");
  EXPECT_LE(lines.size(), 22U);
  for (const std::string& line : lines) {
    EXPECT_TRUE(line.starts_with("* ")) << line;
    EXPECT_LT(line.size(), 80U) << line;
  }
  for (const Command& command : commands()) {
    const std::string shown = "/" + std::string(command.names[0]) + " ";
    for (const CommandGroup group : command_groups) {
      const std::string listed = of_group(lines, group);
      ASSERT_FALSE(listed.empty()) << group_name(group);
      EXPECT_EQ(listed.find(shown) != std::string::npos, group == command.group) << shown << group_name(group);
    }
    EXPECT_EQ(command.group == CommandGroup::operators, command.id == CommandId::operators) << shown;
  }
  const auto all = help_lines("all");
  EXPECT_EQ(all.size(), commands().size() + command_groups.size());
  for (const std::string& line : all) EXPECT_TRUE(line.starts_with("* ")) << line;
}

TEST(Commands, HelpFitsANarrowWindow) {
  for (const std::size_t width : {0, 1, 30, 40, 79, 200}) {
    const std::size_t most = std::max<std::size_t>(width, 30);
    for (const std::string& line : help_lines("", width)) {
      const bool prose = line.find("  ") == std::string::npos;
      EXPECT_TRUE(prose || line.size() < most) << line;
    }
  }
  const auto narrow = help_lines("", 40);
  for (const Command& command : commands())
    EXPECT_NE(of_group(narrow, command.group).find("/" + std::string(command.names[0])), std::string::npos);
}

TEST(Commands, HelpExplainsOne) {
  EXPECT_EQ(help_lines("/q"), help_lines("quit"));
  EXPECT_EQ(help_lines("quit").size(), 2U);
  EXPECT_EQ(help_lines("q\x1b[2J")[0].find('\x1b'), std::string::npos);
}

TEST(Commands, HistoryIsANumberOfLinesOrATime) {
  constexpr std::uint64_t now = 1'700'000'000'000;
  EXPECT_EQ(understand_history("", now).value->count, limits::backlog_posts);
  EXPECT_EQ(understand_history("200", now).value->count, 200U);
  EXPECT_EQ(understand_history("200", now).value->since_ms, 0U);
  EXPECT_EQ(understand_history("4000000000", now).value->count, limits::max_backlog_posts);
  EXPECT_EQ(understand_history("since 2h", now).value->since_ms, now - 7'200'000);
  EXPECT_EQ(understand_history("since  30m", now).value->since_ms, now - 1'800'000);
  EXPECT_EQ(understand_history("since 5000w", now).value->since_ms, 1U);
  for (const char* wrong : {"0", "-1", "x", "since", "since x", "since 2", "since 2y", "2h", "50 60"})
    EXPECT_FALSE(understand_history(wrong, now)) << wrong;
}

TEST(Commands, WhatTakesArgumentsHasAnExample) {
  for (const Command& command : commands()) {
    if (command.arguments.empty()) continue;
    EXPECT_TRUE(command.example.starts_with("/")) << command.names[0];
    const Typed typed = understand(command.example);
    EXPECT_EQ(typed.command, &command) << command.example;
    EXPECT_FALSE(typed.text.empty()) << command.example;
  }
}

}  // namespace
}  // namespace chat
