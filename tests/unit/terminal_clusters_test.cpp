#include <gtest/gtest.h>

#include "terminal/clusters.hpp"

namespace chat {
namespace {

TEST(Clusters, Columns) {
  const std::vector<std::pair<std::string_view, int>> samples{
      {"", 0},
      {"abc", 3},
      {"\xe9\x99\xbd\xe5\xad\x90", 4},
      {"e\xcc\x81", 1},
      {"\xef\xbd\xb1", 1},
      {"\xef\xbc\xa1", 2},
      {"\xf0\x9f\x98\x80", 2},
      {"\xe2\x9d\xa4\xef\xb8\x8f", 2},
      {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 2},
      {"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 2},
      {"\xed\x95\x9c\xea\xb8\x80", 4},
      {"\xe0\xa4\xa8\xe0\xa4\xbf", 2},
  };
  for (const auto& [text, columns] : samples) EXPECT_EQ(columns_of(text), columns) << text;
  EXPECT_EQ(cut_to_columns("\xe9\x99\xbd\xe5\xad\x90", 3), "\xe9\x99\xbd");
  EXPECT_EQ(cut_to_columns("abc", 5), "abc");
}

}  // namespace
}  // namespace chat
