#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "terminal/options.hpp"
#include "unit/temp_folder.hpp"

namespace chat {
namespace {

ClintCommandLine read(std::vector<std::string> words) {
  words.insert(words.begin(), "clint");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return read_clint_options(static_cast<int>(argv.size()), argv.data());
}

TEST(ClintOptions, PlaceIsOneWordOrTwoFlags) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"den:4000"}, {"--host", "den", "--port", "4000"}, {"den", "--port", "4000"}}) {
    const auto line = read(words);
    ASSERT_TRUE(line.options) << line.err;
    EXPECT_EQ(line.options->host, "den");
    EXPECT_EQ(line.options->port, 4000);
  }
  EXPECT_EQ(read({"[fe80::1]:4000"}).options->host, "fe80::1");
  EXPECT_EQ(read({"den"}).options->port, limits::default_port);
}

TEST(ClintOptions, WhatIsNotGivenIsAskedFor) {
  const auto line = read({});
  ASSERT_TRUE(line.options);
  EXPECT_FALSE(line.options->host);
  EXPECT_FALSE(line.options->port);
  EXPECT_FALSE(read({"--host", "den"}).options->port);
  EXPECT_TRUE(line.options->echo);
}

TEST(ClintOptions, WrongValuesAreUsageErrors) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"den:0"},
                                                                 {"den:65536"},
                                                                 {"--port", "x"},
                                                                 {"--host", "a b"},
                                                                 {"--timeout", "-1"},
                                                                 {"--name", "server"},
                                                                 {"--name", ""},
                                                                 {"--forget", ":"},
                                                                 {"--time-format", "%Q"},
                                                                 {"--bogus"},
                                                                 {"den", "--host", "attic"},
                                                                 {"den:1", "--port", "2"},
                                                                 {"den", "attic"}}) {
    const auto line = read(words);
    EXPECT_FALSE(line.options) << words[0];
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_TRUE(line.err.starts_with("clint: error: ")) << line.err;
    EXPECT_NE(line.err.find("\nclint: hint: "), std::string::npos) << line.err;
    EXPECT_TRUE(line.out.empty());
  }
}

TEST(ClintOptions, ASlipOnTheCommandLineIsAnsweredWithWhatWasMeant) {
  for (const auto& [words, text] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--nmae", "x"}, "there is no --nmae; did you mean --name?"},
           {{"den", "--nmae=alice"}, "there is no --nmae; did you mean --name?"},
           {{"-name", "alice"}, "there is no -name; did you mean --name?"},
           {{"--pasword", "secret"}, "there is no --pasword; did you mean --password?"},
           {{"--verison"}, "there is no --verison; did you mean --version?"},
           {{"--bogus"}, "there is no --bogus"},
           {{"--\x1b[2J"}, "there is no --\\x1b[2J"},
           {{"den", "attic"}, "\"attic\" is one word too many"},
           {{"den", "4000"}, "\"4000\" is one word too many; did you mean --port 4000?"},
           {{"alice@den:4000"}, "\"alice@den:4000\" is not a host; did you mean clint den:4000 --name alice?"},
           {{"den", "--name"}, "--name needs a value: --name NAME"},
           {{"--color", "pink"}, "--color: \"pink\" is none of auto, always, never"},
           {{"--color", "Never"}, "--color: \"Never\" is none of auto, always, never; did you mean never?"},
           {{"--notify", "dekstop"}, "--notify: \"dekstop\" is none of off, bell, desktop; did you mean desktop?"},
           {{"--tls=maybe"}, "--tls: it is true or false, not \"maybe\""},
           {{"--password-file", "x", "--password", "y"}, "--password and --password-file do not go together"},
           {{"--backlog", "many"}, "--backlog: \"many\" is no whole number from 0 to 100000"},
           {{"--backlog", "100001"}, "--backlog: \"100001\" is no whole number from 0 to 100000"}}) {
    const auto line = read(words);
    EXPECT_EQ(line.err, "clint: error: " + text + "\nclint: hint: clint --help-all lists every flag\n");
    EXPECT_EQ(line.exit_code, 2);
  }
}

TEST(ClintOptions, OfAFlagThatIsGivenTwiceTheLastCounts) {
  const auto line = read({"den", "--tls", "--name", "alice", "--quiet", "--name=bob", "--tls", "--quiet=false"});
  ASSERT_TRUE(line.options) << line.err;
  EXPECT_EQ(line.options->name, "bob");
  EXPECT_TRUE(line.options->tls);
  EXPECT_FALSE(line.options->quiet);
  const auto printed = read({"--name", "alice", "--print-config", "--name", "bob"}).out;
  EXPECT_NE(printed.find("\nname = \"bob\"  # command line\n"), std::string::npos) << printed;
}

