// One connection from its log-in to its end.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "client/account.hpp"
#include "client/control.hpp"
#include "client/correspondence.hpp"
#include "client/dial.hpp"
#include "client/events.hpp"
#include "client/membership.hpp"
#include "client/outbox.hpp"
#include "client/reading.hpp"
#include "client/residence.hpp"

namespace chat {

// Belongs to the network thread.
class Conversation {
 public:
  using Tell = std::function<void(const Event&)>;
  struct AskedFor {
    Verb verb = Verb::who;
    std::string name;  // with nick: the wanted one
  };
  using Asked = std::map<std::uint32_t, AskedFor>;  // requests of the owner's without an answer yet, by id
  Conversation(Connection connection, Control& control, Outbox& outbox, Reading& reading, Envelope& envelope,
               Residence& residence, Correspondence& correspondence, Account& account, bool small_kdf, Asked& asked,
               const Tell& tell);
  // Logs in, with the password's keys in mode secure, else null. Throws Ended.
  Welcome log_in(const Join& join, const Membership* membership, Clock::time_point until);
  // Sends what the outbox holds and tells what arrives, until somebody ends it. Always throws Ended.
  [[noreturn]] void serve();

 private:
  [[noreturn]] void converse();
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
  void change_account(Control::ChangeAccount change);
  bool may_look_back() const;
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
  std::optional<std::uint32_t> changing_account_;  // the request; no order is carried out until it is answered
  std::optional<std::uint32_t> renaming_;          // the request; nothing is said until it is answered: see fill()
  std::optional<Control::Wish> wish_;              // the one that is being fulfilled
  std::deque<PostArrived> past_;                   // of it, so far
  std::optional<Clock::time_point> store_again_;   // until then nothing is said: the host cannot store it
  std::optional<Clock::time_point> unsure_until_;  // a gap may have held acknowledgements: see handle_gap
};

}  // namespace chat
