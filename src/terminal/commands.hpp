// What a typed line means. Pure.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net_utils.hpp"

namespace chat {

enum class CommandId {
  away,
  back,
  clear,
  fingerprint,
  help,
  history,
  ignore,
  join,
  leave,
  list,
  log,
  login,
  logout,
  me,
  motd,
  msg,
  nick,
  notify,
  operators,  // any command of theirs: the host judges it
  passwd,
  query,
  quiet,
  quit,
  raw,
  register_name,
  reply,
  room,
  rooms,
  save,
  search,
  set,
  status,
  theme,
  timestamp,
  topic,
  unignore,
  unregister,
  uptime,
  verify,
  version,
  who,
  whois,
};

// What a command is about: /help shows them so.
enum class CommandGroup { talking, rooms, people, reading, program, accounts, operators };
inline constexpr std::array command_groups{CommandGroup::talking,  CommandGroup::rooms,   CommandGroup::people,
                                           CommandGroup::reading,  CommandGroup::program, CommandGroup::accounts,
                                           CommandGroup::operators};
std::string_view group_name(CommandGroup group);

// One row of the table that both dispatches and documents.
struct Command {
  CommandId id;
  CommandGroup group;
  std::vector<std::string_view> names;  // the first is the one shown
  std::string_view arguments;
  std::string_view summary;
  std::string_view example{};             // empty: the command alone says it all
  std::vector<std::string_view> plain{};  // names that do without the slash (--plain-commands)
};

std::span<const Command> commands();
// By any of its names, without the slash; null when there is none.
const Command* find_command(std::string_view name);
// The name of the command that was probably meant; empty: none is like it.
std::string_view meant_command(std::string_view name);
// That there is none of this name, and how to go on.
std::string no_command(std::string_view name);
// Lines without their end, each beginning with '*'. No name: all commands by their groups, in so many columns, and in
// 80 on one screen; "all": a line about each; else the one named, with an example.
std::vector<std::string> help_lines(std::string_view name, std::size_t width = 80);

inline constexpr std::array<std::string_view, 4> status_names{"online", "away", "busy", "invisible"};  // by Status

// The arguments of /history: a number of lines, "since 2h", or nothing.
struct WantedHistory {
  std::uint32_t count = 0;
  std::uint64_t since_ms = 0;  // 0: however old
};
Checked<WantedHistory> understand_history(std::string_view arguments, std::uint64_t now_ms);

struct Typed {
  enum class Kind {
    nothing,  // an empty line
    text,     // to be sent
    command,
    unknown,   // looks like a command; `text` is the name as typed, without its slash
    indented,  // a command with blanks before it: neither run nor sent
  } kind = Kind::nothing;
  std::string text;                  // the message, or a command's arguments
  const Command* command = nullptr;  // where it is one
};
// plain_commands: some commands do without a slash, as in the programs that people come from.
Typed understand(std::string_view line, bool plain_commands = false);

}  // namespace chat
