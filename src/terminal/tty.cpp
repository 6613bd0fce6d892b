#include "terminal/tty.hpp"

#include <cstdlib>

namespace chat {

Looks terminal_looks(const ClintOptions& options) {
  const bool terminal = output_is_terminal() && !options.plain_lines;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const bool color = use_color(options.color, terminal, std::getenv("NO_COLOR"), std::getenv("TERM"));
  return Looks({terminal, color, options.time_format, options.theme, local_time}, std::time(nullptr));
}

}  // namespace chat
