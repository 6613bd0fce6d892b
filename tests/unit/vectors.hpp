// Published test vectors (tests/vectors/SOURCES.md), and octets in hex.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "unit/hex.hpp"

namespace chat {

using Json = nlohmann::json;

inline Json vector_file(const std::string& name) {
  std::ifstream in(std::string(CLINT_SOURCE_DIR "/tests/vectors/") + name + ".json");
  EXPECT_TRUE(in) << name;
  return Json::parse(in);
}

// One list of a file, by value: a loop over a member of a temporary would run over nothing.
inline std::vector<Json> vectors(const std::string& name, const std::string& list) {
  auto found = vector_file(name).at(list).get<std::vector<Json>>();
  EXPECT_FALSE(found.empty()) << name;
  return found;
}

inline Bytes octets(const Json& hex) { return from_hex(hex.get_ref<const std::string&>()); }

template <std::size_t Size>
std::array<std::uint8_t, Size> array_of(const Bytes& bytes) {
  std::array<std::uint8_t, Size> made{};
  EXPECT_EQ(bytes.size(), Size);
  std::copy_n(bytes.begin(), std::min(Size, bytes.size()), made.begin());
  return made;
}

}  // namespace chat
