#include "terminal/preferences.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "terminal/looks.hpp"
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

std::optional<std::string> set_time_format(ClintOptions& options, const std::string& value) {
  auto format = check_time_format(value);
  if (!format) return format.error;
  options.time_format = *format;
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
      {"time-format", {}, text_of<&ClintOptions::time_format>, set_time_format},
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
  const std::string_view meant = probably_meant(key, keys);
  return "there is no " + printable(key) + (meant.empty() ? "" : "; did you mean " + std::string(meant) + "?");
}

std::optional<std::string> set_preference(ClintOptions& options, std::string_view key, const std::string& value) {
  const Preference* const found = find_preference(key);
  if (!found) return no_preference(key);
  const auto& values = found->values;
  if (!values.empty() && std::find(values.begin(), values.end(), value) == values.end())
    return std::string(key) + ": " + not_one_of(value, values);
  return found->set(options, value);
}

std::string preference_line(const Preference& preference, const ClintOptions& options) {
  std::string line = std::string(preference.key) + " = " + printable(preference.text(options));
  for (std::size_t i = 0; i < preference.values.size(); ++i)
    line += (i == 0 ? "  (" : ", ") + preference.values[i] + (i + 1 == preference.values.size() ? ")" : "");
  return line;
}

Checked<std::string> check_time_format(const std::string& text) {
  constexpr std::string_view flags = "-_0^#";  // before a conversion, as most systems have them
  constexpr std::string_view conversions = "aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZ%";
  constexpr std::string_view after_e = "cCxXyY";  // C11 section 7.27.3.5
  constexpr std::string_view after_o = "deHImMSuUVwWy";
  const auto refuse = [](const std::string& part, const std::string& why) {
    return refused<std::string>(chat::quoted(part) + why +
                                "; there are %H, %M, %S, %Y, %m, %d, %a and what else strftime has; empty: no times");
  };
  if (text.find_first_of("\n\t") != std::string::npos || !is_clean_text(text))
    return refuse(text, " is not one line of text");
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string::npos; ++at) {
    const std::size_t begin = at++;
    if (at < text.size() && flags.find(text[at]) != std::string_view::npos) ++at;
    std::string_view known = conversions;
    if (at < text.size() && (text[at] == 'E' || text[at] == 'O')) known = text[at++] == 'E' ? after_e : after_o;
    if (at >= text.size() || known.find(text[at]) == std::string_view::npos)
      return refuse(text.substr(begin, at + 1 - begin), " is no part of a time");
  }
  std::tm longest{};  // Wednesday, 24 September 2025
  longest.tm_year = 125;
  longest.tm_mon = 8;
  longest.tm_mday = 24;
  longest.tm_wday = 3;
  std::array<char, longest_time> made;
  if (!text.empty() && std::strftime(made.data(), made.size(), text.c_str(), &longest) == 0)
    return refuse(text, " makes too long a time");
  return {text, {}};
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
