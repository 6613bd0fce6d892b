#include "terminal/commands.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace chat {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

std::string usage(const Command& command) {
  std::string line = "/" + std::string(command.names[0]);
  if (!command.arguments.empty()) line += " " + std::string(command.arguments);
  return line;
}

std::string other_names(const Command& command) {
  std::string list;
  for (std::size_t i = 1; i < command.names.size(); ++i) list += " /" + std::string(command.names[i]);
  return list.empty() ? list : " (also" + list + ")";
}

constexpr std::size_t least_width = 30;
constexpr std::size_t longest_usage = 28;  // of an overview; longer arguments are for /help COMMAND
constexpr std::size_t heading_columns = 14;

std::string beginning(std::string_view heading) {
  std::string line = "* " + std::string(heading);
  line.resize(heading_columns, ' ');
  return line;
}

std::vector<std::string> overview(std::size_t width) {
  // What fills the last column is wrapped by some terminals.
  const std::size_t columns = std::max(width, least_width) - 1;
  const std::size_t longest = std::min(longest_usage, columns - heading_columns);
  std::vector<std::string> lines;
  for (const CommandGroup group : command_groups) {
    std::string line = beginning(group_name(group));
    for (const Command& command : commands()) {
      if (command.group != group) continue;
      std::string shown = usage(command);
      if (shown.size() > longest) shown = "/" + std::string(command.names[0]) + " ...";
      const std::string gap = line.size() > heading_columns ? "  " : "";
      if (line.size() + gap.size() + shown.size() > columns) {
        lines.push_back(std::move(line));
        line = beginning("") + shown;
      } else {
        line += gap + shown;
      }
    }
    lines.push_back(std::move(line));
  }
  lines.emplace_back("* /help COMMAND explains one, /help all says a line about each.");
  lines.emplace_back("* Anything else is sent; //text says \"/text\".");
  lines.emplace_back("* ---- new ---- stands where you stopped reading.");
  return lines;
}

