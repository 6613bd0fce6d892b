// `**bold**`, `*italic*`, `` `code` ``, blocks between lines of ```, and links, in code too, as a terminal's attributes
// and hyperlinks (OSC 8). Pure.
#pragma once

#include <string>
#include <string_view>

namespace chat {

// One message, line by line. Each line must be harmless already (printable()): nothing but attributes and hyperlinks is
// added, and each line ends with none.
class Markup {
 public:
  // attributes: marks become such, else they stay as they are. links: the terminal is told where a link begins and
  // ends, so that it is one link wherever the terminal wraps it.
  explicit Markup(bool attributes = true, bool links = false) : attributes_(attributes), links_(links) {}
  std::string line(std::string_view harmless);

 private:
  std::string inside(std::string_view text, int depth = 0) const;
  std::string code(std::string_view text) const;
  std::string shown_link(std::string_view link) const;

  const bool attributes_;
  const bool links_;
  bool in_block_ = false;
};

// Lines in which the terminal is told where each link begins and ends, and nothing else is changed: code, and what is
// no message. They must be harmless already.
std::string with_links(std::string_view harmless);

// A link as it was said, as an address that is ASCII alone and has no ';', which separates the fields of OSC 8: what
// has no place in an address is written as %XX, of each octet. Empty when it is longer than terminals take.
std::string link_address(std::string_view link);

}  // namespace chat
