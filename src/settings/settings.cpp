#include "settings/settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "settings/environment.hpp"
#include "settings/manual.hpp"

namespace chat {

namespace {

constexpr std::uintmax_t most_bytes = 1024 * 1024;
enum class Origin { command_line, variable, file, system_file };
constexpr std::string_view section_prefix = "CLINT__";  // CLINT__SERVERS__DEN__HOST is host of [servers.den]
constexpr std::string_view servers_table = "servers";

// As a variable's name has it, or as a file does.
std::string in_capitals(std::string text) {
  for (char& c : text) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}
std::string in_small_letters(std::string text) {
  for (char& c : text) c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// What a flag is in a file or a variable: as CLI11 has it for other variables, but nothing that could be a slip.
std::optional<bool> flag_value(const std::string& text) {
  constexpr std::array<std::string_view, 7> yes{"true", "1", "yes", "on", "enable", "t", "y"};
  constexpr std::array<std::string_view, 7> no{"false", "0", "no", "off", "disable", "f", "n"};
  const std::string value = in_small_letters(text);
  if (std::find(yes.begin(), yes.end(), value) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), value) != no.end()) return false;
  return std::nullopt;
}

// What a file or a variable says.
struct Entry {
  CLI::ConfigItem item;
  std::string source;      // the file, or the variable's name
  Origin origin;           // a variable is of a server, always
  std::size_t number = 0;  // of a file's entries, from 0
};

using Items = std::vector<CLI::ConfigItem>;
Items items_in(const std::string& file) {
  std::istringstream in(file);
  return CLI::ConfigTOML().from_config(in);
}
bool is_mark(const CLI::ConfigItem& item) { return item.name == "++" || item.name == "--"; }  // of a section's ends

// The first line, from 1, up to which a file holds this. The parser knows no lines: so it reads less and less.
std::size_t line_of(const std::string& file, const std::function<bool(const Items&)>& holds) {
  std::vector<std::size_t> ends;  // of the lines
  for (std::size_t end = 0; end < file.size(); ends.push_back(end))
    end = std::min(file.find('\n', end), file.size() - 1) + 1;
  const auto is_in = [&](std::size_t end, bool) { return !holds(items_in(file.substr(0, end))); };
  return static_cast<std::size_t>(std::lower_bound(ends.begin(), ends.end(), true, is_in) - ends.begin()) + 1;
}

// CLINT__A__B__KEY: the sections A and B, and the key.
Entry entry_of(const std::string& name, const std::string& value) {
  Entry entry{{}, name, Origin::variable};
  std::string rest = name.substr(section_prefix.size());
  for (std::size_t end; (end = rest.find("__")) != std::string::npos; rest.erase(0, end + 2))
    entry.item.parents.push_back(in_small_letters(rest.substr(0, end)));
  entry.item.name = in_small_letters(rest);
  entry.item.inputs = {value};
  return entry;
}

bool is_of_server(const Entry& entry) {
  const auto& parents = entry.item.parents;
  return parents.size() == 2 && parents[0] == servers_table && !parents[1].empty();
}

// A variable cannot tell small letters and hyphens from others.
bool is_of_server(const Entry& entry, const std::string& server) {
  return is_of_server(entry) &&
         entry.item.parents[1] == (entry.origin == Origin::variable ? in_small_letters(server) : server);
}

std::string variable(const std::string& name) {
  const char* value = name.empty()
                          ? nullptr
                          : std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value ? value : "";
}

const char* origin_name(Origin origin) {
  switch (origin) {
    case Origin::command_line: return "command line";
    case Origin::variable: return "variable";
    case Origin::file: return "file";
    case Origin::system_file: return "system file";
  }
  return "";
}

std::string long_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? std::string() : option.get_lnames().front();
}

// What stands before this in it, and behind.
std::pair<std::string, std::string> halves(const std::string& text, const std::string& between) {
  const std::size_t at = std::min(text.find(between), text.size());
  return {text.substr(0, at), text.substr(std::min(at + between.size(), text.size()))};
}