std::vector<std::string> everything() {
  std::vector<std::string> lines;
  for (const CommandGroup group : command_groups) {
    lines.push_back("* ---- " + std::string(group_name(group)) + " ----");
    for (const Command& command : commands()) {
      if (command.group != group) continue;
      std::string line = "* " + usage(command);
      line.resize(std::max<std::size_t>(line.size() + 1, 20), ' ');
      lines.push_back(line + std::string(command.summary) + other_names(command));
    }
  }
  return lines;
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> table{
      {CommandId::away,
       CommandGroup::people,
       {"away"},
       "[WHY]",
       "tells others that you are away; /back that you are here",
       "/away lunch"},
      {CommandId::back, CommandGroup::people, {"back"}, "", "tells others that you are here again"},
      {CommandId::clear,
       CommandGroup::reading,
       {"clear"},
       "",
       "empties the screen; what scrolled away stays in the terminal's scrollback"},
      {CommandId::fingerprint,
       CommandGroup::program,
       {"fingerprint"},
       "",
       "shows the host's key and why it is trusted"},
      {CommandId::help,
       CommandGroup::program,
       {"help", "?"},
       "[COMMAND|all]",
       "lists the commands, or explains one, or all of them",
       "/help quit"},
      {CommandId::history,
       CommandGroup::reading,
       {"history"},
       "[N|since TIME|off|on]",
       "shows what was said before: 50 lines, N, or since 2h; operators have it kept no more (off) or again (on)",
       "/history since 2h"},
      {CommandId::ignore,
       CommandGroup::people,
       {"ignore"},
       "[NAME]",
       "shows no more of what somebody says, or whom you ignore",
       "/ignore bob"},
      {CommandId::join,
       CommandGroup::rooms,
       {"join"},
       "ROOM [--password]",
       "enters a room, which is made if there is none; with its password, for a room of its own",
       "/join ops",
       {"join"}},
      {CommandId::leave, CommandGroup::rooms, {"leave", "part"}, "[ROOM]", "leaves a room", "/leave ops", {"leave"}},
      {CommandId::list, CommandGroup::rooms, {"list"}, "", "shows the rooms (/rooms) and the people here (/who)"},
      {CommandId::log,
       CommandGroup::reading,
       {"log"},
       "[FILE]",
       "writes what is said to the end of a file, too; without one: no more",
       "/log meeting.txt"},
      {CommandId::login,
       CommandGroup::accounts,
       {"login"},
       "NAME",
       "makes you the account of this name; its password is asked for",
       "/login alice",
       {"login"}},
      {CommandId::logout,
       CommandGroup::accounts,
       {"logout"},
       "",
       "out of your account, under another name",
       {},
       {"logout"}},
      {CommandId::me, CommandGroup::talking, {"me"}, "ACTION", "says what you do", "/me waves"},
      {CommandId::motd, CommandGroup::reading, {"motd"}, "", "shows the host's message of the day again"},
      {CommandId::msg,
       CommandGroup::talking,
       {"msg", "w"},
       "NAME TEXT",
       "says something to one person, whom alone it can be read by; so does @NAME TEXT",
       "/msg bob see you at four",
       {"msg"}},
      {CommandId::nick, CommandGroup::people, {"nick"}, "NAME", "gives you another name", "/nick alice2"},
      {CommandId::notify,
       CommandGroup::reading,
       {"notify", "bell"},
       "[[all-rooms] off|pm|mention|all|default | bell|desktop | word add WORD]",
       "what in this room calls you while you look elsewhere, or in all-rooms but those with a level of their own",
       "/notify word add coffee"},
      {CommandId::passwd,
       CommandGroup::accounts,
       {"passwd"},
       "",
       "gives your account another password; the old one is asked for, too"},
      {CommandId::query,
       CommandGroup::talking,
       {"query"},
       "[NAME]",
       "talks to one person until you go elsewhere",
       "/query bob"},
      {CommandId::quiet, CommandGroup::reading, {"quiet"}, "", "hides who comes and goes, or shows it again"},
      {CommandId::quit,
       CommandGroup::talking,
       {"quit", "exit", "q"},
       "[TEXT]",
       "says the text, if there is one, and leaves; a bare exit or quit does so, too",
       "/quit see you tomorrow"},
      {CommandId::raw,
       CommandGroup::talking,
       {"raw"},
       "TEXT",
       "says it as typed: :smile: stays :smile:",
       "/raw std::vector:x:"},
      {CommandId::register_name,
       CommandGroup::accounts,
       {"register"},
       "[NAME]",
       "makes your name yours: from then on it needs a password, which is asked for; NAME: for operators",
       "/register bob",
       {"register"}},
      {CommandId::reply, CommandGroup::talking, {"reply", "r"}, "TEXT", "answers the last private message", "/r yes"},
      {CommandId::room,
       CommandGroup::rooms,
       {"room", "room_msg"},
       "ROOM TEXT",
       "says something in a room that you are in",
       "/room ops hello",
       {"room_msg"}},
      {CommandId::rooms,
       CommandGroup::rooms,
       {"rooms"},
       "",
       "lists the rooms: name, members, topic; yours first, 2 is Alt-2, > is where you are",
       {},
       {"rooms"}},
      {CommandId::save,
       CommandGroup::program,
       {"save"},
       "",
       "keeps what /set, /theme and the like have changed, in your settings file"},
      {CommandId::search,
       CommandGroup::reading,
       {"search", "lastlog"},
       "[-user NAME] [-room ROOM] [-since DAY] WORDS",
       "finds what was said, here and in the host's history of this room; a day is today, 2026-11-21 or 2h",
       "/search -user bob -since yesterday tea"},
      {CommandId::set,
       CommandGroup::program,
       {"set"},
       "[KEY [VALUE]]",
       "shows or changes a setting, for now; /save keeps it",
       "/set time-format %H:%M:%S"},
      {CommandId::status,
       CommandGroup::people,
       {"status"},
       "STATE [TEXT]",
       "online, away, busy or invisible, and why",
       "/status busy until four"},
      {CommandId::theme,
       CommandGroup::reading,
       {"theme"},
       "[NAME]",
       "the colours of names: default, dark, light or mono",
       "/theme dark"},
      {CommandId::timestamp,
       CommandGroup::reading,
       {"timestamp"},
       "off|time|datetime",
       "what stands before each line",
       "/timestamp datetime"},
      {CommandId::topic,
       CommandGroup::rooms,
       {"topic"},
       "[TEXT]",
       "shows what the room is about, or sets it; - takes it away",
       "/topic tea at four"},
      {CommandId::unignore,
       CommandGroup::people,
       {"unignore"},
       "NAME",
       "shows again what somebody says",
       "/unignore bob"},
      {CommandId::unregister,
       CommandGroup::accounts,
       {"unregister"},
       "[NAME]",
       "takes your account away, for its password: anybody may have the name again; NAME: for operators",
       "/unregister bob"},
      {CommandId::uptime, CommandGroup::program, {"uptime"}, "", "shows how long you have been connected"},
      {CommandId::verify,
       CommandGroup::people,
       {"verify"},
       "NAME [yes]",
       "shows the number that you and the other see when nobody sits between you",
       "/verify bob"},
      {CommandId::version, CommandGroup::program, {"version"}, "", "shows which clint this is"},
      {CommandId::who,
       CommandGroup::people,
       {"who", "names", "users"},
       "[ROOM]",
       "lists who is here",
       "/who ops",
       {"users"}},
      {CommandId::whois,
       CommandGroup::people,
       {"whois"},
       "NAME",
       "tells about one person: since when, how idle, status",
       "/whois bob"},
      {CommandId::operators,
       CommandGroup::operators,
       {"allowlist"},
       "[on|off|add NAME|remove NAME|import [TIME]]",
       "lets in only names on a list; import puts on it who is here (for so long)",
       "/allowlist add bob"},
      {CommandId::operators,
       CommandGroup::operators,
       {"ban"},
       "NAME|ip=ADDRESS [TIME] [WHY]",
       "shows somebody out and keeps them out",
       "/ban bob 1h30m spam"},
      {CommandId::operators, CommandGroup::operators, {"bans", "banned"}, "", "lists who is banned"},
      {CommandId::operators, CommandGroup::operators, {"close"}, "", "lets nobody new in"},
      {CommandId::operators, CommandGroup::operators, {"deop"}, "NAME", "makes somebody no operator", "/deop alice"},
      {CommandId::operators, CommandGroup::operators, {"kick"}, "NAME [WHY]", "shows somebody out", "/kick bob spam"},
      {CommandId::operators,
       CommandGroup::operators,
       {"mute"},
       "[NAME [TIME] [WHY]]",
       "lets somebody read only; or lists who is",
       "/mute bob 10m"},
      {CommandId::operators,
       CommandGroup::operators,
       {"op"},
       "[NAME [TIME]]",
       "makes somebody an operator; or lists them",
       "/op alice 2h"},
      {CommandId::operators, CommandGroup::operators, {"open"}, "", "lets newcomers in again"},
      {CommandId::operators,
       CommandGroup::operators,
       {"rename"},
       "NAME NEW",
       "gives somebody another name",
       "/rename bob robert"},
      {CommandId::operators, CommandGroup::operators, {"shutdown"}, "[TIME|cancel]", "stops the host", "/shutdown 5m"},
      {CommandId::operators, CommandGroup::operators, {"stats"}, "", "shows how the host is doing"},
      {CommandId::operators,
       CommandGroup::operators,
       {"unban"},
       "NAME|ip=ADDRESS",
       "lets somebody in again",
       "/unban bob"},
      {CommandId::operators, CommandGroup::operators, {"unmute"}, "NAME", "lets somebody speak again", "/unmute bob"},
  };
  return table;
}

