#include <fcntl.h>
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
#include "terminal/child.hpp"

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

// Starts the shell with these streams.
int spawn(const std::string& command, int input, int output) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  const pid_t process = start_child({"/bin/sh", "-c", command}, files);
  ::posix_spawn_file_actions_destroy(&files);
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