std::string toml_text(const std::string& text) {
  std::string made = "\"";
  for (const char c : text)
    made += c == '"' || c == '\\' ? std::string("\\") + c : c == '\n' ? "\\n" : std::string(1, c);
  return made + "\"";
}

}  // namespace

std::vector<std::filesystem::path> settings_folders(const std::function<std::string(const std::string&)>& variable) {
  using std::filesystem::path;
  if (const std::string all = variable("CLINT_HOME"); !all.empty()) return {all};
  std::vector<path> folders{path()};
  if (const std::string config = variable("XDG_CONFIG_HOME"); !config.empty())
    folders[0] = path(config) / "clint";
  else if (const std::string home = variable("HOME"); !home.empty())
    folders[0] = path(home) / settings_in_home;
  else if (const std::string data = variable("APPDATA"); !data.empty())
    folders[0] = path(data) / "Clint";
  std::istringstream shared(variable("XDG_CONFIG_DIRS"));
  for (std::string each; std::getline(shared, each, ':');)
    if (each.starts_with('/')) folders.push_back(path(each) / "clint");
  const std::string data = variable("PROGRAMDATA");
  folders.push_back(data.empty() ? path("/etc/clint") : path(data) / "Clint");
  return folders;
}

struct Settings::Impl {
  Impl(CLI::App& table, Program of) : app(table), program(std::move(of)) {}

  using Table = std::vector<Entry>;
  CLI::App& app;
  const Program program;
  std::string file;  // given
  bool print_config = false;
  bool print_man = false;
  std::string completion;                    // for this shell
  std::filesystem::path own;                 // the user's file, or the one given; empty: no place for one
  std::vector<std::string> read_from;        // files
  std::map<std::string, std::string> texts;  // of these
  std::map<std::string, Entry> used;         // what gives an option its value, by the option's name
  std::set<std::string> typed;               // on the command line
  std::set<std::string> servers;             // by their names

