#include "terminal/app.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "client/known_hosts.hpp"
#include "crypto/password.hpp"
#include "net/secrets.hpp"
#include "terminal/emoji.hpp"
#include "terminal/errands.hpp"
#include "terminal/format.hpp"
#include "terminal/json.hpp"
#include "terminal/prompts.hpp"
#include "terminal/typed_lines.hpp"
#include "terminal/visited.hpp"

namespace chat {

namespace {

constexpr auto least_patience = 30s;  // at the end of input, without any acknowledgement
constexpr auto dot_every = 100ms;     // while the password is checked
// Without a terminal a question takes the next line of the input, which may have been meant to be said.
constexpr std::string_view piped_password_hint =
    "the input's first line was taken as the password: --password-file FILE or CLINT_PASSWORD gives it beforehand";
constexpr std::string_view piped_account_hint =
    "a line of the input was taken as the account's password: CLINT_ACCOUNT_PASSWORD gives it beforehand";
constexpr auto time_to_leave = 3s;  // for the goodbye; then the process ends without it

// What the host left undone, so many lines and requests.
std::vector<std::string> unsettled(std::size_t lines, std::size_t requests) {
  std::vector<std::string> all;
  const auto add = [&](std::size_t count, const std::string& noun, const std::string& what) {
    if (count > 0)
      all.push_back(std::to_string(count) + " " + noun + (count == 1 ? " was " : "s were ") + what + " by the host");
  };
  add(lines, "line", "not acknowledged");
  add(requests, "request", "not answered");
  return all;
}

}  // namespace

int App::run() {
  forbid_core_dumps();
  if (options_.forget) return forget_host(*options_.forget);
  if (!options_.make_verifier.empty())
    return make_verifier_file(options_.make_verifier, std::move(options_.password), options_.small_kdf, input_,
                              signals_);
  try {
    ask_place(input_, signals_, options_);
  } catch (const NoAnswer& none) {
    return none.exit_code;
  }
  return chat();
}

ClientConfig App::config() {
  ClientConfig config;
  config.dial.host = *options_.host;
  config.dial.port = *options_.port;
  config.dial.timeout = options_.timeout;
  config.patience = options_.patience;
  config.dial.require_tls = options_.tls;
  config.dial.insecure = options_.tls_insecure;
  config.dial.trust_file = options_.cert;
  config.dial.known_hosts = known_hosts_path();
  config.dial.ask = [this](const TrustQuestion& question) { return ask_trust(question); };
  config.dial.expect_password = options_.password.has_value();
  config.dial.allow_plain = options_.plain;
  config.password = std::move(options_.password);
  config.also_password = std::move(options_.also_password);
  config.ask_password = [this] { return ask(true); };
  config.account_password = std::move(options_.account_password);
  config.ask_account_password = [this](const std::string& name) {
    return ask(true, "Password of the account " + printable(name) + ": ");
  };
  config.name = options_.name;
  config.small_kdf = options_.small_kdf;
  // A script wants what it causes.
  config.backlog = options_.backlog.value_or(input_is_terminal() ? limits::backlog_posts : 0);
  return config;
}

int App::chat() {
  place_ = place_text(*options_.host, *options_.port);
  view_ = std::make_unique<View>(place_, options_.echo);
  view_->obey(signals_);
  apply_preferences();
  if (options_.json) view_->speak_json();
  if (options_.quiet) view_->hush();
  if (options_.password_was_argument && !options_.quiet)
    view_->report("clint: warning: " + std::string(argument_warning) + "\n");
  if (options_.wait) pattern_ = std::move(Pattern::of(*options_.wait).value);
  input_over_ = options_.send.has_value();
  scripted_ = options_.json || options_.send || pattern_ || !options_.exec.empty();
  if (!by_hand()) view_->be_scripted();
  asks_nobody_ = !options_.exec.empty() || (options_.send && !input_is_terminal());
  if (!options_.exec.empty())
    if (const auto error = bot_.start(options_.exec)) {
      view_->report(error_line(*error));
      return 1;
    }
  try {
    client_ = std::make_unique<Client>(config(), [this](const Event& event) { on_event(event); });
  } catch (const TlsError& error) {
    view_->report(error_line(error.what()));
    return 2;
  }
  requests_ = std::make_unique<Requests>(
      *client_, *view_, [this](const std::string& prompt, auto then) { ask_secret(prompt, std::move(then)); });
  if (!options_.room.empty()) requests_->run(CommandId::join, options_.room);
  if (!client_->start()) {
    view_->report(error_line("the system has no thread to give"));
    return 1;
  }
  while (true) {
    signals_.waker().clear();
    if (const auto end = ended()) return finish(*end);
    if (signals_.caught() && !left_) {
      if (input_is_terminal() && !face_) write_error("\n");  // after the ^C
      leave(exit_code_of(signals_));
    }
    if (view_->broken() && options_.exec.empty()) leave(1);
    if (found_) leave(0);
    if (no_room_) leave(1);
    if (pattern_ && options_.wait_for && logged_in_ && wait_until_ == Clock::time_point::max())
      wait_until_ = Clock::now() + *options_.wait_for;
    if (Clock::now() >= wait_until_ && !left_) {
      view_->report(error_line("nobody said what --wait looks for within " + duration_text(*options_.wait_for)));
      leave(1);
    }
    if (!asking()) requests_->look();  // which may ask
    view_->settle();
    notice_idleness();
    drain();
    settle_face();
    auto until = std::min({give_up_at_, force_at_, view_->due(), left_ ? Clock::time_point::max() : wait_until_});
    if (face_ && !idle_ && options_.away_after > 0s) until = std::min(until, typed_at_ + options_.away_after);
    if (checking_) {
      view_->tick();
      until = std::min<Clock::time_point>(until, Clock::now() + dot_every);
    }
    if (Clock::now() >= force_at_) {
      const std::size_t waiting = client_->unacknowledged();
      const std::size_t open = by_hand() || found_ ? 0 : requests_->unanswered();
      take_face_away();
      for (const std::string& each : unsettled(waiting, open)) write_error(error_line(each));
      view_->give_up();  // whoever waits for a reader of stdout keeps nobody from the lines
      if (waiting > 0) tell_unsaid();
      std::_Exit(code_ == 0 && !all_done(waiting, open) ? 1 : code_);
    }
    const bool may_say = logged_in_ && !client_->full() && !waiting_for_place() && !no_room_ && !requests_->obeying();
    if (requests_->misread() && !input_is_terminal() && !options_.json && !input_over_ && !draining_ && !left_) {
      view_->report(error_line("what follows in the input is not read: it may be a password"));
      end_input();
      continue;
    }
    if (may_say && options_.send && !left_ && !asking()) {
      say_what_was_given();
      continue;
    }
    if (!draining_ && !left_ && (face_ || asking() || (may_say && !input_over_)))
      take_input(until);
    else
      wait_for(Socket(), Want::hangup, until, &signals_.waker());
  }
}

// ---- The network thread --------------------------------------------------------------------------------------------

void App::on_event(const Event& event) {
  if (const auto* in = std::get_if<LoggedIn>(&event)) {
    MutexLock lock(mu_);
    motd_ = in->motd;
  }
  view_->show(event);
  look_for_pattern(event);
  // What a script says there is not for the lobby.
  if (const auto* refused = std::get_if<RoomRefused>(&event); refused && !by_hand())
    if (refused->room == options_.room && refused->result != Result::proof_wanted && !refused->leaving) no_room_ = true;
  if (const auto* left = std::get_if<RoomLeft>(&event); left && !by_hand())
    if (left->room == options_.room && !left->why.empty()) no_room_ = true;
  bool wake = requests_->on_event(event) || view_->broken() || view_->due() != Clock::time_point::max();
  const bool checking = std::holds_alternative<CheckingPassword>(event);
  if (checking_.exchange(checking) != checking) wake = true;
  if (const auto* in = std::get_if<LoggedIn>(&event)) {
    if (!logged_in_ && input_is_terminal()) remember_visit({place_, in->name});
    logged_in_ = wake = true;
  } else if (const auto* end = std::get_if<Ended>(&event)) {
    MutexLock lock(mu_);
    ended_ = *end;
    wake = true;
  } else if (const auto* letter = std::get_if<LetterArrived>(&event)) {
    wake = wake || letter->own;
  } else if (std::holds_alternative<Acknowledged>(event) || std::holds_alternative<Lost>(event) ||
             std::holds_alternative<Refusal>(event) || std::holds_alternative<LetterFailed>(event)) {
    wake = true;
  }
  if (wake) signals_.waker().wake();
}

// --yes is no answer to this: it was given before anybody could have seen the key.
bool App::ask_trust(const TrustQuestion& question) {
  if (!input_is_terminal()) return false;
  view_->say("The key of " + place_text(question.host, question.port) + " is not known here. Its fingerprint is\n  " +
             question.fingerprint + "\nIs that what the host showed when it started? (yes/no) ");
  const auto answer = ask(false);
  return answer && answer->view() == "yes";
}

// Waits for the main thread to read the answer. Nothing when there will be none.
std::optional<Secret> App::ask(bool secret, const std::string& prompt) {
  if (asks_nobody_) return std::nullopt;
  MutexLock lock(mu_);
  asked_for_ = prompt;
  asking_ = true;
  secret_ = secret;
  answered_now_ = false;
  answer_.reset();
  signals_.waker().wake();
  while (!answered_now_ && !left_) answered_.wait(mu_);
  asking_ = false;
  return std::move(answer_);
}

// ---- The main thread -----------------------------------------------------------------------------------------------

std::optional<Ended> App::ended() {
  MutexLock lock(mu_);
  return ended_;
}

bool App::network_asks() {
  MutexLock lock(mu_);
  return asking_ && !answered_now_;
}

bool App::asking() { return network_asks() || question_; }

std::string App::secret_prompt() {
  MutexLock lock(mu_);
  if (asking_ && !answered_now_) return secret_ ? asked_for_ : "";
  return question_ ? question_->prompt : "";
}

void App::ask_secret(std::string prompt, std::function<void(std::optional<Secret>)> then) {
  if (asks_nobody_) {
    view_->refuse("! a room with a password is not entered with --exec and --send: nobody can be asked for it\n");
    return leave(1);
  }
  question_ = Question{std::move(prompt), std::move(then)};
  prompted_ = false;
}

// Of the network thread's question, or else of a command's.
void App::answer_with(std::optional<Secret> answer) {
  if (network_asks()) return stop_asking(std::move(answer));
  echo_off_.reset();
  prompted_ = false;
  if (!answer) view_->refuse("! no password was given, and nothing was done - the same command asks again\n");
  auto then = std::exchange(question_, std::nullopt)->then;
  then(std::move(answer));
}

void App::stop_asking(std::optional<Secret> answer) {
  echo_off_.reset();
  prompted_ = false;
  MutexLock lock(mu_);
  answer_ = std::move(answer);
  answered_now_ = true;
  answered_.notify_all();
}

// There is a face while somebody at a terminal may say something.
void App::settle_face() {
  const bool wanted =
      logged_in_ && !draining_ && !left_ && !scripted_ && (face_ || (terminal_is_capable() && !options_.plain_lines));
  if (wanted && !face_) {
    face_ = std::make_unique<Face>(*view_, signals_, input_.take_rest(), options_.yes,
                                   [this] { requests_->look_around(); });
    if (options_.line_history) face_->set_history(typed_lines());
  }
  if (!wanted) take_face_away();
  const std::string prompt = secret_prompt();
  if (face_) face_->set_secret(prompt.empty() ? std::nullopt : std::optional(prompt));
}

void App::take_face_away() {
  if (!face_) return;
  const auto error = options_.line_history ? save_typed_lines(face_->history()) : std::nullopt;
  face_.reset();
  if (error) view_->report("! the lines that you typed are not kept: " + printable(*error) + "\n");
}

// --send; with --wait the answer is waited for.
void App::say_what_was_given() {
  requests_->say_here(*std::exchange(options_.send, std::nullopt));
  if (!pattern_) draining_ = true;
}

void App::look_for_pattern(const Event& event) {
  if (!pattern_ || found_) return;
  const auto text = heard(event);
  if (!text || !pattern_->occurs_in(*text)) return;
  found_ = true;
  signals_.waker().wake();
}

void App::take_input(Clock::time_point until) {
  std::string line;
  if (const std::string prompt = secret_prompt(); !prompt.empty() && !prompted_ && !face_) {
    if (input_is_terminal() && !echo_off_) echo_off_.emplace(prompt);  // first: what is typed at once shall not be seen
    view_->say(prompt);
    prompted_ = true;
  }
  switch (face_ ? face_->next(line, until, asking() || !client_->full())
                : input_.next(line, until, &signals_.waker())) {
    case LineInput::Outcome::line:
      if (asking() && options_.json && read_json_line(line)) answer_with(std::nullopt);  // what it says is no password
      return asking() ? take_answer(std::move(line)) : take_line(line);
    case LineInput::Outcome::too_long:
      if (!secret_prompt().empty() && !input_is_terminal()) return take_no_answer("the password is too long");
      return view_->refuse("! message not sent: the line is too long; at most " +
                           std::to_string(client_->message_limit()) + " bytes are allowed - say it in parts\n");
    case LineInput::Outcome::end:
      if (asking()) {
        if (input_is_terminal() && !face_) write_error("\n");  // behind the question
        answer_with(std::nullopt);
      } else {
        end_input();
      }
      return;
    case LineInput::Outcome::timeout:
    case LineInput::Outcome::woken: return;
  }
}

// Nobody has said anything for a while: others are told.
void App::notice_idleness() {
  if (!face_ || idle_ || options_.away_after == 0s || Clock::now() < typed_at_ + options_.away_after) return;
  idle_ = true;
  requests_->idle(true);
}

void App::take_json(const std::string& line) {
  const auto wanted = read_json_line(line);
  if (!wanted) return view_->refuse("! " + wanted.error + "\n");
  if (!(*wanted).to.empty()) return requests_->write_to((*wanted).to, (*wanted).text);
  if (!(*wanted).room.empty() && !view_->is_in((*wanted).room))
    return view_->refuse("! not sent: you are not in #" + printable((*wanted).room) + R"( - {"command":"/join )" +
                         printable((*wanted).room) + "\"} enters it\n");
  if ((*wanted).command.empty())
    return (*wanted).room.empty() ? requests_->say_in_focus((*wanted).text)
                                  : requests_->say((*wanted).room, (*wanted).text, PostKind::message);
  const Typed typed = understand((*wanted).command);
  if (typed.command) return run_command(*typed.command, typed.text);
  view_->refuse("! there is no command " + chat::quoted((*wanted).command) + " - /help lists them\n");
}

