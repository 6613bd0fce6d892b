#include "terminal/completion.hpp"

#include <unicode/unistr.h>

#include <algorithm>

#include "terminal/commands.hpp"
#include "terminal/emoji.hpp"

namespace chat {

namespace {

constexpr std::size_t most_people = 500;
constexpr std::size_t most_emoji = 20;  // offered at once

icu::UnicodeString folded(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))).foldCase();
}

// Whether the next word after this is a room.
bool wants_room(std::string_view before) {
  for (const std::string_view command : {"/join ", "/leave ", "/part ", "/room "})
    if (before == command) return true;
  return false;
}

}  // namespace

void People::spoke(const std::string& name) {
  left(name);
  names_.push_front(name);
  if (names_.size() > most_people) names_.pop_back();
}

void People::left(const std::string& name) { std::erase(names_, name); }

std::vector<std::string> People::beginning(std::string_view begin) const {
  const icu::UnicodeString wanted = folded(begin);
  std::vector<std::string> found;
  std::copy_if(names_.begin(), names_.end(), std::back_inserter(found),
               [&](const std::string& name) { return folded(name).startsWith(wanted); });
  return found;
}

Completion complete(const People& people, const std::vector<std::string>& rooms, std::string_view text,
                    std::size_t cursor) {
  const std::string_view before = text.substr(0, cursor);
  const std::size_t blank = before.find_last_of(" \n\t");
  Completion made;
  made.begin = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view word = before.substr(made.begin);
  const bool argument = before.starts_with("/help ") || before.starts_with("/? ");
  if ((made.begin == 0 && word.starts_with('/')) || argument) {
    const std::string_view begin = word.starts_with('/') ? word.substr(1) : word;
    for (const Command& command : commands())
      if (command.names[0].starts_with(begin))
        made.candidates.push_back((argument ? "" : "/") + std::string(command.names[0]) + " ");
  } else if (word.starts_with('#') || wants_room(before.substr(0, made.begin))) {
    const bool marked_room = word.starts_with('#');
    for (const std::string& room : rooms)
      if (room.starts_with(marked_room ? word.substr(1) : word))
        made.candidates.push_back((marked_room ? "#" : "") + room + " ");
  } else if (word.size() >= 2 && word.starts_with(':')) {
    for (const std::string_view sign : emoji_beginning(word.substr(1), most_emoji))
      made.candidates.push_back(std::string(sign) + " ");
  } else {
    const bool at = word.starts_with('@');
    if (word.empty() && made.begin > 0) return made;
    for (const std::string& name : people.beginning(at ? word.substr(1) : word))
      made.candidates.push_back((at ? "@" : "") + name + (made.begin == 0 && !at ? ": " : " "));
  }
  return made;
}

}  // namespace chat