  CLI::Option* option(const std::string& key) const { return app.get_option_no_throw("--" + key); }
  bool is_setting(const CLI::Option& option) const;
  std::string nearest(const std::string& key) const;
  std::string strange_word() const;
  std::string* positional(std::vector<std::string>& arguments);
  std::optional<std::string> read_files(Table& all);
  std::optional<std::string> read(const std::filesystem::path& where, Origin origin, Table& all);
  std::string where(const Entry& entry) const;
  std::string where_section(const Entry& entry) const;
  std::optional<std::string> judge(const Entry& entry) const;
  std::optional<std::string> judge_variable(const Entry& entry) const;
  std::optional<std::string> judge_value(const CLI::Option& meant, const Entry& entry) const;
  bool outranked(const CLI::Option& option, bool by_variables) const;
  void add(const Entry& entry, std::vector<std::string>& arguments);
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

// A flag that there is not, or the word that is one too many, once the parser did not know what to do with it.
std::string Settings::Impl::strange_word() const {
  const std::vector<std::string> words = app.remaining();
  const auto is_flag = [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); };
  const auto flag = std::find_if(words.begin(), words.end(), is_flag);
  if (flag == words.end()) {
    const std::string& word = words.front();
    const std::string meant = check_port(word) ? "; did you mean --port " + word + "?" : "";
    return chat::quoted(word) + " is one word too many" + meant;
  }
  const std::string written = flag->substr(0, flag->find('='));
  std::vector<std::string_view> names;
  for (const CLI::Option* each : app.get_options())
    for (const std::string& name : each->get_lnames()) names.emplace_back(name);
  const std::string_view meant =
      probably_meant(written.substr(std::min(written.find_first_not_of('-'), written.size())), names);
  return "there is no " + printable(written) + (meant.empty() ? "" : "; did you mean --" + std::string(meant) + "?");
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

// The entries of all files, the strongest first.
std::optional<std::string> Settings::Impl::read_files(Table& all) {
  if (file.empty()) file = variable(option("config")->get_envname());
  std::error_code error;
  if (!file.empty()) {
    own = file;
    if (!std::filesystem::is_regular_file(own, error)) return "there is no file " + printable(file);
    return read(own, Origin::file, all);
  }
  const auto folders = settings_folders(variable);
  if (!folders[0].empty()) own = folders[0] / program.file;
  for (const auto& folder : folders) {
    if (folder.empty() || !std::filesystem::is_regular_file(folder / program.file, error)) continue;
    const Origin origin = folder == folders[0] ? Origin::file : Origin::system_file;
    if (auto wrong = read(folder / program.file, origin, all)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> Settings::Impl::read(const std::filesystem::path& where, Origin origin, Table& all) {
  const std::string& path = read_from.emplace_back(where.string());
  std::error_code error;
  if (std::filesystem::file_size(where, error) > most_bytes) return printable(path) + " is too large for settings";
  std::ifstream in(where);
  if (!in) return printable(path) + " cannot be read";
  std::ostringstream text;
  text << in.rdbuf();
  texts[path] = text.str();
  try {
    std::size_t number = 0;
    for (CLI::ConfigItem& item : items_in(texts[path]))
      if (!is_mark(item)) all.push_back({std::move(item), path, origin, number++});
  } catch (const CLI::Error& fault) {
    return printable(path) + ": " + printable(fault.what());
  }
  return std::nullopt;
}

// A variable's name, or a file and the line.
std::string Settings::Impl::where(const Entry& entry) const {
  if (entry.origin == Origin::variable) return printable(entry.source);
  const auto holds = [&](const Items& items) {
    const auto marks = std::count_if(items.begin(), items.end(), is_mark);
    return items.size() - static_cast<std::size_t>(marks) > entry.number;
  };
  return printable(entry.source) + ":" + std::to_string(line_of(texts.at(entry.source), holds));
}

// Where an entry's section begins.
std::string Settings::Impl::where_section(const Entry& entry) const {
  const auto is_of_it = [&](const CLI::ConfigItem& item) { return item.parents == entry.item.parents; };
  const auto holds = [&](const Items& items) { return std::any_of(items.begin(), items.end(), is_of_it); };
  return printable(entry.source) + ":" + std::to_string(line_of(texts.at(entry.source), holds));
}

// Of a flag, or how many there are; what takes a value judges it when it is parsed.
std::optional<std::string> Settings::Impl::judge_value(const CLI::Option& meant, const Entry& entry) const {
  const std::vector<std::string>& given = entry.item.inputs;
  if (meant.get_expected_min() > 0 && given.size() > 1 &&
      meant.get_multi_option_policy() != CLI::MultiOptionPolicy::TakeAll)
    return where(entry) + ": " + entry.item.name + " has more than one value";
  if (meant.get_expected_min() > 0 || (given.size() == 1 && flag_value(given[0]))) return std::nullopt;
  const std::string what = entry.origin == Origin::variable ? "" : ": " + entry.item.name;
  std::string values;
  for (const std::string& each : given) values += (values.empty() ? "" : ", ") + toml_text(each);
  return where(entry) + what + " is true or false, not " + (given.empty() ? "empty" : printable(values));
}

std::optional<std::string> Settings::Impl::judge_variable(const Entry& entry) const {
  const std::string& key = entry.item.name;
  const std::string name = printable(entry.source);
  if (!is_of_server(entry))
    return name +
           " is not known; with CLINT__ there is CLINT__SERVERS__NAME__KEY alone, such as CLINT__SERVERS__DEN__" +
           in_capitals(nearest(key));
  if (const CLI::Option* const meant = option(key); meant && is_setting(*meant)) return judge_value(*meant, entry);
  const std::string section = entry.source.substr(0, entry.source.rfind("__") + 2);
  if (std::find(program.secret.begin(), program.secret.end(), key) != program.secret.end())
    return name + " is not known: nothing would wipe it; CLINT_PASSWORD is, and " + printable(section) +
           "PASSWORD_FILE names a file";
  return name + " is not known; did you mean " + printable(section) + in_capitals(nearest(key)) + "?";
}

std::optional<std::string> Settings::Impl::judge(const Entry& entry) const {
  if (entry.origin == Origin::variable) return judge_variable(entry);
  const CLI::ConfigItem& item = entry.item;
  if (!item.parents.empty() && !(program.servers && is_of_server(entry)))
    return where_section(entry) + ": [" + printable(item.parents[0]) + "] is not known" +
           (program.servers ? "; there are [servers.NAME] alone" : "");
  const CLI::Option* const meant = option(item.name);
  if (meant && is_setting(*meant)) return judge_value(*meant, entry);
  if (std::find(program.secret.begin(), program.secret.end(), item.name) != program.secret.end())
    return where(entry) + ": " + item.name + " does not belong in a file of settings; password-file does";
  return where(entry) + ": " + printable(item.name) + " is not known; did you mean " + nearest(item.name) + "?";
}

// By the command line, by a variable, or because it contradicts what is given there.
bool Settings::Impl::outranked(const CLI::Option& each, bool by_variables) const {
  const auto stronger = [&](const CLI::Option& other) {
    return typed.contains(long_name(other)) || (by_variables && !variable(other.get_envname()).empty());
  };
  if (stronger(each)) return true;
  const auto& excluded = each.get_excludes();
  return std::any_of(excluded.begin(), excluded.end(), [&](const CLI::Option* other) { return stronger(*other); });
}

void Settings::Impl::add(const Entry& entry, std::vector<std::string>& arguments) {
  const CLI::ConfigItem& item = entry.item;
  const CLI::Option& meant = *option(item.name);
  const bool by_variable = entry.origin == Origin::variable;
  // A server's variable says more than the one that is for all.
  if (outranked(meant, !by_variable) || used.contains(item.name)) return;
  for (const CLI::Option* other : meant.get_excludes())
    if (used.contains(long_name(*other))) return;  // of a server, which is stronger than the rest of the file
  used.emplace(item.name, entry);
  if (meant.get_expected_min() == 0) {
    if (flag_value(item.inputs[0]) == true)
      arguments.push_back("--" + item.name);
    else if (by_variable && !variable(meant.get_envname()).empty())
      arguments.push_back("--" + item.name + "=false");
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
                 "Settings from this file (else " + impl_->program.file + " in ~/" + settings_in_home + ")")
      ->option_text("FILE")
      ->envname(prefix + "CONFIG");
  app.add_flag("--print-config", impl_->print_config, "Print what is in force, as such a file, and leave")
      ->option_text(" ")
      ->envname(prefix + "PRINT_CONFIG")
      ->group(seldom_used);
  app.set_help_flag("-h,--help,--help-all", "Show this; --help-all: the rest, too");
  app.add_flag("--print-man", impl_->print_man)->group("");
  app.add_option("--print-completion", impl_->completion)->group("")->check(one_of({"bash", "zsh", "fish"}));
  // What is typed behind an alias or a script's flags outranks these.
  for (CLI::Option* each : app.get_options())
    if (each->get_multi_option_policy() == CLI::MultiOptionPolicy::Throw) each->take_last();
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
  if (impl_->program.servers)
    for (const auto& [name, value] : variables_with(section_prefix)) table.push_back(entry_of(name, value));
  if (auto error = impl_->read_files(table)) return refused<Arguments>(std::move(*error));
  for (const Entry& entry : table)
    if (auto error = impl_->judge(entry)) return refused<Arguments>(std::move(*error));
  const std::string server = place && impl_->program.servers ? *place : std::string();
  const bool known =
      std::any_of(table.begin(), table.end(), [&](const Entry& entry) { return is_of_server(entry, server); });
  for (const Entry& entry : table)
    if (is_of_server(entry)) impl_->servers.insert(entry.item.parents[1]);
  if (known) {
    all.erase(all.begin() + (place - all.data()));
    for (const Entry& entry : table)
      if (is_of_server(entry, server)) impl_->add(entry, all);
  } else if (place && impl_->program.servers) {  // an address: the file's own is not meant
    impl_->typed.insert({"host", "port"});
  }
  for (const Entry& entry : table)
    if (entry.item.parents.empty()) impl_->add(entry, all);
  return {std::move(all), {}};
}

std::string Settings::wrong(const CLI::ParseError& error) const {
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) return impl_->strange_word();
  std::string text = printable(error.what());
  if (dynamic_cast<const CLI::ExcludesError*>(&error)) {
    const auto [one, other] = halves(text, " excludes ");
    return one + " and " + other + " do not go together";
  }
  if (dynamic_cast<const CLI::RequiresError*>(&error)) {
    const auto [one, other] = halves(text, " requires ");
    return one + " goes with " + other + ", which is not given";
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error)) {  // of a flag: values are judged by us
    const auto [flag, value] = halves(text.substr(std::min(text.find("--"), text.size())), " = ");
    return located(flag + ": it is true or false, not " + chat::quoted(value));
  }
  const std::string flag = text.substr(0, text.find(':'));
  const CLI::Option* const meant = dynamic_cast<const CLI::ArgumentMismatch*>(&error) && flag.starts_with("--")
                                       ? impl_->option(flag.substr(2))
                                       : nullptr;
  if (meant && meant->count() == 0) return flag + " needs a value: " + flag + " " + meant->get_option_text();
  return located(text);
}

std::string Settings::located(const std::string& sentence) const {
  const std::size_t colon = sentence.find(": ");
  if (!sentence.starts_with("--") || colon == std::string::npos) return sentence;
  const std::string key = sentence.substr(2, colon - 2);
  const CLI::Option* const meant = impl_->option(key);
  if (!meant || impl_->typed.contains(key)) return sentence;
  const std::string what = sentence.substr(colon);
  if (const auto from = impl_->used.find(key); from != impl_->used.end())
    return impl_->where(from->second) + (from->second.origin == Origin::variable ? "" : ": " + key) + what;
  return (variable(meant->get_envname()).empty() ? "--" + key : meant->get_envname()) + what;
}

std::vector<std::string> Settings::servers() const { return {impl_->servers.begin(), impl_->servers.end()}; }

std::filesystem::path Settings::file() const { return impl_->own; }

std::string Settings::output() const {
  if (impl_->print_man) return man_page(impl_->app, impl_->program);
  if (!impl_->completion.empty()) return completion_script(impl_->app, impl_->program, impl_->completion);
  return impl_->print_config ? impl_->effective() : std::string();
}

std::string Settings::Impl::effective() const {
  std::string text = "# Settings of " + program.name + ", in TOML. A flag outranks a variable, a variable this file.\n";
  std::string files;
  for (const std::string& each : read_from) files += (files.empty() ? "" : ", ") + printable(each);
  text += "# Read: " + (files.empty() ? "no file" : files) + "\n";
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
    const auto from = used.find(name);
    const Origin origin = typed.contains(name) ? Origin::command_line
                          : from == used.end() ? Origin::variable
                                               : from->second.origin;
    const auto results = each->reduced_results();
    std::string value = !flag ? toml_text(results.front()) : flag_value(results.front()) == false ? "false" : "true";
    if (!flag && results.size() > 1) {
      value = "[";
      for (const std::string& part : results) value += (value.size() > 1 ? ", " : "") + toml_text(part);
      value += "]";
    }
    text += name;
    text += " = " + value;
    text += std::string("  # ") + origin_name(origin) + "\n";
  }
  return text;
}

}  // namespace chat
