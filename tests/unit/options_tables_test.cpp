// Every option of both programs: a variable besides the flag, and a default that --print-config names.
#include <gtest/gtest.h>

#include <sstream>

#include "host/options.hpp"
#include "terminal/options.hpp"

namespace chat {
namespace {

// What the program prints.
template <class Read>
std::string printed(Read read, std::string program, std::string flag) {
  std::vector<char*> argv{program.data(), flag.data()};
  return read(static_cast<int>(argv.size()), argv.data()).out;
}
std::string of_clint(const std::string& flag) { return printed(read_clint_options, "clint", flag); }
std::string of_host(const std::string& flag) {
  return printed([](int argc, char** argv) { return read_host_options(argc, argv); }, "host", flag);
}

// By its flag: the variable that the man page names for it, or nothing.
std::map<std::string, std::string> variables(const std::string& page) {
  std::map<std::string, std::string> found;
  std::istringstream lines(page.substr(0, page.find(".SH FILES")));
  std::string flag;
  for (std::string line; std::getline(lines, line);) {
    std::erase(line, '\\');
    if (line.starts_with("fB--")) found[flag = line.substr(4, line.find("fR") - 4)] = "";
    if (line.starts_with("Also fB")) found[flag] = line.substr(7, line.find("fR") - 7);
  }
  return found;
}

TEST(OptionTables, EveryFlagIsAVariable) {
  for (const auto& [page, prefix] : {std::pair{of_clint("--print-man"), std::string("CLINT_")},
                                     std::pair{of_host("--print-man"), std::string("CLINT_HOST_")}}) {
    const auto found = variables(page);
    EXPECT_GT(found.size(), 25u);
    for (const auto& [flag, variable] : found) {
      if (flag == "help" || flag == "version") continue;
      std::string wanted = (flag == "password" ? "CLINT_" : prefix) + flag;
      for (char& c : wanted) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      EXPECT_EQ(variable, wanted) << flag;
    }
  }
}

TEST(OptionTables, OfAHostsFlagThatIsGivenTwiceTheLastCounts) {
  std::vector<std::string> words{"host",    "--port",     "1",     "--quiet",    "--port", "2",
                                 "--quiet", "--keep",     "1h",    "--data",     "x",      "--keep",
                                 "10M",     "--operator", "alice", "--operator", "bob"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const auto line = read_host_options(static_cast<int>(argv.size()), argv.data());
  ASSERT_TRUE(line.options) << line.error;
  EXPECT_EQ(line.options->port, 2);
  EXPECT_TRUE(line.options->quiet);
  EXPECT_TRUE(line.options->keep.age == 1h && line.options->keep.bytes > 0) << "that may be given twice";
  EXPECT_EQ(line.options->operators.size(), 2u);
}

TEST(OptionTables, PrintConfigShowsTheDefaults) {
  for (const auto& [text, samples] :
       {std::pair{of_clint("--print-config"), std::vector<std::string>{"color = \"auto\"", "time-format = \"%H:%M\"",
                                                                       "timeout = \"10\"", "tls = false"}},
        std::pair{of_host("--print-config"), std::vector<std::string>{"port = \"12345\"", "max-clients = \"10000\"",
                                                                      "max-backlog = \"1000\"", "secure = false"}}}) {
    for (const std::string& sample : samples)
      EXPECT_NE(text.find("\n# " + sample + "  # default\n"), std::string::npos) << sample << " is not in\n" << text;
    std::istringstream lines(text.substr(text.find("\n\n")));
    std::size_t settings = 0;
    bool described = false;  // the line before tells what the next one is about
    for (std::string line; std::getline(lines, line); described = line.ends_with("]")) {
      if (!described) continue;
      ++settings;
      EXPECT_TRUE(line.ends_with("  # default") || line.ends_with("  # default: not set")) << line;
    }
    EXPECT_GT(settings, 20u);
  }
}

TEST(OptionTables, WhatIsWrongWithAFlagOfTheHostIsSaidInWords) {
  const auto said = [](std::vector<std::string> words) {
    words.insert(words.begin(), "host");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return read_host_options(static_cast<int>(argv.size()), argv.data()).error;
  };
  EXPECT_EQ(said({"--accounts", "requierd"}),
            "--accounts: \"requierd\" is none of off, optional, required; did you mean required?");
  EXPECT_EQ(said({"--max-clients", "0"}), "--max-clients: \"0\" is no whole number from 1 to 1000000");
  EXPECT_EQ(said({"--max-clients", "0100"}), "--max-clients: \"0100\" is no whole number from 1 to 1000000");
  EXPECT_EQ(said({"--plain", "--tls"}), "--plain and --tls do not go together");
  EXPECT_EQ(said({"--cert", "x"}), "--cert goes with --key, which is not given");
}

}  // namespace
}  // namespace chat
