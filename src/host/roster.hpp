// Who is here: names, and the sessions behind them. Any thread may call any method; none blocks.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/verifier.hpp"
#include "host/delivery.hpp"
#include "host/visitor.hpp"
#include "net/socket.hpp"
#include "protocol/packets.hpp"

namespace chat {

// Somebody who is here, or whose place is kept.
struct Person {
  std::uint64_t session = 0;
  std::string name;
  std::string address;
  std::shared_ptr<Delivery> delivery;
  std::uint64_t connection = 0;  // as in Visitor
  std::uint64_t since_ms = 0;    // Unix epoch, to be shown
  Clock::time_point came{};      // the same, to be reckoned with
  Clock::time_point spoke{};     // the last time, or when it came
  Status status = Status::online;
  std::string status_text;
  std::string account;                     // it has logged in to this one, whose name it has; empty: none
  std::shared_ptr<const Verifier> proven;  // it has shown that it knows this one's password: the account's at that time
  Clock::time_point keyless_since{};       // came, or took a name for which it has to announce its key anew
  Clock::time_point operator_until{};      // max(): no end is known
  std::string address_group;               // what limits and bans count
  Bytes key;                               // for private messages, as announced; empty: not yet
  std::string wanted_name;                 // by an operator; empty: none, or it has it
  bool held = false;                       // its connection is lost, and it is expected back
  bool is_operator() const { return Clock::now() < operator_until; }
  bool visible_to(std::uint64_t other) const { return status != Status::invisible || other == session; }
};

// What a log-in has shown about an account.
struct Claim {
  std::string account;  // that it knows the password of this one; empty: none
  std::shared_ptr<const Verifier> proven;
};

class Roster {
 public:
  // reserved: whether a name is an account's, or banned, so that nobody gets it who has not proven that it is his.
  explicit Roster(std::size_t most, std::function<bool(const std::string&)> reserved = {})
      : most_(most), reserved_(std::move(reserved)) {}

  struct Gone {
    Visitor who;
    std::string name;
    Goodbye why = Goodbye::left;
  };
  struct Admission {
    std::optional<Goodbye> refused;  // full or bad_name, or what judge says
    std::string name;
    std::uint64_t connection = 0;        // as in Visitor
    std::size_t members = 0;             // with the new one
    std::shared_ptr<Delivery> replaced;  // the same client's old session, which has lost its place; end it
    std::string was;                     // the name it had until it became the account; empty: no other
    std::optional<Gone> gone;            // who had the account and was expected back: it has left now
  };
  // Enters a session. Throws bad_alloc. A wanted name that is taken gets "-2" and so on; one that only looks like
  // somebody's is refused; an empty one becomes clint1, clint2 ... A client that is still here (same session id) keeps
  // its name and place. Whoever claims an account gets exactly its name, or is refused as bad_name while another
  // session has it. Beside most() there is one place more, which only operators get. judge is asked whether it may
  // come, and as what, in one step with the entry: what it does not know yet, as a ban that is made now, finds the
  // session here.
  struct Verdict {
    std::optional<Goodbye> refused;
    std::optional<Clock::time_point> operator_until;  // its account is an operator's until then; nothing: it is none
  };
  using Judge = std::function<Verdict()>;
  Admission enter(std::uint64_t session, const std::string& wanted, const Address& from,
                  std::shared_ptr<Delivery> delivery, const Claim& claim = {}, const Judge& judge = {});
  // The session has ended. Nothing when another connection has taken its place; else the number of those left.
  std::optional<std::size_t> leave(std::uint64_t session, const Delivery& delivery);
  // The session's connection was lost for this reason: its name and place are kept until then, and nobody else gets
  // them. False when another connection has taken its place.
  bool hold(std::uint64_t session, const Delivery& delivery, Goodbye why, Clock::time_point until);
  // Takes those out that did not come back in time.
  std::vector<Gone> take_expired(Clock::time_point now);
  Clock::time_point next_expiry() const;  // max() when nobody is expected back

