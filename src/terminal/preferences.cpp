#include "terminal/preferences.hpp"

#include <algorithm>

#include "terminal/notice.hpp"

namespace chat {

namespace {

template <std::string ClintOptions::*member>
constexpr auto text_of = [](const ClintOptions& options) { return options.*member; };

template <std::string ClintOptions::*member>
constexpr auto set_text = [](ClintOptions& options, const std::string& value) -> std::optional<std::string> {
  options.*member = value;
  return std::nullopt;
};

std::string away_text(const ClintOptions& options) {
  const auto ms = options.away_after.count();
  if (ms % 1000 != 0) return std::to_string(ms) + "ms";
  return ms % 60'000 == 0 ? std::to_string(ms / 60'000) : std::to_string(ms / 1000) + "s";
}

std::optional<std::string> set_away(ClintOptions& options, const std::string& value) {
  const auto time = read_away_after(value);
  if (!time) return time.error;
  options.away_after = *time;
  return std::nullopt;
}

std::string plain_text(const ClintOptions& options) { return options.plain_commands ? "true" : "false"; }

std::optional<std::string> set_plain(ClintOptions& options, const std::string& value) {
  options.plain_commands = value == "true";
  return std::nullopt;
}

std::optional<std::string> set_rooms(ClintOptions& options, const std::string& value) {
  if (const auto rooms = rooms_in(value); !rooms) return rooms.error;
  options.notify_rooms = value;
  return std::nullopt;
}

template <std::string ClintOptions::*member>
Preference choice(std::string_view key, std::vector<std::string> values) {
  return {key, std::move(values), text_of<member>, set_text<member>};
}

}  // namespace

std::span<const Preference> preferences() {
  static const std::vector<Preference> table{
      {"away-after", {}, away_text, set_away},
      choice<&ClintOptions::color>("color", {"auto", "always", "never"}),
      choice<&ClintOptions::joins>("joins", {"folded", "all", "off"}),
      choice<&ClintOptions::links>("links", {"auto", "always", "never"}),
      choice<&ClintOptions::notify>("notify", {"off", "bell", "desktop"}),
      choice<&ClintOptions::notify_on>("notify-on", {"off", "pm", "mention", "all"}),
      {"notify-rooms", {}, text_of<&ClintOptions::notify_rooms>, set_rooms},
      choice<&ClintOptions::notify_words>("notify-words", {}),
      {"plain-commands", {"true", "false"}, plain_text, set_plain},
      choice<&ClintOptions::sound>("sound", {}),
      choice<&ClintOptions::theme>("theme", {"default", "dark", "light", "mono"}),
      choice<&ClintOptions::time_format>("time-format", {}),
  };
  return table;
}

const Preference* find_preference(std::string_view key) {
  for (const Preference& each : preferences())
    if (each.key == key) return &each;
  return nullptr;
}

const std::vector<std::string>& values_of(std::string_view key) {
  const Preference* const found = find_preference(key);
  ensure(found != nullptr, "a preference that is none");
  return found->values;
}

std::string no_preference(std::string_view key) {
  std::vector<std::string_view> keys;
  for (const Preference& each : preferences()) keys.push_back(each.key);
  return "there is no " + printable(key) + "; did you mean " + std::string(nearest(key, keys)) + "?";
}

std::optional<std::string> set_preference(ClintOptions& options, std::string_view key, const std::string& value) {
  const Preference* const found = find_preference(key);
  if (!found) return no_preference(key);
  const auto& values = found->values;
  if (!values.empty() && std::find(values.begin(), values.end(), value) == values.end()) {
    std::string list;
    for (const std::string& each : values) list += (list.empty() ? "" : ", ") + each;
    return std::string(key) + " is one of " + list;
  }
  return found->set(options, value);
}

std::string preference_line(const Preference& preference, const ClintOptions& options) {
  std::string line = std::string(preference.key) + " = " + printable(preference.text(options));
  for (std::size_t i = 0; i < preference.values.size(); ++i)
    line += (i == 0 ? "  (" : ", ") + preference.values[i] + (i + 1 == preference.values.size() ? ")" : "");
  return line;
}

Checked<std::chrono::milliseconds> read_away_after(const std::string& text) {
  if (text == "0") return {std::chrono::milliseconds(0), {}};
  if (auto time = check_duration(text)) return time;
  auto minutes = check_duration(text + "m");
  if (!minutes)
    minutes.error = "\"" + printable(text) + "\" is not a time: give minutes, or 90s, 15m or 1h30m; 0 is never";
  return minutes;
}

}  // namespace chat
