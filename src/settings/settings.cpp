#include "settings/settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "settings/manual.hpp"

namespace chat {

namespace {

constexpr std::uintmax_t most_bytes = 1024 * 1024;

std::string variable(const std::string& name) {
  const char* value = name.empty()
                          ? nullptr
                          : std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value ? value : "";
}

const char* origin_name(int strength) {
  constexpr const char* names[]{"default", "file", "variable", "command line"};
  return names[strength];
}

std::string long_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? std::string() : option.get_lnames().front();
}

std::string toml_text(const std::string& text) {
  std::string made = "\"";
  for (const char c : text)
    made += c == '"' || c == '\\' ? std::string("\\") + c : c == '\n' ? "\\n" : std::string(1, c);
  return made + "\"";
}

}  // namespace

std::filesystem::path settings_home() {
  if (const std::string own = variable("CLINT_HOME"); !own.empty()) return own;
  if (const std::string config = variable("XDG_CONFIG_HOME"); !config.empty())
    return std::filesystem::path(config) / "clint";
  if (const std::string home = variable("HOME"); !home.empty())
    return std::filesystem::path(home) / ".config" / "clint";
  if (const std::string data = variable("APPDATA"); !data.empty()) return std::filesystem::path(data) / "Clint";
  return {};
}

bool fits_in_settings(const std::string& value) {
  const bool literal = value.find_first_of("\"\\") != std::string::npos;
  return value.find_first_of("#\n") == std::string::npos && !(literal && value.find('\'') != std::string::npos);
}

std::string with_setting(const std::string& file, const std::string& key, const std::string& value) {
  const char quote = value.find_first_of("\"\\") == std::string::npos ? '"' : '\'';  // in single ones all is literal
  const std::string entry = key + " = " + quote + value + quote;
  std::vector<std::string> lines;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto begins_table = [](const std::string& line) {
    const std::size_t at = line.find_first_not_of(" \t");
    return at != std::string::npos && line[at] == '[';
  };
  const auto is_entry = [&](const std::string& line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) return false;
    constexpr const char* around = " \t\"'";  // keys may be quoted, too
    const std::size_t first = line.find_first_not_of(around);
    const std::size_t last = line.find_last_not_of(around, equals - 1);
    return equals > 0 && first < equals && line.compare(first, last + 1 - first, key) == 0;
  };
  const auto top_end = std::find_if(lines.begin(), lines.end(), begins_table);
  const auto old = std::find_if(lines.begin(), top_end, is_entry);
  if (old != top_end)
    *old = entry;
  else
    lines.insert(top_end, entry);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

struct Settings::Impl {
  Impl(CLI::App& table, Program of) : app(table), program(std::move(of)) {}

  using Table = std::vector<CLI::ConfigItem>;
  CLI::App& app;
  const Program program;
  std::string file;  // given
  bool print_config = false;
  bool print_man = false;
  std::string completion;           // for this shell
  std::string path;                 // that was read; empty: none
  std::set<std::string> from_file;  // keys
  std::set<std::string> typed;      // on the command line

  CLI::Option* option(const std::string& key) const { return app.get_option_no_throw("--" + key); }
  bool is_setting(const CLI::Option& option) const;
  std::string nearest(const std::string& key) const;
  std::string* positional(std::vector<std::string>& arguments);
  std::optional<std::string> read(Table& all);
  std::optional<std::string> judge(const CLI::ConfigItem& item) const;
  bool outranked(const CLI::Option& option) const;
  void add(const CLI::ConfigItem& item, std::vector<std::string>& arguments);
  std::string effective() const;
};

bool Settings::Impl::is_setting(const CLI::Option& each) const {
  const std::string name = long_name(each);
  static const std::set<std::string> others{"help",         "help-all",  "version",         "config",
                                            "print-config", "print-man", "print-completion"};
  return !name.empty() && !others.contains(name) &&
         std::find(program.secret.begin(), program.secret.end(), name) == program.secret.end();
}

std::string Settings::Impl::nearest(const std::string& key) const {
  std::vector<std::string> keys;
  for (const CLI::Option* each : app.get_options())
    if (is_setting(*each)) keys.push_back(long_name(*each));
  return std::string(chat::nearest(key, std::vector<std::string_view>(keys.begin(), keys.end())));
}

