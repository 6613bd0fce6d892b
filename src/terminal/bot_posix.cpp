#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "net/socket.hpp"
#include "net_utils.hpp"
#include "terminal/bot.hpp"

extern char** environ;

namespace chat {

namespace {

constexpr auto time_to_end = 2s;

struct Pipe {
  std::array<int, 2> ends{-1, -1};  // to read from, to write to
  bool open() {
    if (::pipe(ends.data()) != 0) return false;
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    return true;
  }
  ~Pipe() {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }
};

// Starts the shell with these streams, and with signals as a program finds them.
int spawn(const std::string& command, int input, int output) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  sigset_t changed;
  ::sigemptyset(&changed);
  ::sigaddset(&changed, SIGPIPE);  // which we ignore
  ::posix_spawnattr_setsigdefault(&attributes, &changed);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh";
  std::string flag = "-c";
  std::string words = command;
  std::array<char*, 4> arguments{shell.data(), flag.data(), words.data(), nullptr};
  pid_t process = -1;
  if (::posix_spawn(&process, "/bin/sh", &files, &attributes, arguments.data(), environ) != 0) process = -1;
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return process;
}

}  // namespace

std::optional<std::string> Bot::start(const std::string& command) {
  Pipe to_it;
  Pipe from_it;
  if (!to_it.open() || !from_it.open()) return "the system has no pipe to give";
  process_ = spawn(command, to_it.ends[0], from_it.ends[1]);
  if (process_ < 0) return "the system's shell could not be started";
  if (::dup2(to_it.ends[1], STDOUT_FILENO) < 0 || ::dup2(from_it.ends[0], STDIN_FILENO) < 0)
    return "the system has no descriptor to give";
  return std::nullopt;
}

int Bot::end() {
  const int process = std::exchange(process_, -1);
  if (process < 0) return 0;
  ::close(STDOUT_FILENO);
  ::open("/dev/null", O_WRONLY | O_CLOEXEC);  // so that nothing else gets its number
  int status = 0;
  const auto ended = [&] {
    const auto until = Clock::now() + time_to_end;
    while (Clock::now() < until) {
      if (::waitpid(process, &status, WNOHANG) == process) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  };
  for (const int number : {0, SIGTERM}) {  // 0: only asks
    ::kill(process, number);
    if (ended()) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ::kill(process, SIGKILL);
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace chat
