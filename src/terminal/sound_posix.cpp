#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "net/thread.hpp"
#include "terminal/child.hpp"
#include "terminal/notice.hpp"

namespace chat {

namespace {

constexpr std::array players{"paplay", "pw-play", "aplay", "afplay"};

Mutex mu;
pid_t playing GUARDED_BY(mu) = -1;

pid_t start(const char* player, const std::string& file) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_RDWR, 0);
  const pid_t process = start_child({player, file}, files);
  ::posix_spawn_file_actions_destroy(&files);
  return process;
}

}  // namespace

void play_sound(const std::string& file) {
  MutexLock lock(mu);
  if (playing > 0 && ::waitpid(playing, nullptr, WNOHANG) == 0) return;
  playing = -1;
  for (const char* player : players)
    if (playing < 0) playing = start(player, file);
}

}  // namespace chat
