// What operators have decided: who is banned or mute, who may come at all, and who else is an operator. With --data it
// outlives the host, but for closed().
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/by_name.hpp"
#include "host/ledger.hpp"
#include "net/socket.hpp"

namespace chat {

// Any thread may call any method; what changes something may wait for the disk.
class Moderation {
 public:
  enum class List { banned, muted, allowed, operators };
  struct Rule {
    std::string whom;                        // a name, or, among the banned, an address
    std::optional<Clock::time_point> until;  // nothing: until it is taken back
    std::string by;                          // whom it is from
    std::string why;                         // may be empty
    // Who had the name when the rule was made (0: nobody): it is for that session under any name, as long as this host
    // runs. Sessions are never given twice, and a clint keeps its own until it ends.
    std::uint64_t session = 0;
  };
  // operators: names of accounts that are some from the start. Throws StoreError.
  Moderation(Ledger& ledger, const std::vector<std::string>& operators);

  // Nothing: done; else why not, one line. A rule takes the place of an earlier one for the same name, and is for the
  // sessions that the earlier one was for, too: whoever has left the name behind is not let off when it is meant anew.
  std::optional<std::string> add(List list, Rule rule);
  std::optional<std::string> remove(List list, const std::string& whom);
  // Whom the rule for this name meets now goes on under another one: it is for that session, too.
  void follow(List list, const std::string& whom, std::uint64_t session);
  std::vector<Rule> all(List list) const;
  // That is for this name, or for this session.
  std::optional<Rule> find(List list, const std::string& whom, std::uint64_t session = 0) const;
  bool nobody_is_muted() const { return muted_ == 0; }

  void set_closed(bool closed) { closed_ = closed; }
  bool closed() const { return closed_; }
  std::optional<std::string> set_allowlist(bool on);
  bool allowlist() const { return allowlist_; }

  struct Refusal {
    Goodbye why = Goodbye::banned;
    std::string text;
  };
  // Whether somebody may be here under this name, which may be empty. newcomer: was not here a moment ago, and is no
  // operator. session: 0: it has none yet.
  std::optional<Refusal> judge(const std::string& name, const Address& from, bool newcomer,
                               std::uint64_t session = 0) const;

 private:
  static constexpr std::size_t lists = 4;
  struct Rules {
    ByName<Rule> names;
    std::map<std::string, Rule> addresses;                    // by Address::group()
    std::unordered_map<std::uint64_t, std::string> sessions;  // whom the rule is for
  };
  Rules& rules(List list) REQUIRES(mu_) { return rules_[static_cast<std::size_t>(list)]; }
  const Rules& rules(List list) const REQUIRES(mu_) { return rules_[static_cast<std::size_t>(list)]; }
  const Rule* found(List list, const std::string& whom, std::uint64_t session = 0) const REQUIRES(mu_);
  void put(List list, Rule rule) REQUIRES(mu_);
  void erase(List list, const std::string& whom) REQUIRES(mu_);
  void count_muted() REQUIRES(mu_);

  Ledger& ledger_;
  Mutex changing_;    // rank 0: held while a change is stored, so that memory and disk have the same order
  mutable Mutex mu_;  // rank 6: a leaf
  std::array<Rules, lists> rules_ GUARDED_BY(mu_);
  std::atomic<std::size_t> muted_ = 0;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> allowlist_ = false;
};

// Whether this is an IPv4 or IPv6 address and no name.
bool is_address(const std::string& text);
// "an operator has muted you for 5 min: spam"
std::string mute_text(const Moderation::Rule& rule);
// "5 min"; what is left of a rule's time, to the nearest minute, hour or day once there are two of them.
std::string time_left(Clock::time_point until);

}  // namespace chat