const Command* find_command(std::string_view name) {
  const std::string wanted = lower(name);
  for (const Command& command : commands())
    if (std::find(command.names.begin(), command.names.end(), wanted) != command.names.end()) return &command;
  return nullptr;
}

std::string_view meant_command(std::string_view name) {
  // As other programs call them.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> elsewhere{{{"block", "ignore"},
                                                                                     {"bye", "quit"},
                                                                                     {"color", "theme"},
                                                                                     {"colour", "theme"},
                                                                                     {"disconnect", "quit"},
                                                                                     {"dm", "msg"},
                                                                                     {"members", "who"},
                                                                                     {"people", "who"},
                                                                                     {"pm", "msg"},
                                                                                     {"signup", "register"},
                                                                                     {"tell", "msg"},
                                                                                     {"unblock", "unignore"},
                                                                                     {"whisper", "msg"}}};
  const std::string wanted = lower(name.substr(0, 32));
  for (const auto& [there, here] : elsewhere)
    if (wanted == there) return here;
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.insert(names.end(), command.names.begin(), command.names.end());
  return probably_meant(wanted, names);
}

std::string no_command(std::string_view name) {
  const std::string_view meant = meant_command(name);
  return "there is no /" + printable(name.substr(0, 40)) +
         (meant.empty() ? " - /help lists what there is" : " - did you mean /" + std::string(meant) + "?");
}

std::string_view group_name(CommandGroup group) {
  switch (group) {
    case CommandGroup::talking: return "talking";
    case CommandGroup::rooms: return "rooms";
    case CommandGroup::people: return "people";
    case CommandGroup::reading: return "reading";
    case CommandGroup::program: return "this clint";
    case CommandGroup::accounts: return "accounts";
    case CommandGroup::operators: return "operators";
  }
  return {};
}

std::vector<std::string> help_lines(std::string_view name, std::size_t width) {
  name = trimmed(name);
  if (name.starts_with('/')) name.remove_prefix(1);
  if (name.empty()) return overview(width);
  if (name == "all") return everything();
  const Command* command = find_command(name);
  if (!command) return {"* " + no_command(name)};
  std::vector<std::string> lines{"* " + usage(*command) + ": " + std::string(command->summary) + other_names(*command)};
  if (!command->example.empty()) lines.push_back("* for example: " + std::string(command->example));
  return lines;
}

Checked<WantedHistory> understand_history(std::string_view arguments, std::uint64_t now_ms) {
  constexpr std::string_view usage_text =
      "/history 100 shows 100 lines from before, /history since 2h those of 2 hours";
  constexpr std::uint32_t most = limits::max_backlog_posts;
  if (arguments.empty()) return {WantedHistory{limits::backlog_posts, 0}, {}};
  if (arguments.starts_with("since")) {
    const auto ago = check_duration(trimmed(arguments.substr(5)));
    if (!ago) return {std::nullopt, std::string(usage_text)};
    const auto ago_ms = static_cast<std::uint64_t>(std::chrono::milliseconds(*ago).count());
    return {WantedHistory{most, now_ms - std::min(ago_ms, now_ms - 1)}, {}};
  }
  std::uint32_t number = 0;
  const char* const end = arguments.data() + arguments.size();
  const auto [stop, error] = std::from_chars(arguments.data(), end, number);
  if (error != std::errc{} || stop != end || number == 0) return {std::nullopt, std::string(usage_text)};
  return {WantedHistory{std::min(number, most), 0}, {}};
}

Typed understand(std::string_view line, bool plain_commands) {
  const std::string_view words = trimmed(line);
  if (words.empty()) return {};
  if (words == "exit" || words == "quit") return {Typed::Kind::command, {}, find_command("quit")};
  if (!words.starts_with('/')) {
    const std::string_view first = words.substr(0, words.find_first_of(blanks));
    if (plain_commands && line.starts_with(first))
      for (const Command& command : commands())
        if (std::find(command.plain.begin(), command.plain.end(), first) != command.plain.end())
          return {Typed::Kind::command, std::string(trimmed(words.substr(first.size()))), &command};
    return {Typed::Kind::text, std::string(line), nullptr};
  }
  if (words.starts_with("//")) {
    std::string text(line);
    text.erase(text.find('/'), 1);
    return {Typed::Kind::text, std::move(text), nullptr};
  }
  const std::string_view name = words.substr(1, words.find_first_of(blanks) - 1);
  if (!line.starts_with('/')) {
    // A path or a comment may stand further right; what would be a command without the blanks is a slip of the hand.
    if (name == "?" || std::all_of(name.begin(), name.end(), is_letter))
      return {Typed::Kind::indented, std::string(words), nullptr};
    return {Typed::Kind::text, std::string(line), nullptr};
  }
  const Command* command = find_command(name);
  if (!command) return {Typed::Kind::unknown, std::string(name), nullptr};
  return {Typed::Kind::command, std::string(trimmed(words.substr(1 + name.size()))), command};
}

}  // namespace chat
