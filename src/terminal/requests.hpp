// What the user asked of the host, and how the answers read. Commands of rooms (requests_rooms.cpp) and what others
// add.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "client/client.hpp"
#include "terminal/commands.hpp"
#include "terminal/view.hpp"

namespace chat {

class Requests {
 public:
  // Asks for a secret, without an echo: `prompt` ends with ": ". `then` gets it, or nothing, later and on the main
  // thread.
  using AskSecret = std::function<void(std::string prompt, std::function<void(std::optional<Secret>)> then)>;
  Requests(Client& client, View& view, AskSecret ask_secret)
      : client_(client), view_(view), ask_secret_(std::move(ask_secret)) {}

  // Main thread. False: it is none of these commands. name: the command's own, where its id stands for many.
  bool run(CommandId command, const std::string& arguments, std::string_view name = {});
  // Whether the way into a room is still under way, or what became of it not yet looked at. Any thread.
  bool entering() const { return entering_ > 0; }
  // A script waits for the answer to an order about an account: it says what the next line is, a password or not. Any
  // thread.
  bool ordering() const { return account_order_ != 0; }
  // An operator wants another name for us, which has to wait for what was said: nothing more is said before. Any
  // thread.
  bool obeying() const { return obeying_; }
  // A command was refused behind which a script may have passwords: nothing more of it may be said. Any thread.
  bool misread() const { return misread_; }
  void misread_answer() { misread_ = true; }  // to a question of a command
  // What was asked of the host and is not answered. Private messages are Client's. Any thread.
  std::size_t unanswered() const { return unanswered_; }
  // What was said before: where the focus is, or to be searched, as Client::look_through(). Main thread.
  void history(const WantedHistory& wanted);
  void look_through(const std::string& room, std::uint64_t since_ms, std::uint32_t search);
  // Says it where the focus is, or to whom it begins with (@NAME TEXT). Main thread.
  void say_here(const std::string& text);
  void say_in_focus(const std::string& text);                       // whatever it begins with. Main thread
  void order(std::string_view word, const std::string& arguments);  // an operator's command
  void write_to(const std::string& name, const std::string& text);  // a private message. Main thread
  // Says it, if that may be said: an error is shown. Main thread.
  void say(const std::string& room, const std::string& text, PostKind kind);
  // Asks who is here, to know them; nothing is shown. Main thread.
  void look_around() { ask(Verb::who, {std::string(lobby)}, {}); }
  // Tells others that our user is away, or back, without having said so; not over what our user said. Main thread.
  void idle(bool away);
  // Network thread; true: the main thread has something to do, see look().
  bool on_event(const Event& event) EXCLUDES(mu_);
  // Main thread: what became due.
  void look() EXCLUDES(mu_);

 private:
  // Reads an answer: whole lines for the user.
  using Reader = std::function<std::string(const Answer&)>;
  void ask(Verb verb, std::vector<Bytes> args, Reader reader) EXCLUDES(mu_);  // no reader: nothing is shown
  std::uint32_t ask_locked(Verb verb, std::vector<Bytes> args, Reader reader) REQUIRES(mu_);  // its id
  bool take(const Event& event) EXCLUDES(mu_);                                                // as on_event()
  void learn(Verb verb, const Answer& answer);
  bool settled();  // one of those that are not answered; true
  void enter(const std::string& room, std::optional<Secret> password);
  struct State {
    Status status = Status::online;
    std::string words;
  };
  void tell_state(State state, Reader reader) EXCLUDES(mu_);
  void tell_told(Reader reader) REQUIRES(mu_);  // what told_ is
  void tell_state_again() EXCLUDES(mu_);
  void set_status(Status status, const std::string& words) EXCLUDES(mu_);
  void write_letter(const std::string& to, const std::string& text);
  void write_to_same(const std::string& name, const std::string& text);
  void tell_focus();  // where what is typed goes
  // Where what is typed is said; nothing, and that is told: it was meant for a room that we are not in, or not yet.
  std::optional<std::string> place_to_say();
  bool is_own(const std::string& name) { return name.empty() || name == view_.name(); }
  void join(const std::string& arguments);
  void leave(const std::string& arguments);
  void show_rooms();
  void topic(const std::string& arguments);
  void say_in_room(const std::string& arguments);
  void who(const std::string& arguments);
  void whois(const std::string& arguments);
  void nick(const std::string& arguments);
  void obey();
  void obey_no_more();
  void status(const std::string& arguments);
  void ignore(const std::string& arguments, bool ignored);
  void msg(const std::string& arguments);
  void query(const std::string& arguments);
  void reply(const std::string& arguments);
  void verify(const std::string& arguments);
  void order_of_account(std::string_view word, const std::string& name);
  void login(const std::string& arguments);
  void logout();
  void change_account(Verb verb, std::optional<Secret> password, std::optional<Secret> old, std::string done);
  bool lacks_account(bool ours);
  void make_account();
  void passwd();
  void unregister();
  void ask_old_password(std::function<void(Secret)> then);
  void ask_new_password(const std::string& prompt, std::function<void(Secret)> then);

  Client& client_;
  View& view_;
  const AskSecret ask_secret_;
  std::atomic<int> entering_ = 0;
  std::atomic<std::uint32_t> account_order_ = 0;  // see order_of_account(); 0: none
  std::atomic<bool> misread_ = false;
  std::atomic<std::size_t> unanswered_ = 0;
  std::string wanted_name_;             // as an operator wants it. The network thread's
  std::atomic<bool> obeying_ = false;   // there is one
  std::atomic<int> naming_ = 0;         // wishes for another name that are not answered
  std::atomic<bool> becoming_ = false;  // the account of another name
  std::atomic<bool> encrypted_ = true;  // what the host last answered
  Mutex mu_;                            // docs/ARCHITECTURE.md, "Locks"
  std::map<std::uint32_t, Reader> asked_ GUARDED_BY(mu_);
  std::deque<std::string> want_passwords_ GUARDED_BY(mu_);  // rooms that do, and that our user wants to enter
  State wanted_ GUARDED_BY(mu_);                            // as our user said
  std::optional<State> told_ GUARDED_BY(mu_);  // what the host was told last; it forgets that with the session
};

// `word` of a line, and the rest without the blanks between.
std::string take_word(std::string& rest);
std::string refusal_line(const Answer& answer);

}  // namespace chat
