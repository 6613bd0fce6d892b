// What both programs make of their table of options besides a command line: a settings file, man pages, completions.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net_utils.hpp"

namespace CLI {
class App;
class ParseError;
class Validator;
}  // namespace CLI

namespace chat {

struct Program {
  std::string name;                 // as installed: clint, clint-host
  std::string file;                 // of the settings, in settings_folders(): clint.toml
  std::string summary;              // one line
  bool servers = false;             // [servers.den] gives `clint den` its host, port, name ...; so do
                                    // the variables CLINT__SERVERS__DEN__HOST ...
  std::vector<std::string> secret;  // options that may not stand in a file
};

// The group of options that --help leaves to --help-all.
inline constexpr const char* seldom_used = "More";

// The folder of the user's settings in the user's home.
#ifdef __APPLE__
inline constexpr const char* settings_in_home = "Library/Application Support/Clint";
#else
inline constexpr const char* settings_in_home = ".config/clint";
#endif

// Where settings files are, the strongest first. The user's own: $XDG_CONFIG_HOME/clint or ~/settings_in_home, on
// Windows %APPDATA%\Clint; empty when there is no such place. Then those for everybody on this machine: clint in each
// folder of $XDG_CONFIG_DIRS, and /etc/clint, on Windows %PROGRAMDATA%\Clint. $CLINT_HOME is in place of them all.
// variable: the value of one; empty: it is not set.
std::vector<std::filesystem::path> settings_folders(const std::function<std::string(const std::string&)>& variable);

// Whether a settings file can have this value: what reads such files ends a line at any #, and knows no escapes.
bool fits_in_settings(const std::string& value);
// The text of a settings file in which an option of the top has this value, which must fit; all else is as it was, the
// comment behind the value, too.
std::string with_setting(const std::string& file, const std::string& key, const std::string& value);

// What an option takes; else it is refused in words of ours.
CLI::Validator one_of(std::vector<std::string> values);
CLI::Validator whole_number(unsigned least, unsigned most);

// A settings file in TOML (https://toml.io): an option's long name is its key.
class Settings {
 public:
  // Adds --config, --print-config and, unseen, --print-man and --print-completion to the table, which must be complete.
  // Of an option that is given more than once the last counts, unless it takes them all.
  Settings(CLI::App& app, Program program);
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  ~Settings();

  // The arguments of the command line, and after them those of a server's variables and of the files that nothing
  // stronger outranks. What is wrong with these is one sentence.
  Checked<std::vector<std::string>> arguments(int argc, char** argv);
  // Why they could not be parsed, in one sentence for a terminal.
  std::string wrong(const CLI::ParseError& error) const;
  // A sentence about an option's value, "--port: ...", where that stands: "clint.toml:7: port: ...", or a variable's
  // name instead of the flag. Any other is as it was.
  std::string located(const std::string& sentence) const;
  std::filesystem::path file() const;        // the user's, or the one given; empty: there is no place for one
  std::vector<std::string> servers() const;  // those that have a section, in the order of the alphabet
  // After they were parsed: what was asked to be printed instead of running; empty: nothing.
  std::string output() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat
