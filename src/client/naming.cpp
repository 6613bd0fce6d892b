#include "client/naming.hpp"

#include <algorithm>

#include "net_utils.hpp"

namespace chat {

namespace {

bool are_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool may_be_called(const std::string& name, const std::string& wanted) {
  if (wanted.empty()) return is_given(name);
  if (name == wanted) return true;
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos || dash == 0 || !are_digits(std::string_view(name).substr(dash + 1))) return false;
  const auto characters = std::count_if(name.begin(), name.end(), [](char c) { return (c & 0xc0) != 0x80; });
  const bool cut =
      static_cast<std::size_t>(characters) == limits::name_characters && wanted.starts_with(name.substr(0, dash));
  return cut || name.compare(0, dash, wanted) == 0;
}

bool is_given(const std::string& name) {
  constexpr std::string_view nameless = "clint";
  return name.starts_with(nameless) && are_digits(std::string_view(name).substr(nameless.size()));
}

}  // namespace chat
