// Octets in hex, as documents and test vectors have them.
#pragma once

#include <string>

#include "net_utils.hpp"

namespace chat {

// Two digits an octet, with or without blanks between. Throws std::invalid_argument at what is no digit.
inline Bytes from_hex(std::string digits) {
  std::erase(digits, ' ');
  Bytes octets;
  for (std::size_t at = 0; at < digits.size(); at += 2)
    octets.push_back(static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16)));
  return octets;
}

template <class Octets>
std::string to_hex(const Octets& octets) {
  return hex_text({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

}  // namespace chat
