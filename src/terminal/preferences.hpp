// What our user may change while clint runs: some of its options, by the names that they have on the command line and
// in the settings file. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/options.hpp"

namespace chat {

struct Preference {
  std::string_view key;
  std::vector<std::string> values;  // the only ones; empty: any that `set` takes
  std::string (*text)(const ClintOptions&);
  std::optional<std::string> (*set)(ClintOptions&, const std::string&);  // one sentence when it cannot be that
};

std::span<const Preference> preferences();  // in the order of the alphabet
const Preference* find_preference(std::string_view key);
// "there is no colour; did you mean color?"
std::string no_preference(std::string_view key);
// The values that an option may have; it must be a preference.
const std::vector<std::string>& values_of(std::string_view key);
// Gives it this value. One sentence when there is no such key, or it cannot have that.
std::optional<std::string> set_preference(ClintOptions& options, std::string_view key, const std::string& value);
std::string preference_line(const Preference& preference, const ClintOptions& options);  // "theme = dark", and choices
// Of what strftime has: all that C11 section 7.27.3.5 names but %n and %t, which are no text of one line, and what most
// systems have besides. Makes less than longest_time of any time. Empty: no times.
Checked<std::string> check_time_format(const std::string& text);
// Minutes, or a time with its unit; 0: never.
Checked<std::chrono::milliseconds> read_away_after(const std::string& text);

}  // namespace chat
