// What clint --wait looks for in each line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/events.hpp"
#include "net_utils.hpp"

namespace chat {

// What somebody else said, "alice: text". Nothing: it is something else, or where all is sealed it is not certain that
// just now a member said so.
std::optional<std::string> heard(const Event& event);

// A regular expression as ICU has it (much like Perl's). Belongs to one thread.
class Pattern {
 public:
  static Checked<Pattern> of(std::string_view text);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();
  // Whether it occurs in the text. What takes too long to find out does not.
  bool occurs_in(std::string_view text) const;

 private:
  Pattern();
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace chat
