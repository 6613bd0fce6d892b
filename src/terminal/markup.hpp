// `**bold**`, `*italic*`, `` `code` ``, blocks between lines of ```, and links, as a terminal's attributes. Pure.
#pragma once

#include <string>
#include <string_view>

namespace chat {

// One message, line by line. Each line must be harmless already (printable()): nothing but attributes is added, and
// each line ends with none.
class Markup {
 public:
  std::string line(std::string_view harmless);

 private:
  bool in_block_ = false;
};

}  // namespace chat
