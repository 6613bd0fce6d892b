// Counts guesses at passwords, per address, so that trying many takes years: three are free, then an address waits
// 5 s, 10 s, 20 s ... 600 s between two. All passwords count together, the host's, accounts' and rooms': else one
// address could try three words at each of a thousand accounts. A right one forgets nothing of the others. A guess is
// whatever has been answered with the host's proof, since that tells a client whether its password is right, even if it
// then hangs up without a word. It knows addresses and times, no sockets; the caller brings the clock. Any thread may
// call any method; none blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/address_table.hpp"
#include "net/socket.hpp"
#include "net/thread.hpp"

namespace chat {

class Guesses {
 public:
  struct Answer {
    enum class Step {
      granted,   // one guess; end it with failed() or succeeded()
      occupied,  // as many guesses as this address has left are under way: ask again in a moment
      refused,   // it has to wait
    } step = Step::refused;
    Clock::duration wait{};  // refused: so long; granted: before the guess is answered (the brake for strangers)
  };
  Answer take(const Address& from, Clock::time_point now);
  // The password was wrong, or the client went away, or was too late. Gives a sentence for the members when it is time
  // for one: it says how many guesses failed since the last sentence.
  std::optional<std::string> failed(const Address& from, Clock::time_point now);
  void succeeded(const Address& from, Clock::time_point now);

  struct Counts {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t refused = 0;
  };
  Counts counts() const;

 private:
  struct Source {
    unsigned under_way = 0;
    unsigned failures = 0;             // that still weigh; one is forgotten in each quiet hour
    Clock::time_point wait_until{};    // after them
    Clock::time_point succeeded_at{};  // the last time
    bool has_succeeded = false;
    std::uint64_t failed_since_told = 0;
    std::uint64_t told_round = 0;  // the round failed_since_told belongs to
    bool in_use() const { return under_way > 0; }
  };
  static void forget(Source& source, Clock::time_point now);

  mutable Mutex mu_;  // rank 6: a leaf
  AddressTable<Source> sources_ GUARDED_BY(mu_);
  Counts counts_ GUARDED_BY(mu_);
  // All addresses together, for the brake: failures in the present minute and in the one before it.
  Clock::time_point minute_began_ GUARDED_BY(mu_){};
  unsigned this_minute_ GUARDED_BY(mu_) = 0;
  unsigned last_minute_ GUARDED_BY(mu_) = 0;
  // What the members have not been told yet.
  std::uint64_t round_ GUARDED_BY(mu_) = 1;
  std::uint64_t failed_since_told_ GUARDED_BY(mu_) = 0;
  std::uint64_t worst_count_ GUARDED_BY(mu_) = 0;
  std::string worst_address_ GUARDED_BY(mu_);
  std::optional<Clock::time_point> told_at_ GUARDED_BY(mu_);
};

}  // namespace chat
