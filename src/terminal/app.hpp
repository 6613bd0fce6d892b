// clint itself: the console on one side, a Client on the other.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "client/client.hpp"
#include "net/stdio.hpp"
#include "terminal/bot.hpp"
#include "terminal/commands.hpp"
#include "terminal/face.hpp"
#include "terminal/options.hpp"
#include "terminal/pattern.hpp"
#include "terminal/requests.hpp"
#include "terminal/view.hpp"

namespace chat {

class App {
 public:
  explicit App(ClintOptions options) : options_(std::move(options)) {}  // throws std::system_error
  // Runs to the end and gives the program's exit code. Does not return, but ends the process, when
  // something that cannot be interrupted keeps the network thread.
  int run();

 private:
  int chat();
  ClientConfig config();
  // On the network thread:
  void on_event(const Event& event);
  bool ask_trust(const TrustQuestion& question);
  std::optional<Secret> ask(bool secret, const std::string& prompt = "Enter password: ");

  // On the main thread:
  void settle_face();
  void take_face_away();
  void take_input(Clock::time_point until);
  void take_line(const std::string& line);
  void take_json(const std::string& line);
  void say_what_was_given();
  void look_for_pattern(const Event& event);
  bool by_hand() const { return input_is_terminal() && !scripted_; }  // somebody sees what could not be done
  void notice_idleness();
  void take_answer(std::string&& text);
  void take_no_answer(const std::string& why);
  void end_input();
  void run_command(const Command& command, const std::string& arguments);
  void search(const std::string& arguments);
  void set(const std::string& arguments);
  void notify(const std::string& arguments);
  bool change(std::string_view key, const std::string& value);
  void prefer(std::string_view key, const std::string& value);
  void apply_preferences();
  void save_preferences();
  void drain();
  void leave(int code);
  int finish(const Ended& end);
  void tell_unsaid();
  bool all_done(std::size_t waiting, std::size_t open) const;  // what was to be done: exit code 0
  std::optional<Ended> ended() EXCLUDES(mu_);
  bool network_asks() EXCLUDES(mu_);
  bool asking() EXCLUDES(mu_);
  std::string secret_prompt() EXCLUDES(mu_);  // empty: no secret is asked for
  void stop_asking(std::optional<Secret> answer) EXCLUDES(mu_);
  void answer_with(std::optional<Secret> answer) EXCLUDES(mu_);

  ClintOptions options_;
  StopSignals signals_;                         // its waker also says that the network thread has news
  LineInput input_{2 * limits::message_bytes};  // room for what cleaning takes away
  std::string place_;
  std::unique_ptr<View> view_;
  std::unique_ptr<Face> face_;  // from the log-in on, on a terminal that can

  // A secret that a command wants, as opposed to one that the network thread waits for.
  struct Question {
    std::string prompt;
    std::function<void(std::optional<Secret>)> then;
  };
  void ask_secret(std::string prompt, std::function<void(std::optional<Secret>)> then);
  // What the next line of a script is for, an answer says.
  bool waiting_for_place() const { return requests_ && !face_ && (requests_->entering() || requests_->ordering()); }

  // The main thread's:
  std::optional<Question> question_;
  Clock::time_point typed_at_ = Clock::now();                // the last line
  bool idle_ = false;                                        // and for so long that others were told
  std::optional<EchoOff> echo_off_;                          // while a password is typed
  bool prompted_ = false;                                    // for it
  bool draining_ = false;                                    // nothing more will be said; the rest is being settled
  bool quitting_ = false;                                    // because the user said so
  int code_ = 0;                                             // to exit with when the client has left
  std::set<std::string> changed_;                            // preferences, since the start or /save
  std::size_t waiting_for_ = 0;                              // what was not settled when that last changed,
  Clock::time_point give_up_at_ = Clock::time_point::max();  // and when to stop waiting for fewer
  Clock::time_point force_at_ = Clock::time_point::max();    // when to end without the network thread

  Clock::time_point wait_until_ = Clock::time_point::max();  // when to stop waiting for the pattern
  bool piped_password_ = false;  // a line of the input, and no terminal's, was taken for one

  Mutex mu_;  // docs/ARCHITECTURE.md, "Locks"
  Condition answered_;
  std::optional<Ended> ended_ GUARDED_BY(mu_);
  std::string motd_ GUARDED_BY(mu_);
  bool asking_ GUARDED_BY(mu_) = false;    // the next line answers the network thread's question
  bool secret_ GUARDED_BY(mu_) = false;    // which asks for the password,
  std::string asked_for_ GUARDED_BY(mu_);  // so
  bool answered_now_ GUARDED_BY(mu_) = false;
  std::optional<Secret> answer_ GUARDED_BY(mu_);  // with answered_now_; none: there will be none
  std::atomic<bool> logged_in_ = false;           // once
  std::atomic<bool> left_ = false;                // leave() was called
  std::atomic<bool> checking_ = false;            // keys are being made of the password

  Bot bot_;
  bool asks_nobody_ = false;           // standard input is a bot's, or not for us; constant once there are two threads
  std::atomic<bool> no_room_ = false;  // --room cannot be entered
  bool scripted_ = false;              // constant once the network thread runs
  bool input_over_ = false;            // nothing is read from standard input any more
  std::optional<Pattern> pattern_;     // looked for by the network thread
  std::atomic<bool> found_ = false;    // it has occurred

  std::unique_ptr<Requests> requests_;
  std::unique_ptr<Client> client_;  // last: its thread uses all of the above
};

}  // namespace chat
