#include "marks.hpp"

#include <array>
#include <cstdio>

namespace bench {

std::string marked_text(std::uint64_t stamp, std::size_t size) {
  std::array<char, stamp_digits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(stamp));
  std::string text(mark);
  text += digits.data();
  if (text.size() < size) text.append(size - text.size(), 'x');
  return text;
}

}  // namespace bench
