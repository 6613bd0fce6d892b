#include "terminal/completion.hpp"

#include <unicode/unistr.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "terminal/commands.hpp"
#include "terminal/emoji.hpp"
#include "terminal/preferences.hpp"

namespace chat {

namespace {

constexpr std::size_t most_people = 500;  // of those who said something
constexpr std::size_t most_silent = 2000;
constexpr std::size_t most_emoji = 20;  // offered at once

icu::UnicodeString folded(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))).foldCase();
}

void put_first(std::deque<std::string>& names, const std::string& name) {
  names.push_front(name);
  if (names.size() > most_people) names.pop_back();
}

// A command, and the words of its arguments that stand before the one being typed.
struct Begun {
  CommandId command;
  std::vector<std::string> words;
};

std::optional<Begun> begun_command(std::string_view before_word) {
  if (!before_word.starts_with('/')) return std::nullopt;
  std::istringstream in{std::string(before_word.substr(1))};
  std::string name;
  in >> name;
  const Command* const command = find_command(name);
  if (!command) return std::nullopt;
  Begun begun{command->id, {}};
  for (std::string word; in >> word;) begun.words.push_back(std::move(word));
  return begun;
}

bool wants_room(const Begun& begun) {
  const CommandId id = begun.command;
  const bool takes_one =
      id == CommandId::join || id == CommandId::leave || id == CommandId::room || id == CommandId::who;
  return takes_one && begun.words.empty();
}

// One of which has to come next; none: anything may.
std::vector<std::string> words_to_choose(const Begun& begun) {
  const std::vector<std::string>& words = begun.words;
  if (begun.command == CommandId::set && words.size() == 1) {
    const Preference* const preference = find_preference(words[0]);
    return preference ? preference->values : std::vector<std::string>();
  }
  if (begun.command == CommandId::notify && words.size() == 1) {
    if (words[0] == "word") return {"add", "remove"};
    return words[0] == "all-rooms" ? values_of("notify-on") : std::vector<std::string>();
  }
  if (!words.empty()) return {};
  switch (begun.command) {
    case CommandId::notify: return {"off", "pm", "mention", "all", "default", "all-rooms", "bell", "desktop", "word"};
    case CommandId::set: {
      std::vector<std::string> keys;
      for (const Preference& each : preferences()) keys.emplace_back(each.key);
      return keys;
    }
    case CommandId::status: return {status_names.begin(), status_names.end()};
    case CommandId::theme: return values_of("theme");
    case CommandId::timestamp: return {"off", "time", "datetime"};
    default: return {};
  }
}

}  // namespace

void People::addressed(const std::string& name) {
  left(name);
  put_first(addressed_, name);
}

void People::spoke(const std::string& name) {
  if (std::find(addressed_.begin(), addressed_.end(), name) != addressed_.end()) return;
  left(name);
  put_first(spoke_, name);
}

void People::came(const std::string& name) {
  for (const auto* known : {&addressed_, &spoke_})
    if (std::find(known->begin(), known->end(), name) != known->end()) return;
  if (silent_.size() < most_silent) silent_.insert(name);
}

void People::left(const std::string& name) {
  std::erase(addressed_, name);
  std::erase(spoke_, name);
  silent_.erase(name);
}

std::vector<std::string> People::beginning(std::string_view begin) const {
  const icu::UnicodeString wanted = folded(begin);
  const auto fits = [&](const std::string& name) { return folded(name).startsWith(wanted); };
  std::vector<std::string> found;
  std::copy_if(addressed_.begin(), addressed_.end(), std::back_inserter(found), fits);
  std::copy_if(spoke_.begin(), spoke_.end(), std::back_inserter(found), fits);
  const auto silent = static_cast<std::ptrdiff_t>(found.size());
  std::copy_if(silent_.begin(), silent_.end(), std::back_inserter(found), fits);
  std::stable_sort(found.begin() + silent, found.end(), [](const std::string& one, const std::string& other) {
    return folded(one).compare(folded(other)) < 0;
  });
  return found;
}

Completion complete(const People& people, const std::vector<std::string>& rooms, std::string_view text,
                    std::size_t cursor) {
  const std::string_view before = text.substr(0, cursor);
  const std::size_t blank = before.find_last_of(" \n\t");
  Completion made;
  made.begin = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view word = before.substr(made.begin);
  const auto begun = begun_command(before.substr(0, made.begin));
  const bool argument = begun && begun->command == CommandId::help;
  if ((made.begin == 0 && word.starts_with('/')) || argument) {
    const std::string_view begin = word.starts_with('/') ? word.substr(1) : word;
    for (const Command& command : commands())
      if (command.names[0].starts_with(begin))
        made.candidates.push_back((argument ? "" : "/") + std::string(command.names[0]) + " ");
  } else if (word.starts_with('#') || (begun && wants_room(*begun))) {
    const bool marked_room = word.starts_with('#');
    for (const std::string& room : rooms)
      if (room.starts_with(marked_room ? word.substr(1) : word))
        made.candidates.push_back((marked_room ? "#" : "") + room + " ");
  } else if (const auto choice = begun ? words_to_choose(*begun) : std::vector<std::string>(); !choice.empty()) {
    for (const std::string& each : choice)
      if (each.starts_with(word)) made.candidates.push_back(each + " ");
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