void App::take_line(const std::string& line) {
  if (line.find_first_not_of(" \t") == std::string::npos) return;
  if (options_.json) return take_json(line);
  if (!options_.exec.empty()) return requests_->say_here(line);  // what others made it say shall not command us
  typed_at_ = Clock::now();
  if (std::exchange(idle_, false)) requests_->idle(false);
  const Typed typed = understand(line, options_.plain_commands);
  switch (typed.kind) {
    case Typed::Kind::nothing: return;
    case Typed::Kind::text: return requests_->say_here(input_is_terminal() ? with_emoji(typed.text) : typed.text);
    case Typed::Kind::command: return run_command(*typed.command, typed.text);
    case Typed::Kind::unknown:
      return view_->refuse("! " + no_command(typed.text) + " (// says a text that begins with /)\n");
    case Typed::Kind::indented:
      return view_->refuse("! not sent: " + printable(typed.text.substr(0, 40)) +
                           " - a command has no blank before it, a text that begins with / has //\n");
  }
}

void App::take_answer(std::string&& text) {
  if (!secret_prompt().empty()) {
    if (!input_is_terminal()) view_->say("\n");
    piped_password_ = !input_is_terminal();
    Secret typed(text);
    const std::string error = password_error(typed);
    if (error.empty()) return answer_with(std::move(typed));
    if (!input_is_terminal()) return take_no_answer(error);
    view_->report(face_ ? "! " + error + " - type it again; Ctrl-D gives up\n" : error_line(error));
    prompted_ = false;
    return;
  }
  const Typed typed = understand(text);
  if (typed.text == "yes" || typed.text == "y") return stop_asking(Secret("yes"));
  if (typed.text == "no" || typed.text == "n" || typed.kind == Typed::Kind::command) return stop_asking(std::nullopt);
  view_->say("Please answer yes or no: ");
}

