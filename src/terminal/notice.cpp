#include "terminal/notice.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "net_utils.hpp"

namespace chat {

namespace {

constexpr std::size_t most_octets = 120;
constexpr std::array<std::pair<std::string_view, Calling::By>, 4> levels{
    {{"off", Calling::By::off}, {"pm", Calling::By::pm}, {"mention", Calling::By::mention}, {"all", Calling::By::all}}};

std::optional<Calling::By> level_of(std::string_view name) {
  for (const auto& [each, level] : levels)
    if (each == name) return level;
  return std::nullopt;
}

std::string_view name_of(Calling::By level) {
  return std::find_if(levels.begin(), levels.end(), [&](const auto& each) { return each.second == level; })->first;
}

// Without what would end or divide the sequence.
std::string fit(std::string_view text) {
  std::string made;
  for (const char c : printable(text.substr(0, text.find('\n'))))
    if (c != ';' && c != '\\') made += c;
  if (made.size() <= most_octets) return made;
  std::size_t end = most_octets;
  while (end > 0 && (static_cast<unsigned char>(made[end]) & 0xc0) == 0x80) --end;
  return made.substr(0, end);
}

}  // namespace

Calling calling_from(const ClintOptions& options) {
  using By = Calling::By;
  Calling calling;
  if (options.notify == "off") calling.how = Notice::off;
  if (options.notify == "desktop") calling.how = Notice::desktop;
  calling.by = level_of(options.notify_on).value_or(By::mention);
  if (auto rooms = rooms_in(options.notify_rooms)) calling.rooms = std::move(*rooms.value);
  calling.words = words_in(options.notify_words);
  calling.sound = options.sound;
  return calling;
}

Calling::By Calling::by_in(std::string_view room) const {
  const auto own = rooms.find(room);
  return own == rooms.end() ? by : own->second;
}

std::vector<std::string> words_in(std::string_view text) {
  constexpr std::string_view between = " ,";
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(between);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(between), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

Checked<std::map<std::string, Calling::By, std::less<>>> rooms_in(std::string_view text) {
  using Rooms = std::map<std::string, Calling::By, std::less<>>;
  Rooms rooms;
  for (const std::string& word : words_in(text)) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const bool person = word.starts_with('@');
    const auto place = person ? check_name(word.substr(1, equals - 1)) : check_room(word.substr(0, equals));
    const auto level = level_of(std::string_view(word).substr(std::min(equals + 1, word.size())));
    if (!place || !level)
      return refused<Rooms>("\"" + printable(word) + "\" is not ROOM=LEVEL; a level is off, pm, mention or all");
    rooms.insert_or_assign((person ? "@" : "") + *place, *level);
  }
  return {std::move(rooms), {}};
}

std::string with_level(std::string_view text, const std::string& room, std::string_view level) {
  auto rooms = rooms_in(text).value.value_or(std::map<std::string, Calling::By, std::less<>>());
  rooms.erase(room);
  if (const auto wanted = level_of(level)) rooms.emplace(room, *wanted);
  std::string made;
  for (const auto& [each, own] : rooms) made += (made.empty() ? "" : " ") + each + "=" + std::string(name_of(own));
  return made;
}

std::string calling_line(const ClintOptions& options, const std::string& here) {
  const Calling calling = calling_from(options);
  const auto of = [](const std::string& room, Calling::By level) {
    return "in " + (room.starts_with('@') ? "" : std::string("#")) + printable(room) + ": " +
           std::string(name_of(level));
  };
  std::string line = of(here, calling.by_in(here)) + (calling.rooms.contains(here) ? "" : " (the default)");
  for (const auto& [room, own] : calling.rooms)
    if (room != here) line += "; " + of(room, own);
  line += "; in all other rooms: " + std::string(name_of(calling.by));
  if (calling.how == Notice::off) line += "; but notify = off, so nothing calls you: /notify bell";
  return line;
}

std::string notice_sequence(Notice notice, std::string_view title, std::string_view text) {
  if (notice == Notice::off) return {};
  if (notice == Notice::bell) return "\a";
  const std::string head = fit(title);
  const std::string body = fit(text);
  return "\x1b]9;" + head + ": " + body + "\a\x1b]777;notify;" + head + ";" + body + "\a";
}

}  // namespace chat
