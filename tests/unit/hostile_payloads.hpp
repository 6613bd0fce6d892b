// Texts that want to act on a terminal, move other text about or break UTF-8: tests/support/payloads.txt.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace chat {

inline std::vector<std::string> hostile_payloads() {
  std::ifstream file(CLINT_SOURCE_DIR "/tests/support/payloads.txt");
  std::vector<std::string> payloads;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t blank = line.find(' ');
    std::string octets;
    for (std::size_t at = blank + 1; at < line.size(); ++at) {
      if (line[at] != '\\') {
        octets += line[at];
      } else if (line.at(at + 1) == 'x') {
        octets += static_cast<char>(std::stoi(line.substr(at + 2, 2), nullptr, 16));
        at += 3;
      } else {
        octets += line[++at];
      }
    }
    std::string payload;
    for (int times = std::stoi(line.substr(0, blank)); times > 0; --times) payload += octets;
    payloads.push_back(payload);
  }
  if (payloads.size() < 40) throw std::runtime_error("tests/support/payloads.txt is not whole");
  return payloads;
}

}  // namespace chat
