// The client without a face: connects, logs in, sends, receives, and comes back after a cut.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/backoff.hpp"
#include "client/conversation.hpp"
#include "client/dial.hpp"
#include "client/events.hpp"
#include "client/outbox.hpp"
#include "client/reading.hpp"
#include "net/thread.hpp"

namespace chat {

struct ClientConfig {
  DialConfig dial;
  // How long to knock at a host that closes before it says anything, or is busy, before the first log-in; 0: for ever.
  std::chrono::milliseconds patience = limits::knock_for;
  std::string name;                               // empty: the host gives one
  std::uint32_t backlog = limits::backlog_posts;  // posts from before the log-in
  std::function<double()> random;                 // uniform in [0, 1), for the waits; empty: the system's
  std::optional<Secret> password;
  bool small_kdf = false;               // keys of new rooms take half the memory
  std::optional<Secret> also_password;  // an earlier one, for what was sealed with it
  // Called once, on the client's thread, when the host wants a password and there is none. May wait for the user.
  std::function<std::optional<Secret>()> ask_password;
  std::optional<Secret> account_password;  // of the account `name`, if it is one
  // The same as ask_password for the account of this name.
  std::function<std::optional<Secret>(const std::string& name)> ask_account_password;
};

// Has one thread, which does everything that concerns the connection and calls `sink` with each event, Ended last.
// The sink may call any method but join(). The other methods may be called by any thread and do not wait.
class Client {
 public:
  // Throws TlsError when the trust file cannot be used, std::system_error without descriptors.
  Client(ClientConfig config, Conversation::Tell sink);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // leaves and joins
  // Once. False when the system has no thread to give; then there is no event.
  bool start();
  // Sends the text, now or when there is a connection again, exactly once. It must pass check_message and have at most
  // message_limit() bytes. Gives the message's id; nothing when full(): then wait for own posts to come back.
  // kind: message, action or topic.
  std::optional<std::uint64_t> say(const std::string& room, std::string text, PostKind kind = PostKind::message);
  // Asks the host for something; gives the request's id, which comes back in Answered. While there is no connection it
  // waits for one; what is under way when a connection is lost fails.
  std::uint32_t ask(Verb verb, std::vector<Bytes> args);
  // Into a room, which comes back in RoomEntered or RoomRefused, and out of it (RoomLeft).
  void enter(EnterWish wish) { control_.order(std::move(wish), outbox_.said()); }
  // A private message; gives its number, which comes back in LetterArrived (own), or LetterFailed. Of one thread's
  // letters each has a higher number than the one before.
  std::uint64_t write_letter(std::string to, std::string text);
  // Wants the number to compare with somebody (SafetyNumber), or has compared it.
  void verify(const std::string& name) { control_.order(Control::Verify{name, false}, outbox_.said()); }
  void compared(const std::string& name) { control_.order(Control::Verify{name, true}, outbox_.said()); }
  void leave_room(const std::string& room) { control_.order(Control::Leave{room}, outbox_.said()); }
  // Makes an account of our name, gives it another password or takes it away (Verb::register_name, passwd, unregister);
  // as ask(). old: this fails when it is not the password that we are logged in with.
  std::uint32_t change_account(Verb verb, std::optional<Secret> password, std::optional<Secret> old);
  // Becomes the account of this name: comes back as LoggedIn (changed), or as a Warning, and then we are who we were.
  void log_in(const std::string& name, Secret password) {
    account_.wish_for();
    control_.order(Control::BecomeAccount{name, std::move(password)}, outbox_.said());
  }
  // False: we are logged in to none, for sure.
  bool may_have_account() const { return account_.may_be_there(); }
  bool full() const { return outbox_.full() || letters_ >= limits::unacknowledged; }
  // What was said or written, and neither taken by the host nor refused.
  std::size_t unacknowledged() const { return outbox_.unacknowledged() + letters_; }
  std::size_t message_limit() const { return message_limit_; }
  bool connected() const { return connected_; }  // logged in right now
  // Wants the room's last `count` posts from before those that were shown, none older than since_ms (Unix epoch; 0:
  // any). The answer is a PastArrived, which says so if the connection or the room was left meanwhile.
  void history(const std::string& room, std::uint32_t count, std::uint64_t since_ms) {
    control_.wish({{room, 0, since_ms, count}, 0});
  }
  // The same to be searched: the answer has this number, not 0, and its posts do not count as shown.
  void look_through(const std::string& room, std::uint32_t count, std::uint64_t since_ms, std::uint32_t search) {
    control_.wish({{room, 0, since_ms, count}, search});
  }
  // Says goodbye and ends, whether or not everything is acknowledged.
  void leave() { control_.leave(); }
  // Waits for the thread's end. After leave() that is soon, unless the sink blocks.
  void join();

 private:
  void run();
  void note(const Event& event);
  void give_up_asked();
  Ended converse();
  Ended one_session();
  Connection dial();
  const Membership* membership_for(const Hello& hello);
  std::shared_ptr<const Membership> derived(const Secret& password, const Hello& hello);

  ClientConfig config_;
  const Conversation::Tell sink_;
  const ClientKey key_;
  Dialer dialer_;
  Control control_;
  Outbox outbox_{limits::unacknowledged};
  std::atomic<std::size_t> message_limit_ = limits::message_bytes;
  std::atomic<bool> connected_ = false;
  std::atomic<std::uint32_t> last_request_ = 0;
  std::atomic<std::uint64_t> last_letter_ = 0;
  std::atomic<std::size_t> letters_ = 0;  // written, and neither taken nor failed

  // The network thread alone:
  Reading reading_;
  Envelope envelope_;
  Residence residence_;
  Correspondence correspondence_;
  Account account_;
  Conversation::Asked asked_;
  std::shared_ptr<const Membership> membership_;  // the last one made
  std::shared_ptr<const Membership> earlier_;     // of also_password
  Backoff backoff_;
  std::string name_;                          // to log in with: what the host last gave us
  bool logged_in_ = false;                    // once
  std::vector<std::string> names_asked_for_;  // by wishes that were not answered; empty: one that the host gives
  bool becoming_ = false;                     // there is no connection because we are to be somebody else
  Clock::time_point lost_at_{};               // the present cut's beginning

  Thread thread_;
};

}  // namespace chat