// What clint says about this file of settings, without the file's name.
std::string said_of(const std::string& text, std::vector<std::string> words = {"den"}) {
  const TempFolder folder;
  const std::string file = folder.path() + "/clint.toml";
  std::ofstream(file, std::ios::binary) << text;
  words.insert(words.end(), {"--config", file});
  const auto line = read(words);
  EXPECT_EQ(line.exit_code, line.options ? 0 : 2);
  const std::string before = "clint: error: " + file;
  return line.err.starts_with(before) ? line.err.substr(before.size(), line.err.find('\n') - before.size()) : line.err;
}

TEST(ClintOptions, WhatIsWrongInAFileIsNamedWithItsLine) {
  EXPECT_EQ(said_of("nmae = \"x\"\n"), ":1: nmae is not known; did you mean name?");
  EXPECT_EQ(said_of("# mine\n\ntls = true\n[servers.den]\nprot = 1\nport = 2\n"),
            ":5: prot is not known; did you mean port?");
  EXPECT_EQ(said_of("name = \"x\"\r\n\r\ntls = \"ja\""), ":3: tls is true or false, not \"ja\"");
  EXPECT_EQ(said_of("name = \"x\"\n\n# a slip\n[server.den]\n# of mine\nport = 1\n"),
            ":4: [server] is not known; there are [servers.NAME] alone");
  EXPECT_EQ(said_of("\n[servers.den]\npassword = \"secret\"\n"),
            ":3: password does not belong in a file of settings; password-file does");
  EXPECT_EQ(said_of("\nname = [\"a\", \"b\"]\n"), ":2: name has more than one value");
  EXPECT_EQ(said_of("\nnmae = [\n \"a\",\n \"b\"\n]\n"), ":2: nmae is not known; did you mean name?");
}

TEST(ClintOptions, AWrongValueIsNamedWhereItStands) {
  const std::string port = ": \"0\" is not a port: a port is a whole number from 1 to 65535";
  EXPECT_EQ(said_of("name = \"x\"\nhost = \"192.0.2.1\"\nport = 0\n", {}), ":3: port" + port);
  EXPECT_EQ(said_of("port = 1\n[servers.attic]\nhost = \"192.0.2.1\"\nport = 0\n", {"attic"}), ":4: port" + port);
  EXPECT_EQ(said_of("\ncolor = \"pink\"\n"), ":2: color: \"pink\" is none of auto, always, never");
  EXPECT_TRUE(said_of("port = 1\n", {"--port", "0"}).starts_with("clint: error: --port" + port + "\n"))
      << "the command line's is not the file's";
}

TEST(ClintOptions, TheServersOfAFileAreKnownByName) {
  const TempFolder folder;
  const std::string file = folder.path() + "/clint.toml";
  std::ofstream(file) << "[servers.den]\nport = 1\nname = \"x\"\n[servers.attic]\nport = 2\n";
  const auto line = read({"192.0.2.1", "--config", file});
  ASSERT_TRUE(line.options) << line.err;
  EXPECT_EQ(line.options->servers, (std::vector<std::string>{"attic", "den"}));
}

// Nothing given as a flag is taken for the contrary of what it says: --tls is one.
TEST(ClintOptions, AFilesFlagsAreTrueOrFalseInTheUsualSpellings) {
  const TempFolder folder;
  const std::string file = folder.path() + "/clint.toml";
  const auto with = [&](const std::string& entry) {
    std::ofstream(file) << "[servers.den]\nhost = \"192.0.2.1\"\n" << entry << "\n";
    return read({"den", "--config", file});
  };
  for (const char* entry : {"tls = true", "tls = \"yes\"", "tls = \"on\"", "tls = \"TRUE\"", "tls = True", "tls = 1"}) {
    const auto line = with(entry);
    ASSERT_TRUE(line.options) << entry << ": " << line.err;
    EXPECT_TRUE(line.options->tls) << entry;
  }
  for (const char* entry : {"tls = false", "tls = \"No\"", "tls = \"off\"", "tls = 0"}) {
    const auto line = with(entry);
    ASSERT_TRUE(line.options) << entry << ": " << line.err;
    EXPECT_FALSE(line.options->tls) << entry;
  }
  for (const char* entry : {"tls = \"ja\"", "tls = \"\"", "tls = 2", "tls = [\"yes\", \"no\"]"}) {
    const auto line = with(entry);
    EXPECT_FALSE(line.options) << entry;
    EXPECT_EQ(line.exit_code, 2) << entry;
    EXPECT_NE(line.err.find(file + ":3: tls is true or false, not "), std::string::npos) << line.err;
  }
}

TEST(ClintOptions, HelpFitsAScreenAndEndsWithExamples) {
  const auto line = read({"--help"});
  EXPECT_FALSE(line.options);
  EXPECT_EQ(line.exit_code, 0);
  EXPECT_LE(std::count(line.out.begin(), line.out.end(), '\n'), 40);
  EXPECT_GT(line.out.find("Examples"), line.out.find("--no-echo"));
  EXPECT_NE(read({"--version"}).out.find("clint "), std::string::npos);
}

}  // namespace
}  // namespace chat
