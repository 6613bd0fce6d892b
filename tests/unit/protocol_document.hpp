// docs/PROTOCOL.md, for the tests that hold the programs to it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace chat {

// Its lines.
inline std::vector<std::string> protocol_document() {
  std::ifstream in(CLINT_SOURCE_DIR "/docs/PROTOCOL.md", std::ios::binary);
  EXPECT_TRUE(in) << "docs/PROTOCOL.md cannot be read";
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

}  // namespace chat