  // A new name, which passed check_name. False: somebody has it, or one that looks like it, or it is reserved; or
  // another connection has taken the session's place.
  // key_is_named: its key counts no more, and it announces one anew.
  bool rename(std::uint64_t session, const Delivery& delivery, const std::string& name, bool key_is_named);
  // An operator wants it to have this name: it may take it whatever else it may not.
  void want_name(std::uint64_t session, const std::string& name);
  // One that nobody has: clint1, clint2 ... Empty: the session is gone, or its place is taken. key_is_named: as above.
  std::string rename_to_any(std::uint64_t session, const Delivery& delivery, bool key_is_named);
  // The account of the name that the session has, which made it; false as above.
  bool set_account(std::uint64_t session, const Delivery& delivery, const std::string& account,
                   std::shared_ptr<const Verifier> made);
  void take_account(std::uint64_t session);                           // and what it may do by it
  void set_operator(std::uint64_t session, Clock::time_point until);  // a time that is over: it is none
  // Whoever has this account now, if anybody.
  void set_operator(const std::string& account, Clock::time_point until);
  void spoke(std::uint64_t session);
  void set_status(std::uint64_t session, Status status, std::string text);
  void set_key(std::uint64_t session, Bytes key);

  std::size_t size() const;
  std::size_t most() const { return most_; }
  std::optional<Person> find(const std::string& name) const;  // by any spelling that is the same name
  std::optional<Person> person(std::uint64_t session) const;
  bool is_here(std::uint64_t session, const std::string& name) const;  // by exactly this name, or held
  struct People {
    std::vector<Person> listed;  // `most` of them at most, in the order of the alphabet
    std::size_t all = 0;         // how many there are
  };
  // seen_by: only those whom this session may see, and only they count; nothing: all.
  People people(std::size_t most, std::optional<std::uint64_t> seen_by = {}) const;
  std::set<std::uint64_t> hidden_from(std::uint64_t session) const;    // whom it may not see
  std::shared_ptr<Delivery> delivery_of(std::uint64_t session) const;  // null when it is gone
  // Whoever left a moment ago has its address still: the console shows joins when it comes to them. Else empty.
  std::string address_of(std::uint64_t session) const;
  std::vector<std::string> names() const;                                               // in the order of the alphabet
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Delivery>>> deliveries() const;  // by session id

 private:
  struct Member {
    Person person;
    Clock::time_point held_until = Clock::time_point::max();  // max(): it is here
    Goodbye why = Goodbye::left;                              // it went, while held
  };
  using Members = std::unordered_map<std::uint64_t, Member>;
  const Person* holder(const std::string& name, std::uint64_t but = 0) const REQUIRES(mu_);
  Person* person_of(std::uint64_t session, const Delivery& delivery) REQUIRES(mu_);
  bool is_free(const std::string& name) const REQUIRES(mu_);
  std::string free_name(const std::string& wanted) REQUIRES(mu_);
  static void await_key(Person& person);
  void take_name(Person& person, const std::string& name) REQUIRES(mu_);
  void give_name_back(const Person& person) REQUIRES(mu_);
  void take_out(Members::iterator here) REQUIRES(mu_);

  const std::size_t most_;
  const std::function<bool(const std::string&)> reserved_;
  mutable Mutex mu_;  // rank 1
  Members members_ GUARDED_BY(mu_);
  std::uint64_t connections_ GUARDED_BY(mu_) = 0;                                // so many have entered
  std::deque<std::pair<std::uint64_t, std::string>> left_from_ GUARDED_BY(mu_);  // the last that left, with addresses
  std::size_t held_ GUARDED_BY(mu_) = 0;                                         // so many of them are expected back
  std::unordered_map<std::string, std::uint64_t> by_skeleton_ GUARDED_BY(mu_);
  std::uint32_t lowest_free_ GUARDED_BY(mu_) = 1;  // no clintN below it is free
};

}  // namespace chat