// The first argument that is no option and no option's value; notes which options there are. Null: there is none.
std::string* Settings::Impl::positional(std::vector<std::string>& arguments) {
  std::string* found = nullptr;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& word = arguments[at];
    if (!word.starts_with("--") || word == "--") {
      if (!found && !word.starts_with('-')) found = &arguments[at];
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    typed.insert(name);
    const CLI::Option* const meant = option(name);
    if (name == "config" && meant)
      file = equals != std::string::npos ? word.substr(equals + 1)
             : at + 1 < arguments.size() ? arguments[at + 1]
                                         : std::string();
    if (meant && equals == std::string::npos && meant->get_expected_min() > 0) ++at;
  }
  return found;
}

// The file's entries; nothing when there is none.
std::optional<std::string> Settings::Impl::read(Table& all) {
  const bool given = !file.empty() || !variable(option("config")->get_envname()).empty();
  if (file.empty()) file = variable(option("config")->get_envname());
  const std::filesystem::path home = settings_home();
  const std::filesystem::path where = given ? std::filesystem::path(file) : home / program.file;
  if (!given && home.empty()) return std::nullopt;
  std::error_code error;
  if (!std::filesystem::is_regular_file(where, error)) {
    if (given) return "there is no file " + printable(where.string());
    return std::nullopt;
  }
  path = where.string();
  if (std::filesystem::file_size(where, error) > most_bytes) return printable(path) + " is too large for settings";
  std::ifstream in(where);
  if (!in) return printable(path) + " cannot be read";
  try {
    all = CLI::ConfigTOML().from_config(in);
  } catch (const CLI::Error& fault) {
    return printable(path) + ": " + printable(fault.what());
  }
  std::erase_if(all, [](const CLI::ConfigItem& item) { return item.name == "++" || item.name == "--"; });
  return std::nullopt;
}

std::optional<std::string> Settings::Impl::judge(const CLI::ConfigItem& item) const {
  const bool of_server = program.servers && item.parents.size() == 2 && item.parents[0] == "servers";
  if (!item.parents.empty() && !of_server)
    return printable(path) + ": [" + printable(item.parents[0]) + "] is not known" +
           (program.servers ? "; there are [servers.NAME] alone" : "");
  const CLI::Option* const meant = option(item.name);
  if (meant && is_setting(*meant)) return std::nullopt;
  if (std::find(program.secret.begin(), program.secret.end(), item.name) != program.secret.end())
    return printable(path) + ": " + item.name + " does not belong in a file of settings; password-file does";
  return printable(path) + ": " + printable(item.name) + " is not known; did you mean " + nearest(item.name) + "?";
}

// By the command line, by a variable, or because it contradicts what is given there.
bool Settings::Impl::outranked(const CLI::Option& each) const {
  const auto stronger = [&](const CLI::Option& other) {
    return typed.contains(long_name(other)) || !variable(other.get_envname()).empty();
  };
  if (stronger(each)) return true;
  const auto& excluded = each.get_excludes();
  return std::any_of(excluded.begin(), excluded.end(), [&](const CLI::Option* other) { return stronger(*other); });
}

void Settings::Impl::add(const CLI::ConfigItem& item, std::vector<std::string>& arguments) {
  const CLI::Option& meant = *option(item.name);
  if (outranked(meant) || from_file.contains(item.name)) return;
  for (const CLI::Option* other : meant.get_excludes())
    if (from_file.contains(long_name(*other))) return;  // of a server, which is stronger than the rest of the file
  from_file.insert(item.name);
  if (meant.get_expected_min() == 0) {
    if (!item.inputs.empty() && (item.inputs[0] == "true" || item.inputs[0] == "1"))
      arguments.push_back("--" + item.name);
    return;
  }
  for (const std::string& value : item.inputs) {  // in two words: "--name=" would take the next one for its value
    arguments.push_back("--" + item.name);
    arguments.push_back(value);
  }
}

