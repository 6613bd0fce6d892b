#ifndef _WIN32

#include "net/lent_terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "net/thread.hpp"

namespace chat {
namespace {

int times_gone_on = 0;

constexpr TerminalUse unseen{[](termios& attributes) { attributes.c_lflag &= ~static_cast<tcflag_t>(ECHO); },
                             [] {
                               ++times_gone_on;
                               take_terminal();
                               if (times_gone_on == 1) ::raise(SIGTSTP);
                             },
                             "",
                             "",
                             "",
                             true};

// A program of a group of its own that has lent the terminal, is stopped, and stopped again while it goes on. It ends
// with the number of times that it went on.
[[noreturn]] void be_stopped_twice(int terminal) {
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGTSTP, SIGCONT}) ::signal(number, SIG_DFL);
  ::dup2(terminal, STDIN_FILENO);
  begin_terminal_use(unseen);
  take_terminal();
  ::raise(SIGTSTP);
  ::_exit(has_terminal() ? times_gone_on : 100);
}

struct Child {
  explicit Child(pid_t it) : id(it) {}
  ~Child() {
    if (ended) return;
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  bool has_changed() {
    if (::waitpid(id, &status, WUNTRACED) != id) return false;
    ended = !WIFSTOPPED(status);
    return true;
  }

  const pid_t id;
  int status = 0;
  bool ended = false;
};

TEST(LentTerminal, AStopThatComesWhileTheProgramGoesOnIsOneMoreStop) {
#ifdef CLINT_THREAD_SANITIZED
  GTEST_SKIP() << "ThreadSanitizer keeps a signal until the program waits";
#endif
  const int outer = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(outer, 0);
  ASSERT_EQ(::grantpt(outer), 0);
  ASSERT_EQ(::unlockpt(outer), 0);
  const int terminal = ::open(::ptsname(outer), O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  ::signal(SIGCHLD, SIG_DFL);  // whoever started us may ignore it
  const pid_t id = ::fork();
  ASSERT_GE(id, 0);
  if (id == 0) be_stopped_twice(terminal);
  Child child(id);
  for (int stop = 0; stop < 2; ++stop) {
    ASSERT_TRUE(child.has_changed());
    ASSERT_TRUE(WIFSTOPPED(child.status)) << "after " << stop << " stops";
    termios attributes{};
    EXPECT_EQ(::tcgetattr(terminal, &attributes), 0);
    EXPECT_NE(attributes.c_lflag & ECHO, 0U) << "the shell would not show what is typed";
    ::kill(child.id, SIGCONT);
  }
  ASSERT_TRUE(child.has_changed());
  ASSERT_TRUE(WIFEXITED(child.status));
  EXPECT_EQ(WEXITSTATUS(child.status), 2);
  ::close(terminal);
  ::close(outer);
}

TEST(LentTerminal, AThreadTakesNeitherAStopNorItsEnd) {
  sigset_t held;
  ::sigemptyset(&held);
  Thread thread = Thread::start([&] { ::pthread_sigmask(SIG_BLOCK, nullptr, &held); });
  ASSERT_TRUE(thread.joinable());
  thread.join();
  EXPECT_EQ(::sigismember(&held, SIGTSTP), 1);
  EXPECT_EQ(::sigismember(&held, SIGCONT), 1);
}

}  // namespace
}  // namespace chat

#endif
