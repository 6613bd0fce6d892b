// One logged-in connection: a thread that reads what the client says, until one of them says goodbye.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "host/announcer.hpp"
#include "host/console.hpp"
#include "host/courier.hpp"
#include "host/gate.hpp"
#include "host/guesses.hpp"
#include "host/journal.hpp"
#include "host/ledger.hpp"
#include "host/membership.hpp"
#include "host/options.hpp"
#include "host/pacer.hpp"
#include "host/roster.hpp"
#include "host/thread_group.hpp"

namespace chat {

// What log-ins and sessions use of their host. Any thread may use all of it; it outlives every session.
struct Services {
  const HostOptions& options;
  const Hello hello;                      // what this host says of itself
  const std::shared_ptr<TlsContext> tls;  // null: plain
  const Membership* membership;           // null: whoever connects may join
  Guesses& guesses;
  const Waker& stop;                  // woken for good when the host stops
  const std::atomic<bool>& stopping;  // set before the sessions in the roster are ended
  Journal& journal;
  Console& console;
  Gate& gate;
  Roster& roster;
  Ledger& ledger;
  Room& lobby;
  Archive* const archive;  // null: this host keeps nothing
  Announcer& announcer;
  ThreadGroup& threads;
  std::vector<std::unique_ptr<Courier>> couriers;  // constant once the first client is let in

  Courier& courier_of(std::uint64_t session) { return *couriers[session % couriers.size()]; }
};

// What a log-in hands over: an admitted client.
struct Entry {
  std::unique_ptr<Ticket> ticket;
  std::shared_ptr<Link> link;
  std::unique_ptr<FrameStream> frames;  // on this link; may hold bytes that came with the log-in
  std::shared_ptr<Delivery> delivery;   // of this link, in the roster, unknown to its courier yet
  std::shared_ptr<Sender> sender;
  std::string name;
  std::size_t members = 0;
  bool replaces = false;  // the same client's old session, whose place it took: nothing is announced
  Seq next = 1;           // the first post of the lobby to be served: nothing after the welcome is missed
};

class Session {
 public:
  Session(Services& host, Entry entry);
  // The session's thread: from after the welcome to the goodbye. Nothing is thrown.
  void run();

 private:
  Goodbye talk();
  void handle(const Frame& frame);
  void deliver();
  void pause(Clock::duration wait);
  void part(Goodbye why);

  Services& host_;
  Entry entry_;
  Courier& courier_;
  Pacer pacer_;
  Pacer history_pacer_{limits::history_burst, limits::history_per_second};
  Clock::time_point said_ = Clock::now();  // when the client last said something
  Clock::time_point pinged_for_{};         // the silence for which a ping was sent
  bool undelivered_ = false;               // something was submitted for which nobody was woken yet
};

// Reads and discards what still comes, so that closing the socket does not destroy a goodbye on its way: until the
// peer has closed, `until`, or 32 KiB.
void drain_input(Link& link, Clock::time_point until);

}  // namespace chat
