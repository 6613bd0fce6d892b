// One logged-in connection: a thread that reads what the client says, until one of them says goodbye.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/accounts.hpp"
#include "host/announcer.hpp"
#include "host/console.hpp"
#include "host/courier.hpp"
#include "host/current.hpp"
#include "host/gate.hpp"
#include "host/guesses.hpp"
#include "host/host_keys.hpp"
#include "host/journal.hpp"
#include "host/ledger.hpp"
#include "host/moderation.hpp"
#include "host/options.hpp"
#include "host/pacer.hpp"
#include "host/rooms.hpp"
#include "host/roster.hpp"
#include "host/thread_group.hpp"
#include "net/tls.hpp"

namespace chat {

// What log-ins and sessions use of their host. Any thread may use all of it; it outlives every session.
struct Services {
  const HostOptions& options;
  const Current<const Terms>& terms;
  const Hello hello;                     // what this host says of itself
  const Current<const TlsContext>& tls;  // of nothing: plain, for as long as the host runs
  const HostKeys* keys;                  // null: whoever connects may join
  Guesses& guesses;
  Moderation& moderation;
  Accounts& accounts;
  const Waker& stop;                  // woken for good when the host stops
  const std::atomic<bool>& stopping;  // set before the sessions in the roster are ended
  Journal& journal;
  Console& console;
  Gate& gate;
  Roster& roster;
  Ledger& ledger;
  Rooms& rooms;
  Room& lobby;
  Archive* const archive;  // null: this host keeps nothing
  Announcer& announcer;
  ThreadGroup& threads;
  // Stops the host after this time, in place of another one; nothing: not at all. Gives whether it was to stop before.
  const std::function<bool(std::optional<std::chrono::seconds>)> stop_in;
  std::vector<std::unique_ptr<Courier>> couriers;  // constant once the first client is let in

  bool encrypted() const { return options.security != Security::plain; }
  Courier& courier_of(std::uint64_t session) { return *couriers[session % couriers.size()]; }
  // Somebody is not in the roster any more: its rooms and the lobby are told.
  void say_left(Visitor who, const std::string& name, Goodbye why) {
    rooms.leave_all(who, name, why);
    announcer.left(who.session, name, why);
  }
};

// What a log-in hands over: an admitted client.
struct Entry {
  std::unique_ptr<Ticket> ticket;
  std::shared_ptr<Link> link;
  std::unique_ptr<FrameStream> frames;  // on this link; may hold bytes that came with the log-in
  std::shared_ptr<Delivery> delivery;   // of this link, in the roster, unknown to its courier yet
  std::shared_ptr<Sender> sender;
  std::uint64_t connection = 0;  // as in Visitor
  ChannelBinding binding;        // of the link; of nothing on a plain host
  std::string name;
  std::size_t members = 0;
  bool replaces = false;  // the same client's old session, whose place it took: nothing is announced
  Seq next = 1;           // the first post of the lobby to be served: nothing after the welcome is missed
};

// The first post of a room to be served: the one after what the client has seen, or, at its first visit (after 0), the
// last ones.
Seq first_served(const Room& room, Seq after, Seq backlog);

class PasswordProof;

class Session {
 public:
  Session(Services& host, Entry entry);
  ~Session();
  // The session's thread: from after the welcome to the goodbye. Nothing is thrown.
  void run();

  // For what answers its requests, on its own thread:
  std::uint64_t id() const { return entry_.sender->session(); }
  Visitor visitor() const { return {id(), entry_.connection}; }
  Speaker speaker() const { return {*entry_.sender, entry_.connection}; }
  const std::string& name() const { return entry_.name; }
  const Address& address() const { return entry_.ticket->from(); }
  const ChannelBinding& binding() const { return entry_.binding; }
  bool is_in(const std::string& room) const { return rooms_.contains(room); }
  void be(std::string name) { entry_.name = std::move(name); }  // what it says from now on is under this name
  std::vector<std::shared_ptr<Room>> rooms() const;             // the lobby among them
  // Is in this room from now on, and served from `next`; follows the answer. out_of(): not any more, before the answer;
  // what was refused there will not be said again.
  void go_into(std::shared_ptr<Room> room, Seq next);
  void out_of(const std::string& room);
  bool may_enter() { return enter_pacer_.count(Clock::now()) <= 0s; }  // counts
  std::unique_ptr<PasswordProof>& proof() { return proof_; }           // under way
  // Waits in the place of too fast a client, or until its connection is gone: what it has said is still read. Throws
  // PeerFault when the session is ended meanwhile, or was before.
  void pause(Clock::duration wait);
  // Waits for something else while a request is answered; throws when the connection is gone, too.
  void wait_in_request(Clock::duration wait);
  const Terms& terms() const { return *terms_; }
  const Delivery& delivery() const { return *entry_.delivery; }

 private:
  Goodbye talk();
  void handle(const Frame& frame);
  void deliver();
  void answer(const Request& request);
  bool refuse_muted(std::uint64_t message);
  bool gone_within(Clock::duration wait);
  void part(Goodbye why);

  Services& host_;
  Entry entry_;
  const std::shared_ptr<const Terms> terms_;
  Courier& courier_;
  Pacer pacer_;
  Pacer history_pacer_{limits::history_burst, limits::history_per_second};
  Clock::time_point said_ = Clock::now();  // when the client last said something
  Clock::time_point pinged_for_{};         // the silence for which a ping was sent
  Pacer request_pacer_{limits::request_burst, limits::requests_per_second};
  Pacer enter_pacer_{limits::enter_burst, 1.0 / std::chrono::duration<double>(limits::enter_interval).count()};
  std::map<std::string, std::shared_ptr<Room>> rooms_;               // this session is in, the lobby apart
  std::vector<std::pair<std::shared_ptr<Room>, Seq>> to_be_served_;  // entered, with the first post: after the answer
  std::unique_ptr<PasswordProof> proof_;
  std::vector<Room*> undelivered_;  // something was submitted there for which nobody was woken yet
};

// Reads and discards what still comes, so that closing the socket does not destroy a goodbye on its way: until the
// peer has closed, `until`, or 32 KiB.
void drain_input(Link& link, Clock::time_point until);

}  // namespace chat
