#include "terminal/bot.hpp"

namespace chat {

std::optional<std::string> Bot::start(const std::string&) {
  return "--exec is not there on Windows yet: let the program start clint --json";
}

int Bot::end() { return 0; }

}  // namespace chat
