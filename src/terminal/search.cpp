#include "terminal/search.hpp"

#include <unicode/unistr.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

#include "terminal/tty.hpp"

namespace chat {

namespace {

icu::UnicodeString folded(const std::string& text) { return icu::UnicodeString::fromUTF8(text).foldCase(); }

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

bool has_words(const std::string& text, const std::string& words) {
  const icu::UnicodeString in = folded(text);
  std::size_t at = 0;
  while ((at = words.find_first_not_of(' ', at)) != std::string::npos) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (in.indexOf(folded(words.substr(at, end - at))) < 0) return false;
    at = end;
  }
  return true;
}

// 2026-11-21
std::optional<std::chrono::year_month_day> date_in(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    unsigned value = 0;
    const char* const end = text.data() + at + size;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc{} && stop == end ? value : 0;
  };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

// Where a day begins on this machine's clock, or the time ago.
std::optional<std::uint64_t> beginning_of(std::string_view day, std::uint64_t now_ms) {
  if (const auto ago = check_duration(day)) {
    const auto ago_ms = static_cast<std::uint64_t>(std::chrono::milliseconds(*ago).count());
    return now_ms - std::min(ago_ms, now_ms);
  }
  std::tm local = local_time(static_cast<std::time_t>(now_ms / 1000));
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  if (day == "yesterday") {
    --local.tm_mday;
  } else if (const auto date = date_in(day)) {
    local.tm_year = static_cast<int>(date->year()) - 1900;
    local.tm_mon = static_cast<int>(static_cast<unsigned>(date->month())) - 1;
    local.tm_mday = static_cast<int>(static_cast<unsigned>(date->day()));
  } else if (day != "today") {
    return std::nullopt;
  }
  const std::time_t begin = std::mktime(&local);
  if (begin < 0) return std::nullopt;
  return static_cast<std::uint64_t>(begin) * 1000;
}

}  // namespace

bool Search::fits(const std::string& from, const std::string& said_in, std::uint64_t time_ms,
                  const std::string& text) const {
  if (!user.empty() && !look_alike(user, from)) return false;
  return (room.empty() || (!said_in.empty() && look_alike(room, said_in))) && time_ms >= since_ms &&
         has_words(text, words);
}

std::string Search::text() const {
  return (user.empty() ? "" : " of " + user) + (words.empty() ? "" : " with " + words) +
         (room.empty() ? "" : " in #" + room);
}

Checked<Search> understand_search(std::string_view arguments, std::uint64_t now_ms) {
  constexpr const char* usage_text =
      "/search tea finds what was said with tea in it, /search -user bob -room ops -since yesterday tea less of it";
  constexpr const char* no_day = "a day is today, yesterday, 2026-11-21, or a time ago: 2h";
  Search wanted;
  const auto word = [&] {
    const std::string_view first = arguments.substr(0, arguments.find_first_of(blanks));
    arguments = trimmed(arguments.substr(first.size()));
    return first;
  };
  arguments = trimmed(arguments);
  while (arguments.starts_with('-')) {
    const std::string_view flag = word();
    const std::string_view value = word();
    if (value.empty()) return {std::nullopt, usage_text};
    if (flag == "-user") {
      const auto name = check_name(value);
      if (!name) return {std::nullopt, name.error};
      wanted.user = *name;
    } else if (flag == "-room") {
      const auto room = check_room(value);
      if (!room) return {std::nullopt, room.error};
      wanted.room = *room;
    } else if (flag == "-since") {
      const auto since_ms = beginning_of(value, now_ms);
      if (!since_ms) return {std::nullopt, no_day};
      wanted.since_ms = *since_ms;
    } else {
      return {std::nullopt, usage_text};
    }
  }
  wanted.words = arguments;
  if (wanted.words.empty() && wanted.user.empty()) return {std::nullopt, usage_text};
  return {std::move(wanted), {}};
}

}  // namespace chat
