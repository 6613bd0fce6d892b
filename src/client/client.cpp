#include "client/client.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include "client/naming.hpp"

namespace chat {

namespace {

ClientKey draw_key() {
  std::random_device system;
  std::uniform_int_distribution<unsigned> octet(0, 255);
  ClientKey key{};
  std::generate(key.begin(), key.end(), [&] { return static_cast<std::uint8_t>(octet(system)); });
  return key;
}

std::function<double()> system_random() {
  return [] {
    std::random_device system;
    return std::uniform_real_distribution<double>(0, 1)(system);
  };
}

}  // namespace

Client::Client(ClientConfig config, std::function<void(const Event&)> sink)
    : config_(std::move(config)),
      sink_([this, sink = std::move(sink)](const Event& event) {
        note(event);
        sink(event);
      }),
      key_(draw_key()),
      dialer_(config_.dial),
      residence_(reading_, envelope_, outbox_, sink_, config_.backlog, config_.small_kdf),
      correspondence_(envelope_, sink_),
      account_(std::move(config_.account_password), sink_),
      backoff_(config_.random ? config_.random : system_random()),
      name_(config_.name) {}

Client::~Client() {
  leave();
  join();
}

bool Client::start() {
  thread_ = Thread::start([this] { run(); });
  return thread_.joinable();
}

void Client::join() {
  if (thread_.joinable()) thread_.join();
}

std::optional<std::uint64_t> Client::say(const std::string& room, std::string text, PostKind kind) {
  const auto id = outbox_.push(room, std::move(text), kind);
  if (id) control_.ring();
  return id;
}

std::uint32_t Client::ask(Verb verb, std::vector<Bytes> args) {
  const std::uint32_t id = ++last_request_;
  control_.order(Request{id, verb, std::move(args)}, outbox_.said());
  return id;
}

std::uint64_t Client::write_letter(std::string to, std::string text) {
  const std::uint64_t letter = ++last_letter_;
  ++letters_;
  control_.order(Control::Write{letter, std::move(to), std::move(text), unix_ms()}, outbox_.said());
  return letter;
}

std::uint32_t Client::change_account(Verb verb, std::optional<Secret> password, std::optional<Secret> old) {
  const std::uint32_t id = ++last_request_;
  if (verb == Verb::register_name) account_.wish_for();
  control_.order(Control::ChangeAccount{id, verb, std::move(password), std::move(old)}, outbox_.said());
  return id;
}

// What the owner is told, this client has to know, too: its own name, and which letters are done with.
void Client::note(const Event& event) {
  const auto* written = std::get_if<LetterArrived>(&event);
  const auto* failed = std::get_if<LetterFailed>(&event);
  if ((written && written->own) || (failed && failed->letter != 0)) --letters_;
  const auto* answered = std::get_if<Answered>(&event);
  const bool renamed = answered && (answered->verb == Verb::nick || answered->verb == Verb::logout);
  if (!renamed || answered->answer.result != Result::ok) return;
  const auto& rows = answered->answer.rows;
  if (rows.size() == 1 && !rows[0].empty()) name_ = rows[0][0];
}

// The host may have done it or not.
void Client::give_up_asked() {
  for (const auto& [id, wish] : std::exchange(asked_, {})) {
    if (renames(wish.verb)) names_asked_for_.push_back(wish.name);
    sink_(Answered{id, wish.verb, {id, Result::failed, "the connection was lost before the host answered", {}, 0}});
  }
}

void Client::run() {
  Ended end;
  try {
    end = converse();
  } catch (const std::exception& error) {  // no memory, no descriptor: nothing here can be mended
    end = Ended::because(End::failed, error.what());
  }
  sink_(end);
}

Ended Client::converse() {
  std::optional<Clock::time_point> give_up_at;  // knocking at a host that has no place for us yet
  while (true) {
    Ended end = one_session();
    give_up_asked();
    correspondence_.cut();
    if (control_.leaving()) return Ended::because(End::left);
    if (end.end == End::becoming) {
      connected_ = false;
      becoming_ = true;
      names_asked_for_.insert(names_asked_for_.end(), {name_, end.text});
      name_ = end.text;
      continue;
    }
    if (end.end == End::wrong_account && !account_.changing() && account_.try_new()) continue;
    if (account_.changing() && !worth_retrying(end)) {
      const std::string wanted = std::exchange(name_, account_.change_back());
      sink_(Warning{"you are " + name_ + ", not " + wanted + ": " +
                    (end.end == End::wrong_account ? "wrong password"
                     : end.end == End::goodbye     ? reason_text(end.why, end.text)
                                                   : end.text)});
      continue;
    }
    if (logged_in_ ? !worth_retrying(end) : !worth_knocking_again(end)) return end;
    if (!give_up_at) give_up_at = config_.patience == 0ms ? Clock::time_point::max() : Clock::now() + config_.patience;
    if (!logged_in_ && Clock::now() + asked_to_wait(end) >= *give_up_at) return end;
    const bool lost = connected_.exchange(false);
    if (lost) {
      lost_at_ = Clock::now();
      sink_(Lost{end.why, end.text});
    }
    const auto delay = backoff_.next(asked_to_wait(end));
    const std::string why = end.end == End::goodbye ? reason_text(end.why, end.text) : end.text;
    sink_(Retrying{delay, backoff_.attempts(), lost ? std::string() : why});
    control_.pause(delay);
    if (control_.leaving()) return Ended::because(End::left);
  }
}

// A connection on which a log-in can begin. The user's answer may take longer than a host waits for it: so the question
// whether it wants a password is a connection of its own.
Connection Client::dial() {
  while (true) {
    Connection connection = dialer_.dial(control_.stop());
    if (connection.hello.mode != Mode::secure || config_.password) return connection;
    const auto until = Clock::now() + 1s;
    try {
      write_all(*connection.link, Farewell{Goodbye::left, {}}.encode(), until);
      connection.link->close_write();
    } catch (const PeerFault&) {
      // It has gone already; the next connection will tell.
    }
    connection = Connection();
    if (config_.ask_password) config_.password = config_.ask_password();
    if (control_.leaving()) throw Ended::because(End::left);
    if (!config_.password) throw Ended::because(End::no_password);
  }
}

const Membership* Client::membership_for(const Hello& hello) {
  if (hello.mode != Mode::secure) {
    envelope_.use(nullptr, nullptr);
    return nullptr;
  }
  if (!membership_ || !membership_->is_for(hello)) {
    sink_(CheckingPassword{});
    membership_ = derived(*config_.password, hello);
    if (config_.also_password) earlier_ = derived(*config_.also_password, hello);
  }
  envelope_.use(membership_, earlier_);
  return membership_.get();
}

std::shared_ptr<const Membership> Client::derived(const Secret& password, const Hello& hello) {
  try {
    return std::make_shared<const Membership>(password, hello);
  } catch (HostFault& fault) {
    throw Ended::because(End::misbehaves, std::move(fault.what));
  }
}

Ended Client::one_session() {
  try {
    sink_(Connecting{});
    Connection connection = dial();
    const Hello hello = connection.hello;
    const std::string fingerprint = connection.answered.fingerprint;
    const Trusted how = connection.answered.how;
    sink_(connection.answered);
    const Membership* membership = membership_for(hello);
    Conversation conversation(std::move(connection), control_, outbox_, reading_, envelope_, residence_,
                              correspondence_, account_, config_.small_kdf, asked_, sink_);
    const std::string wanted = name_;
    const Welcome welcome =
        conversation.log_in(reading_.join(hello.host_id, key_, name_, config_.backlog), membership, dialer_.deadline());
    const bool was_asked_for = std::any_of(
        names_asked_for_.begin(), names_asked_for_.end(),
        [&](const std::string& each) { return each.empty() ? is_given(welcome.name) : welcome.name == each; });
    if (!was_asked_for && !may_be_called(welcome.name, wanted))
      throw Ended::because(End::misbehaves, "it calls us " + welcome.name + ", and we asked for " + wanted);
    names_asked_for_.clear();
    std::optional<std::string> not_remembered;
    if (membership)
      not_remembered = dialer_.remember_member(hello, fingerprint);
    else if (how == Trusted::by_certificate || how == Trusted::by_trust_file)
      not_remembered = dialer_.remember_encrypted();
    if (not_remembered) sink_(Warning{*not_remembered});
    message_limit_ = std::min<std::size_t>(hello.message_bytes, limits::message_bytes);
    name_ = welcome.name;
    const bool again = std::exchange(logged_in_, true);
    backoff_.reset();
    connected_ = true;
    const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - lost_at_);
    if (account_.changing() && !account_.was_wanted()) {
      const bool is_own = account_.change_back() == wanted && account_.may_be_there();
      sink_(Warning{is_own ? "you are logged in as " + wanted + " already - nothing was changed"
                           : "no account is called " + wanted + " - you are " + name_});
    }
    account_.changed();
    sink_(LoggedIn{membership != nullptr, welcome.name, welcome.members, welcome.motd, again,
                   again ? away : std::chrono::milliseconds(0), wanted, std::exchange(becoming_, false)});
    conversation.serve();
  } catch (Ended& end) {
    if (end.end != End::account_wanted || !config_.ask_account_password) return std::move(end);
    auto password = config_.ask_account_password(end.text);
    if (!password || control_.leaving()) return std::move(end);
    account_.set_password(std::move(password));
  }
  return one_session();
}

}  // namespace chat