Settings::Settings(CLI::App& app, Program program) : impl_(std::make_unique<Impl>(app, std::move(program))) {
  const std::string prefix = impl_->program.servers ? "CLINT_" : "CLINT_HOST_";
  app.add_option("--config", impl_->file,
                 "Settings from this file (else " + impl_->program.file + " in ~/.config/clint)")
      ->option_text("FILE")
      ->envname(prefix + "CONFIG");
  app.add_flag("--print-config", impl_->print_config, "Print what is in force, as such a file, and leave")
      ->option_text(" ")
      ->envname(prefix + "PRINT_CONFIG")
      ->group(seldom_used);
  app.set_help_flag("-h,--help,--help-all", "Show this; --help-all: the rest, too");
  app.add_flag("--print-man", impl_->print_man)->group("");
  app.add_option("--print-completion", impl_->completion)->group("")->check(CLI::IsMember({"bash", "zsh", "fish"}));
}
Settings::~Settings() = default;

Checked<std::vector<std::string>> Settings::arguments(int argc, char** argv) {
  using Arguments = std::vector<std::string>;
  Arguments all(argv + std::min(argc, 1), argv + argc);
  std::string* const place = impl_->positional(all);
  const bool asks_for_help = impl_->typed.contains("help") || std::find(all.begin(), all.end(), "-h") != all.end();
  if (asks_for_help)
    for (CLI::Option* each : impl_->app.get_options())
      if (each->get_group() == seldom_used) each->group("");
  if (asks_for_help || impl_->typed.contains("help-all") || impl_->typed.contains("version"))
    return {std::move(all), {}};
  Impl::Table table;
  if (auto error = impl_->read(table)) return refused<Arguments>(std::move(*error));
  for (const CLI::ConfigItem& item : table)
    if (auto error = impl_->judge(item)) return refused<Arguments>(std::move(*error));
  const std::string server = place && impl_->program.servers ? *place : std::string();
  const bool known = std::any_of(table.begin(), table.end(), [&](const CLI::ConfigItem& item) {
    return item.parents.size() == 2 && item.parents[1] == server;
  });
  if (known) {
    all.erase(all.begin() + (place - all.data()));
    for (const CLI::ConfigItem& item : table)
      if (item.parents.size() == 2 && item.parents[1] == server) impl_->add(item, all);
  } else if (place && impl_->program.servers) {  // an address: the file's own is not meant
    impl_->typed.insert({"host", "port"});
  }
  for (const CLI::ConfigItem& item : table)
    if (item.parents.empty()) impl_->add(item, all);
  return {std::move(all), {}};
}

std::filesystem::path Settings::file() const {
  if (!impl_->path.empty()) return impl_->path;
  const std::filesystem::path home = settings_home();
  return home.empty() ? home : home / impl_->program.file;
}

std::string Settings::output() const {
  if (impl_->print_man) return man_page(impl_->app, impl_->program);
  if (!impl_->completion.empty()) return completion_script(impl_->app, impl_->program, impl_->completion);
  return impl_->print_config ? impl_->effective() : std::string();
}

std::string Settings::Impl::effective() const {
  std::string text = "# Settings of " + program.name + ", in TOML. A flag outranks a variable, a variable this file.\n";
  text += "# Read: " + (path.empty() ? std::string("no file") : printable(path)) + "\n";
  for (const CLI::Option* each : app.get_options()) {
    if (!is_setting(*each)) continue;
    const std::string name = long_name(*each);
    std::string about = each->get_description();
    std::replace(about.begin(), about.end(), '\n', ' ');
    text += "\n# " + about + (each->get_envname().empty() ? "" : " [" + each->get_envname() + "]") + "\n";
    const bool flag = each->get_expected_min() == 0;
    if (each->count() == 0) {
      const std::string& value = each->get_default_str();
      text += "# " + name + " =";
      text += flag            ? " false  # default"
              : value.empty() ? "  # default: not set"
                              : " " + toml_text(value) + "  # default";
      text += "\n";
      continue;
    }
    const int strength = typed.contains(name) ? 3 : from_file.contains(name) ? 1 : 2;
    std::string value = flag ? "true" : toml_text(each->results().front());
    if (!flag && each->results().size() > 1) {
      value = "[";
      for (const std::string& part : each->results()) value += (value.size() > 1 ? ", " : "") + toml_text(part);
      value += "]";
    }
    text += name;
    text += " = " + value;
    text += std::string("  # ") + origin_name(strength) + "\n";
  }
  return text;
}

}  // namespace chat