// A script's: further lines that it has for the same command are passwords, too.
void App::take_no_answer(const std::string& why) {
  view_->report(error_line(why));
  if (!network_asks()) requests_->misread_answer();
  answer_with(std::nullopt);
}

// With --wait what others say still counts.
void App::end_input() { (pattern_ ? input_over_ : draining_) = true; }

// At the end of input: leaves as soon as the host has taken and answered everything, or when it is clear that it never
// will.
void App::drain() {
  if (!draining_ || left_) return;
  const std::size_t waiting = client_->unacknowledged() + requests_->unanswered();
  if (waiting == 0) return leave(0);
  const auto now = Clock::now();
  if (waiting != waiting_for_) {
    waiting_for_ = waiting;
    const bool forever = options_.timeout == 0s;
    give_up_at_ = forever ? Clock::time_point::max()
                          : now + std::max<std::chrono::milliseconds>(least_patience, options_.timeout);
  }
  // Who types /quit while the host is away wants to go now; a script wants its lines to arrive.
  const bool hopeless = quitting_ && input_is_terminal() && !client_->connected();
  if (hopeless || now >= give_up_at_) leave(0);
}

void App::leave(int code) {
  if (left_.exchange(true)) return;
  code_ = code;
  give_up_at_ = Clock::time_point::max();
  force_at_ = Clock::now() + time_to_leave;
  if (code != 0) view_->give_up();
  stop_asking(std::nullopt);
  client_->leave();
}

