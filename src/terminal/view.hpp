// Shows what happens: chat and answers on stdout, status and errors on stderr.
#pragma once

#include <optional>
#include <string>

#include "terminal/console.hpp"

namespace chat {

// Any thread may call any method. Every write is of whole lines.
class View {
 public:
  // place: HOST:PORT as the user knows it. echo: own messages are shown, too.
  View(Console& console, std::string place, bool echo)
      : console_(console), place_(std::move(place)), echo_(echo) {}
  void show(const Event& event) EXCLUDES(mu_);
  void say(std::string_view lines) EXCLUDES(mu_);     // to stdout
  void report(std::string_view lines) EXCLUDES(mu_);  // to stderr
  bool broken() const { return broken_; }             // nobody reads stdout any more

 private:
  void write(Console::Stream stream, std::string_view lines) REQUIRES(mu_);
  void answered(const HostAnswered& event) REQUIRES(mu_);
  void logged_in(const LoggedIn& event) REQUIRES(mu_);
  void retrying(const Retrying& event) REQUIRES(mu_);

  Console& console_;
  const std::string place_;
  const bool echo_;
  std::atomic<bool> broken_ = false;
  Mutex mu_;  // rank 5 (docs/ARCHITECTURE.md, "Locks"); held while writing, so that lines stay whole
  bool met_ GUARDED_BY(mu_) = false;
  std::string security_ GUARDED_BY(mu_);
  std::string name_ GUARDED_BY(mu_);
  Lost lost_ GUARDED_BY(mu_);
};

}  // namespace chat
