#include "terminal/tty.hpp"

#include <cstdlib>

namespace chat {

Looks terminal_looks(const ClintOptions& options) {
  const bool terminal = output_is_terminal() && !options.plain_lines && options.exec.empty();  // a bot reads them, too
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const auto variable = [](const char* name) -> const char* { return std::getenv(name); };
  const bool color = use_color(options.color, terminal, variable("NO_COLOR"), variable("TERM"));
  const bool links = use_links(options.links, terminal, variable);
  return Looks({terminal, color, options.time_format, options.theme, local_time, links}, std::time(nullptr));
}

}  // namespace chat
