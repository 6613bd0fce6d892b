#include "settings/manual.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <vector>

namespace chat {

namespace {

// For roff: a backslash, a hyphen that is a minus, and a line that begins with a dot.
std::string roff(const std::string& text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool begins = at == 0 || text[at - 1] == '\n';
    if (begins && (c == '.' || c == '\'')) made += "\\&";
    made += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  }
  return made;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::vector<const CLI::Option*> listed(const CLI::App& app) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* each : app.get_options())
    if (!each->get_group().empty() && !each->get_lnames().empty()) options.push_back(each);
  return options;
}

std::string value_name(const CLI::Option& option) {
  if (option.get_expected_min() == 0) return {};
  const std::string& text = option.get_option_text();
  return text.empty() || text == " " ? "VALUE" : text;
}

// In single quotes for a shell.
std::string in_quotes(const std::string& text) {
  std::string made = "'";
  for (const char c : text) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

bool wants_file(const CLI::Option& option) {
  const std::string name = value_name(option);
  return name == "FILE" || name == "DIR";
}

std::string function_name(const Program& program) {
  std::string name = "_" + program.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string bash(const CLI::App& app, const Program& program) {
  std::string flags;
  std::string files;
  for (const CLI::Option* each : listed(app)) {
    flags += (flags.empty() ? "--" : " --") + each->get_lnames().front();
    if (wants_file(*each)) files += (files.empty() ? "--" : "|--") + each->get_lnames().front();
  }
  const std::string name = function_name(program);
  return "# bash completion for " + program.name + "\n" + name + "() {\n" +
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n" + "  case $before in\n    " +
         files + ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n  esac\n" + "  COMPREPLY=($(compgen -W \"" +
         flags + "\" -- \"$word\"))\n}\ncomplete -o default -F " + name + " " + program.name + "\n";
}

std::string zsh(const CLI::App& app, const Program& program) {
  std::string text = "#compdef " + program.name + "\n_arguments";
  for (const CLI::Option* each : listed(app)) {
    std::string about = one_line(each->get_description());
    for (const char special : {'\\', ':', '[', ']'})
      for (std::size_t at = 0; (at = about.find(special, at)) != std::string::npos; at += 2) about.insert(at, 1, '\\');
    const std::string value = value_name(*each);
    const std::string after = value.empty() ? "" : ":" + value + ":" + (wants_file(*each) ? "_files" : " ");
    std::ostringstream word;
    word << "--" << each->get_lnames().front() << "[" << about << "]" << after;
    text += " \\\n  " + in_quotes(word.str());
  }
  return text + "\n";
}

std::string fish(const CLI::App& app, const Program& program) {
  std::string text = "# fish completion for " + program.name + "\ncomplete -c " + program.name + " -f\n";
  for (const CLI::Option* each : listed(app)) {
    const bool flag = each->get_expected_min() == 0;
    text += "complete -c " + program.name + " -l " + each->get_lnames().front() +
            (flag                ? ""
             : wants_file(*each) ? " -rF"
                                 : " -x") +
            " -d " + in_quotes(one_line(each->get_description())) + "\n";
  }
  return text;
}

}  // namespace

std::string man_page(const CLI::App& app, const Program& program) {
  std::string text = ".TH " + program.name + " 1 \"\" \"Clint\" \"User Commands\"\n.SH NAME\n" + roff(program.name) +
                     " \\- " + roff(program.summary) + "\n.SH SYNOPSIS\n.B " + roff(program.name) + "\n[OPTION]...";
  for (const CLI::Option* each : app.get_options())
    if (each->get_positional()) text += " [" + roff(each->get_name(true)) + "]";
  text += "\n.SH DESCRIPTION\n" + roff(app.get_description()) + "\n.SH OPTIONS\n";
  for (const CLI::Option* each : listed(app)) {
    const std::string value = value_name(*each);
    text += ".TP\n\\fB" + roff("--" + each->get_lnames().front()) + "\\fR" +
            (value.empty() ? "" : " \\fI" + roff(value) + "\\fR") + "\n" + roff(one_line(each->get_description())) +
            "\n";
    if (!each->get_envname().empty())
      text += ".br\nAlso \\fB" + roff(each->get_envname()) + "\\fR in the environment.\n";
  }
  text += ".SH FILES\n.TP\n\\fI~/" + roff(settings_in_home) + "/" + roff(program.file) +
          "\\fR\nSettings in TOML: an option's long name is its key. A flag outranks a variable, a variable the file.\n"
          ".TP\n\\fI/etc/clint/" +
          roff(program.file) + "\\fR\nThe same for everybody on this machine; the user's own outranks it.\n";
  if (program.servers)
    text +=
        "A table \\fB[servers.den]\\fR with host, port, name and so on makes \\fBclint den\\fR mean that.\n"
        ".SH ENVIRONMENT\n.TP\n\\fBCLINT__SERVERS__DEN__HOST\\fR\nThe \\fBhost\\fR of \\fB[servers.den]\\fR, "
        "and so on for every other key of such a table but a password; as strong as any variable.\n";
  std::string footer = app.get_footer();
  footer.erase(0, footer.find_first_not_of('\n'));
  return text + ".SH NOTES\n.nf\n" + roff(footer) + "\n.fi\n";
}

std::string completion_script(const CLI::App& app, const Program& program, const std::string& shell) {
  return shell == "bash" ? bash(app, program) : shell == "zsh" ? zsh(app, program) : fish(app, program);
}

}  // namespace chat
