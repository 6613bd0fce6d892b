// The host: listens, lets clients in, and stops in order.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "host/durable_ledger.hpp"
#include "host/log_in.hpp"
#include "host/options.hpp"
#include "host/reread.hpp"
#include "net/stdio.hpp"

namespace chat {

class Server {
 public:
  // read_again: the settings as they are now.
  Server(HostOptions options, std::function<HostCommandLine()> read_again)
      : options_(std::move(options)), read_again_(std::move(read_again)) {}
  // Runs until a signal or /quit, and returns the exit code. One call, from the main thread.
  int run();

 private:
  struct Kept;
  static void tell_refused(const DurableLedger::Refusal& refusal, Services& services);
  std::shared_ptr<TlsContext> make_tls() const;
  std::unique_ptr<const HostKeys> make_keys();
  int check_settings();
  int export_posts();
  std::string in_data(const char* name) const;
  void print_start(const Listener& listener, const TlsContext* tls, const HostKeys* keys, std::size_t places);
  void house_work(bool crowd);
  void accept_clients(Listener& listener, Services& services);
  void keep_house(Services& services);
  void say_goodbye(Services& services, Thread& housekeeper);
  // server_console.cpp:
  void read_console(LineInput& input, const StopSignals& signals, Services& services);
  void say(const std::string& text, Services& services);
  bool command(const std::string& line, Services& services);
  void reread(Services& services);

  HostOptions options_;
  const std::function<HostCommandLine()> read_again_;
  Current<const Terms> terms_{std::make_shared<const Terms>(options_.terms)};
  Current<const TlsContext> tls_;
  Applied applied_{options_.keep, options_.log_file, options_.log_level};
  DurableLedger* keeping_ = nullptr;  // with --data
  std::size_t descriptors_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<Clock::rep> stop_at_{Clock::time_point::max().time_since_epoch().count()};

  Mutex mu_;  // rank 6: a leaf
  Condition work_;
  bool threads_finished_ GUARDED_BY(mu_) = false;
  bool crowd_pending_ GUARDED_BY(mu_) = false;
  bool house_closed_ GUARDED_BY(mu_) = false;
};

}  // namespace chat
