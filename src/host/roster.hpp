// Who is here: names, and the sessions behind them. Any thread may call any method; none blocks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/delivery.hpp"
#include "protocol/packets.hpp"

namespace chat {

class Roster {
 public:
  explicit Roster(std::size_t most) : most_(most) {}

  struct Admission {
    std::optional<Goodbye> refused;  // full or bad_name
    std::string name;
    std::size_t members = 0;             // with the new one
    std::shared_ptr<Delivery> replaced;  // the same client's old session, which has lost its place; end it
  };
  // Enters a session. A wanted name that is taken gets "-2" and so on; one that only looks like somebody's is refused;
  // an empty one becomes clint1, clint2 ... A client that is still here (same session id) keeps its name and place.
  Admission enter(std::uint64_t session, const std::string& wanted, const std::string& address,
                  std::shared_ptr<Delivery> delivery);
  // The session has ended. Nothing when another connection has taken its place; else the number of those left.
  std::optional<std::size_t> leave(std::uint64_t session, const Delivery& delivery);
  // The session's connection was lost for this reason: its name and place are kept until then, and nobody else gets
  // them. False when another connection has taken its place.
  bool hold(std::uint64_t session, const Delivery& delivery, Goodbye why, Clock::time_point until);
  struct Gone {
    std::uint64_t session = 0;
    std::string name;
    Goodbye why = Goodbye::left;
  };
  // Takes those out that did not come back in time.
  std::vector<Gone> take_expired(Clock::time_point now);
  Clock::time_point next_expiry() const;  // max() when nobody is expected back

  std::size_t size() const;
  std::size_t most() const { return most_; }
  std::shared_ptr<Delivery> delivery_of(std::uint64_t session) const;                   // null when it is gone
  std::string address_of(std::uint64_t session) const;                                  // empty when it is gone
  std::vector<std::string> names() const;                                               // in the order of the alphabet
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Delivery>>> deliveries() const;  // by session id

 private:
  struct Member {
    std::string name;
    std::string address;
    std::shared_ptr<Delivery> delivery;
    Clock::time_point held_until = Clock::time_point::max();  // max(): it is here
    Goodbye why = Goodbye::left;                              // it went, while held
  };
  void take_out(std::unordered_map<std::uint64_t, Member>::iterator here) REQUIRES(mu_);
  std::string holder(const std::string& name) const REQUIRES(mu_);
  std::string free_name(const std::string& wanted) REQUIRES(mu_);

  const std::size_t most_;
  mutable Mutex mu_;  // rank 1
  std::unordered_map<std::uint64_t, Member> members_ GUARDED_BY(mu_);
  std::size_t held_ GUARDED_BY(mu_) = 0;  // so many of them are expected back
  std::unordered_map<std::string, std::string> names_by_skeleton_ GUARDED_BY(mu_);
  std::uint32_t lowest_free_ GUARDED_BY(mu_) = 1;  // no clintN below it is free
};

}  // namespace chat
