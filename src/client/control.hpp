// What a client's owner tells its network thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "client/residence.hpp"
#include "net/socket.hpp"
#include "net/thread.hpp"
#include "protocol/packets.hpp"

namespace chat {

// Whether our name may be another one after this request.
bool renames(Verb verb);

// Any thread may call any method.
class Control {
 public:
  // Wakes whoever dials, waits or serves.
  void leave() EXCLUDES(mu_);
  bool leaving() const { return leaving_; }
  // Waits this long, or until leave().
  void pause(std::chrono::milliseconds time) EXCLUDES(mu_);
  // Wants to see what was said in a room before: `since_ms` or the last `count` posts not shown yet. Those of a search
  // do not count as shown. One wish is fulfilled after the other.
  struct Wish {
    History history;
    std::uint32_t search = 0;  // its number; 0: to be shown
  };
  void wish(Wish wish) EXCLUDES(mu_);
  std::optional<Wish> take_wish() EXCLUDES(mu_);
  // Wants the host to do something, or to be in a room or out of it. In the order of the calls.
  struct Leave {
    std::string room;
  };
  struct Write {               // a private message
    std::uint64_t letter = 0;  // its number
    std::string to;
    std::string text;
    std::uint64_t said_ms = 0;  // Unix epoch: when our user wrote it
  };
  struct Verify {
    std::string name;
    bool compared = false;  // our user has compared the number; else wants to see it
  };
  struct ChangeAccount {  // Verb::register_name, passwd or unregister
    std::uint32_t id = 0;
    Verb verb = Verb::register_name;
    std::optional<Secret> password;  // from now on
    std::optional<Secret> old;       // has to be the present one
  };
  struct BecomeAccount {  // log in to the account of this name
    std::string name;
    Secret password;
  };
  using Order = std::variant<Request, EnterWish, Leave, Write, Verify, ChangeAccount, BecomeAccount>;
  // `said`: the last message that was said before. What another name or another room would change waits for it.
  void order(Order order, std::uint64_t said) EXCLUDES(mu_);
  // The next one, if it need not wait: all up to the message `sent` has gone out, and all up to `taken` is known to
  // have arrived, which nobody learns of a room any more that was left, or never will. writing: a private message is
  // under way. reading: the room of which history is; it is not left before that has come, nor one with a wish.
  std::optional<Order> take_order(std::uint64_t sent, std::uint64_t taken, bool writing, const std::string& reading)
      EXCLUDES(mu_);
  // That room is to be left as soon as may be.
  bool leaves(const std::string& room) const EXCLUDES(mu_);
  // One of them is for another name, and all that was said before it has gone out: what was said after it waits, too.
  bool new_name_waits(std::uint64_t sent) const EXCLUDES(mu_);
  void ring() const { bell_.wake(); }          // there is something to send
  const Waker& bell() const { return bell_; }  // woken by ring() and leave()
  const Waker& stop() const { return stop_; }  // woken by leave() alone, never cleared

 private:
  mutable Mutex mu_;  // docs/ARCHITECTURE.md, "Locks"
  Condition left_;
  std::deque<Wish> wishes_ GUARDED_BY(mu_);
  struct Waiting {
    Order order;
    std::uint64_t said = 0;
  };
  std::deque<Waiting> orders_ GUARDED_BY(mu_);
  std::atomic<bool> leaving_ = false;
  const Waker bell_;
  const Waker stop_;
};

}  // namespace chat
