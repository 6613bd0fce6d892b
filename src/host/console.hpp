// The host's own view of the chat on standard output. A blocked terminal or pipe holds up nobody: the console is one
// more reader of the lobby, with a thread of its own.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "host/host_keys.hpp"
#include "host/roster.hpp"

namespace chat {

class Console final : public Bell {
 public:
  // quiet: posts are not shown, notes are.
  // keys: null on a host without a password.
  Console(const Roster& roster, const HostKeys* keys, bool quiet) : roster_(roster), keys_(keys), quiet_(quiet) {}
  ~Console() override { ensure(!thread_.joinable(), "the console was not stopped"); }

  bool start(Room& room);  // shows the room from here on; false: the system has no thread to give
  // Shows what is still to be shown, for half a second at most, and joins the thread.
  void stop();
  // A line of the host itself, shown before the posts that follow. At most 1,000 lines wait; more are dropped.
  void note(std::string line);
  // Before a notice is submitted that a note says, too: the next one of this text is not shown. Of the last 100.
  void pass_over(std::string notice);
  void ring(Room& room) override;

 private:
  void run();
  std::string lines_of(std::string_view frames) EXCLUDES(mu_);

  const Roster& roster_;
  const HostKeys* const keys_;
  const bool quiet_;
  Thread thread_;
  Room* room_ = nullptr;
  Seq next_ = 1;  // the thread's alone

  Mutex mu_;  // rank 5
  Condition bell_;
  std::deque<std::string> notes_ GUARDED_BY(mu_);
  std::deque<std::string> passed_over_ GUARDED_BY(mu_);
  bool rung_ GUARDED_BY(mu_) = false;
  bool stopping_ GUARDED_BY(mu_) = false;
};

// What the console shows for one post, which is not sealed; `address` may be empty.
std::string console_lines(const Post& post, const std::string& address);

}  // namespace chat
