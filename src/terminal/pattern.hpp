// What clint --wait looks for in each line.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net_utils.hpp"

namespace chat {

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
