// One connection from its log-in to its end.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "client/account.hpp"
#include "client/correspondence.hpp"
#include "client/dial.hpp"
#include "client/events.hpp"
#include "client/membership.hpp"
#include "client/outbox.hpp"
#include "client/reading.hpp"
#include "client/residence.hpp"

namespace chat {

// What the owner's thread tells the network thread. Any thread may call any method.
class Control {
 public:
  // Wakes whoever dials, waits or serves; the words go into the goodbye.
  void leave(std::string words) EXCLUDES(mu_);
  bool leaving() const { return leaving_; }
  std::string words() const EXCLUDES(mu_);
  // Waits this long, or until leave().
  void pause(std::chrono::milliseconds time) EXCLUDES(mu_);
  // Wants to see what was said in a room before: `since_ms` or the last `count` posts not shown yet. Those of a search
  // do not count as shown. A new wish takes the place of one that is not fulfilled.
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
  struct Write {  // a private message
    std::string to;
    std::string text;
  };
  struct Verify {
    std::string name;
    bool compared = false;  // our user has compared the number; else wants to see it
  };
  struct MakeAccount {  // with this password, or change it to this
    std::uint32_t id = 0;
    Verb verb = Verb::register_name;
    Secret password;
  };
  struct BecomeAccount {  // log in to the account of this name
    std::string name;
    Secret password;
  };
  using Order = std::variant<Request, EnterWish, Leave, Write, Verify, MakeAccount, BecomeAccount>;
  // `said`: the last message that was said before. What another name or another room would change waits for it.
  void order(Order order, std::uint64_t said) EXCLUDES(mu_);
  // The next one, if it need not wait: all up to the message `sent` has gone out.
  std::optional<Order> take_order(std::uint64_t sent) EXCLUDES(mu_);
  void ring() const { bell_.wake(); }          // there is something to send
  const Waker& bell() const { return bell_; }  // woken by ring() and leave()
  const Waker& stop() const { return stop_; }  // woken by leave() alone, never cleared

 private:
  mutable Mutex mu_;  // rank 4 (docs/ARCHITECTURE.md, "Locks")
  Condition left_;
  std::string words_ GUARDED_BY(mu_);
  std::optional<Wish> wish_ GUARDED_BY(mu_);
  struct Waiting {
    Order order;
    std::uint64_t said = 0;
  };
  std::deque<Waiting> orders_ GUARDED_BY(mu_);
  std::atomic<bool> leaving_ = false;
  const Waker bell_;
  const Waker stop_;
};

// Belongs to the network thread.
class Conversation {
 public:
  using Tell = std::function<void(const Event&)>;
  using Asked = std::map<std::uint32_t, Verb>;  // requests of the owner's without an answer yet, by id
  Conversation(Connection connection, Control& control, Outbox& outbox, Reading& reading, Envelope& envelope,
               Residence& residence, Correspondence& correspondence, Account& account, bool small_kdf, Asked& asked,
               const Tell& tell);
  // Logs in, with the password's keys in mode secure, else null. Throws Ended.
  Welcome log_in(const Join& join, const Membership* membership, Clock::time_point until);
  // Sends what the outbox holds and tells what arrives, until somebody ends it. Always throws Ended.
  [[noreturn]] void serve();

 private:
  Frame await(PacketType type, Clock::time_point until, std::optional<PacketType> other = std::nullopt);
  Secret prove(Prover prover, End if_wrong, Clock::time_point until);
  Frame await_welcome(const std::string& name, const Secret& session_id, Clock::time_point until);
  bool receive();
  void handle(const Frame& frame);
  PostArrived opened(Post post, bool own, bool in_order);
  void handle_post(Post post);
  void handle_gap(const Gap& gap);
  void handle_not_stored(NotStored refusal);
  void handle_refused(Refused refusal);
  void handle_past(Past past);
  void handle_answer(Answer answer);
  void require_room(const std::string& room) const;
  void carry_out_orders();
  void ask_history();
  void fill();
  bool flush();
  void keep_alive();
  [[noreturn]] void say_goodbye();
  Clock::time_point next_check() const;
  // Runs `body`; what it throws about the host becomes Ended.
  template <class Body>
  auto guarded(Body body);

  Connection connection_;
  Control& control_;
  Outbox& outbox_;
  Reading& reading_;
  Envelope& envelope_;
  Residence& residence_;
  Correspondence& correspondence_;
  Account& account_;
  const bool small_kdf_;
  Asked& asked_;
  const Tell& tell_;
  Bytes out_;                                      // encoded and not yet taken by the link
  Clock::time_point taken_ = Clock::now();         // when the link last took something, or nothing was waiting
  Clock::time_point pinged_{};                     // when the last ping went into out_
  std::uint64_t token_ = 0;                        // of the last ping
  std::uint64_t session_ = 0;                      // ours
  std::string name_;                               // ours
  std::optional<std::uint32_t> renaming_;          // the request; nothing is said until it is answered: see fill()
  std::optional<Control::Wish> wish_;              // the one that is being fulfilled
  std::deque<PostArrived> past_;                   // of it, so far
  std::optional<Clock::time_point> store_again_;   // until then nothing is said: the host cannot store it
  std::optional<Clock::time_point> unsure_until_;  // a gap may have held acknowledgements: see handle_gap
};

}  // namespace chat
