// clint --exec: a program that reads what is said and says something itself: bot_posix.cpp and bot_windows.cpp.
#pragma once

#include <optional>
#include <string>

namespace chat {

// One in a program, on the main thread, before any other thread.
class Bot {
 public:
  ~Bot() { end(); }
  // Runs the command by the system's shell. From now on our standard output goes to its standard input, and what it
  // writes comes from our standard input; standard error stays. Gives one sentence when that fails.
  std::optional<std::string> start(const std::string& command);
  // Closes its input, waits for its end, two seconds at most, then ends it, in two seconds more. Its exit code; 0 when
  // there is none.
  int end();

 private:
  int process_ = -1;
};

}  // namespace chat
