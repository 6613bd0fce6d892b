// The gate decides whom the host talks to at all: counts and penalties per address, and how many strangers at once.
// It knows addresses and times, no sockets; the caller brings the clock. Any thread may call any method.
#pragma once

#include <optional>
#include <random>
#include <string>

#include "host/address_table.hpp"
#include "host/pacer.hpp"
#include "net/socket.hpp"
#include "net/thread.hpp"
#include "net_utils.hpp"

namespace chat {

class Gate {
 public:
  // count_loopback: addresses of this machine are counted like any other (they are always penalised).
  // per_address: so many connections of one address at once. More than limits::connections_per_address is a crowd that
  // is wanted, behind one router: as many questions and log-ins do not count among its new connections.
  explicit Gate(bool count_loopback, unsigned seed = std::random_device{}(),
                unsigned per_address = limits::connections_per_address)
      : count_loopback_(count_loopback),
        per_address_(per_address),
        wanted_(per_address > limits::connections_per_address ? per_address : 0),
        random_(seed) {}

  // A connection has come. Nothing: let it in, as a stranger; else why not (too_many or busy). Where strangers have
  // taken all places, there are as many for addresses from which somebody logged in within limits::address_known_for.
  std::optional<Goodbye> admit(const Address& from, Clock::time_point now);
  // A connection was refused as one too many. Gives a sentence for the console when it is time for one: it says how
  // many were refused since the last sentence.
  std::optional<std::string> turned_away(const Address& from, Clock::time_point now);
  // An admitted stranger has logged in, or an admitted connection has ended.
  void logged_in(const Address& from, Clock::time_point now);
  void closed(const Address& from, bool stranger);
  // It has earned this much time outside. Enforced from 15 s on, as many small things add up; 10 minutes at most.
  void penalise(const Address& from, Clock::duration time, Clock::time_point now);
  // Its last connection was a question, not an attempt (a TLS hello at a plain host): it costs nothing, as long as
  // there are no more of them than there may be attempts, or people.
  void refund(const Address& from);
  // Whether somebody from there may make one more room; counts it. Whoever comes again and again is the same one here.
  bool may_make_room(const Address& from, Clock::time_point now);
  std::size_t strangers() const;
  std::size_t addresses() const;

 private:
  struct Source {
    unsigned strangers = 0;
    unsigned connections = 0;
    double tokens = limits::connect_burst;
    double questions = 0;           // that cost nothing, and
    double log_ins = 0;             // that cost nothing: forgotten as fast as tokens come back
    Clock::time_point tokens_at{};  // when all three were last looked at
    Pacer rooms_made{limits::rooms_made_burst, 1 / std::chrono::duration<double>(limits::room_made_interval).count()};
    Clock::time_point penalty_until{};  // what has added up
    Clock::time_point outside_until{};  // what is enforced
    bool in_use() const { return connections > 0; }
  };
  // Somebody has logged in from there. In a table of its own, out of which strangers' addresses cannot push it.
  struct Known {
    Clock::time_point until{};
    bool in_use() const { return false; }
  };
  Source& source(const Address& address) REQUIRES(mu_) { return sources_.at(address.group()); }
  bool counts(const Address& address) const { return count_loopback_ || !address.is_loopback(); }

  const bool count_loopback_;
  const unsigned per_address_;
  const unsigned wanted_;
  mutable Mutex mu_;  // rank 6: a leaf
  AddressTable<Source> sources_ GUARDED_BY(mu_);
  AddressTable<Known> known_ GUARDED_BY(mu_);
  std::size_t strangers_ GUARDED_BY(mu_) = 0;
  std::minstd_rand random_ GUARDED_BY(mu_);
  std::size_t turned_away_ GUARDED_BY(mu_) = 0;  // since that was told
  std::optional<Clock::time_point> told_at_ GUARDED_BY(mu_);
};

// An admitted connection's place at the gate, given back when it goes.
class Ticket {
 public:
  Ticket(Gate& gate, Address from) : gate_(gate), from_(std::move(from)) {}
  ~Ticket() { gate_.closed(from_, stranger_); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  const Address& from() const { return from_; }
  void logged_in() {
    gate_.logged_in(from_, Clock::now());
    stranger_ = false;
  }

 private:
  Gate& gate_;
  const Address from_;
  bool stranger_ = true;
};

}  // namespace chat
