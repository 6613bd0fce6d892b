#include <csignal>

#include "terminal/child.hpp"

extern char** environ;

namespace chat {

pid_t start_child(std::vector<std::string> arguments, const posix_spawn_file_actions_t& files) {
  sigset_t changed;
  ::sigemptyset(&changed);
  ::sigaddset(&changed, SIGPIPE);
  sigset_t none;
  ::sigemptyset(&none);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigdefault(&attributes, &changed);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t process = -1;
  if (::posix_spawnp(&process, words.front(), &files, &attributes, words.data(), environ) != 0) process = -1;
  ::posix_spawnattr_destroy(&attributes);
  return process;
}

}  // namespace chat
