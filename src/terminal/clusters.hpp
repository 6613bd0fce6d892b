// Text as a terminal shows it: grapheme clusters (UAX #29) and their width in columns (UAX #11). Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace chat {

struct Cluster {
  std::size_t begin = 0;  // octets
  std::size_t size = 0;
  int columns = 0;    // as most terminals count: wide 2, a mark alone 0, a sequence that shows as one sign 2 at most
  bool word = false;  // a letter or a digit
};

// The text, valid UTF-8, cut into its clusters: what the cursor steps over and what one key deletes.
std::vector<Cluster> clusters_of(std::string_view text);
// The columns that the text takes on one endless line.
int columns_of(std::string_view text);
// The longest beginning of the text that takes so many columns at most.
std::string_view cut_to_columns(std::string_view text, int columns);

}  // namespace chat