int App::finish(const Ended& end) {
  client_->join();
  take_face_away();
  const Farewells farewells = explain(end, place_, logged_in_);
  view_->report(farewells.lines);
  if (end.end == End::unknown_host) {
    const std::vector<std::string_view> servers(options_.servers.begin(), options_.servers.end());
    if (const std::string_view meant = probably_meant(*options_.host, servers); !meant.empty())
      view_->report(hint_line("did you mean clint " + printable(meant) + "? That server is in your settings"));
  }
  if (piped_password_ && end.end == End::wrong_password) view_->report(hint_line(piped_password_hint));
  if (piped_password_ && end.end == End::wrong_account) view_->report(hint_line(piped_account_hint));
  if (const int bot_code = bot_.end(); code_ == 0) code_ = bot_code;
  const std::size_t waiting = client_->unacknowledged();
  // Who reads along has seen it; with --wait nothing else mattered.
  const std::size_t open = by_hand() || found_ || end.end != End::left ? 0 : requests_->unanswered();
  for (const std::string& each : unsettled(waiting, open)) {
    view_->fail(each);
    view_->report(error_line(each));
  }
  if (waiting > 0) tell_unsaid();
  if (end.end != End::left) return left_ && code_ != 0 ? code_ : farewells.code;
  return code_ == 0 && !all_done(waiting, open) ? 1 : code_;
}

// The lines themselves: the screen on which they stood is gone.
void App::tell_unsaid() {
  constexpr std::size_t most = 20;
  const std::vector<std::string> lines = view_->unsaid();
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) view_->report("  " + lines[i] + "\n");
  if (lines.size() > most) view_->report("  and " + std::to_string(lines.size() - most) + " more\n");
}

bool App::all_done(std::size_t waiting, std::size_t open) const {
  return waiting + open == 0 && (by_hand() || !view_->failed()) && (!pattern_ || found_);
}

}  // namespace chat
