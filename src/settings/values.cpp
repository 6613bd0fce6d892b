#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "settings/settings.hpp"

namespace chat {

CLI::Validator one_of(std::vector<std::string> values) {
  const auto judge = [values = std::move(values)](const std::string& text) {
    const bool known = std::find(values.begin(), values.end(), text) != values.end();
    return known ? std::string() : not_one_of(text, values);
  };
  return {judge, ""};
}

CLI::Validator whole_number(unsigned least, unsigned most) {
  const auto judge = [least, most](const std::string& text) -> std::string {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool octal = text.size() > 1 && text.front() == '0';  // to CLI11, and to nobody else
    const bool whole = error == std::errc{} && end == text.data() + text.size() && !octal;
    if (whole && number >= least && number <= most) return {};
    return chat::quoted(text) + " is no whole number from " + std::to_string(least) + " to " + std::to_string(most);
  };
  return {judge, ""};
}

}  // namespace chat
