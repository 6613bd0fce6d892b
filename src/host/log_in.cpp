#include "host/log_in.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "crypto/spake2plus.hpp"
#include "host/guess.hpp"

namespace chat {

namespace {

// A goodbye with a sentence of its own.
struct Refused {
  Goodbye why;
  std::string text;
};

// A log-in's place in the roster: given back with it, unless a session has taken it over.
class Seat {
 public:
  Seat(Services& host, std::uint64_t session, std::shared_ptr<Delivery> delivery)
      : host_(host), session_(session), delivery_(std::move(delivery)) {}
  ~Seat() {
    try {
      give_back();
    } catch (const std::bad_alloc&) {
      return;  // the place stays taken, and the host runs
    }
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  const Roster::Admission& take(const std::string& name, const Address& from, const Claim& claim,
                                const Roster::Judge& judge) {
    admission_ = host_.roster.enter(session_, name, from, delivery_, claim, judge);
    return admission_;
  }
  void hand_over() { handed_over_ = true; }
  void give_back() {
    if (std::exchange(handed_over_, true) || !host_.roster.leave(session_, *delivery_)) return;
    if (admission_.replaced)  // it was here before
      host_.say_left({session_, admission_.connection}, admission_.name, Goodbye::busy);
  }

 private:
  Services& host_;
  const std::uint64_t session_;
  const std::shared_ptr<Delivery> delivery_;
  Roster::Admission admission_;
  bool handed_over_ = false;
};

class LogIn {
 public:
  LogIn(Services& host, Socket socket, std::unique_ptr<Ticket> ticket)
      : host_(host), socket_(std::move(socket)), ticket_(std::move(ticket)) {}

  void run() {
    try {
      const auto first = first_octet();
      if (first == tls_handshake && !tls_) return answer_tls_hello();
      make_link(first);
      greet();
      enter();
    } catch (const PeerFault& fault) {
      refuse(fault.why, {});
    } catch (const Refused& refused) {
      refuse(refused.why, refused.text);
    } catch (const std::bad_alloc&) {
      refuse(Goodbye::busy, "no memory for it");
    }
  }

 private:
  static constexpr char tls_handshake = 0x16;  // RFC 8446 section 5.1, ContentType
  static constexpr char plain_packet = 0x00;   // the first octet of a length below 16 MiB
  static constexpr auto parting = 500ms;       // for the last octets of a refused stranger

  char first_octet() {
    const auto ready = wait_for(socket_, Want::input, accepted_ + limits::tls_deadline, &host_.stop);
    require(!ready.woken, Goodbye::host_stopping);
    require(ready.input, Goodbye::log_in_deadline);
    const auto first = socket_.peek();
    require(first.has_value(), Goodbye::connection_lost);
    return *first;
  }

  // A client that tries TLS first learns here that this host is a plain one, and connects again.
  void answer_tls_hello() {
    link_ = make_plain_link(std::move(socket_));
    discard_now();
    write_all(*link_, host_.hello.encode(), accepted_ + limits::tls_deadline);
    host_.gate.refund(ticket_->from());
    part();
  }

  void make_link(char first) {
    if (!tls_) {
      require(first == plain_packet, Goodbye::not_clint);
      link_ = make_plain_link(std::move(socket_));
    } else if (first == tls_handshake) {
      TlsStart start = start_tls(socket_, *tls_, {}, accepted_ + limits::tls_deadline, &host_.stop);
      require(start.link || Clock::now() < accepted_ + limits::tls_deadline, Goodbye::log_in_deadline);
      if (!start.link) throw Refused{Goodbye::tls_failed, start.error};
      link_ = std::move(start.link);
      binding_ = start.binding;
    } else {
      require(first == plain_packet, Goodbye::not_clint);
      // Fatal protocol_version, RFC 8446 section 6.
      constexpr std::string_view alert("\x15\x03\x03\x00\x02\x02\x46", 7);
      link_ = make_plain_link(std::move(socket_));
      discard_now();
      link_->write(alert);
      throw PeerFault{Goodbye::needs_tls};
    }
  }

  void greet() {
    frames_ = std::make_unique<FrameStream>(*link_, limits::stranger_frame_bytes);
    const Greet greet = Greet::decode(next_of(PacketType::greet).body);
    greeted_ = true;
    require(greet.version == protocol_version, Goodbye::version);
    // Sent while the client may be sending its join already; never waits on a client that does not read.
    write_all(*link_, host_.hello.encode(), deadline());
  }

  void enter() {
    const Join join = Join::decode(next_of(PacketType::join).body);
    if (!join.name.empty()) {
      const auto name = check_name(join.name);
      require(name && *name == join.name, Goodbye::bad_name);  // NFC, or it would have two encodings
    }
    if (host_.keys) {
      const Verifier& verifier = host_.keys->verifier();
      session_id_ = check_password(verifier, "room", room_names(verifier.id));
    }
    Entry entry;
    entry.sender = host_.ledger.recall(join.key);
    entry.delivery = std::make_shared<Delivery>(link_);
    const std::uint64_t session = entry.sender->session();
    const Claim claim = prove_account(join.name, host_.roster.person(session));
    const std::string& account = claim.account;
    // While the password was asked for, much may have happened to who comes back, and to the account.
    const auto here = host_.roster.person(session);
    note_arrival();
    std::optional<Moderation::Refusal> refused;
    const auto judge = [&]() -> Roster::Verdict {
      const auto operator_until = operators_end(account);
      if (!account.empty() && !is_current(claim)) refused = {Goodbye::account, "the account has just been changed"};
      if (!refused) refused = host_.moderation.judge(join.name, ticket_->from(), !here && !operator_until, session);
      if (!refused && here) refused = host_.moderation.judge(here->name, ticket_->from(), false);
      return {refused ? std::optional(refused->why) : std::nullopt, operator_until};
    };
    Seat seat(host_, session, entry.delivery);
    const Roster::Admission& admission = seat.take(join.name, ticket_->from(), claim, judge);
    if (refused) throw Refused{refused->why, refused->text};
    if (admission.refused == Goodbye::full)
      throw Refused{Goodbye::full,
                    "the server is full (" + std::to_string(host_.roster.most()) + " clints), retry in 5 s"};
    if (admission.refused && !account.empty())
      throw Refused{Goodbye::account, account + " is here already, by another clint"};
    if (admission.refused) throw PeerFault{*admission.refused};
    entry.sender->speak_on(admission.connection);
    if (admission.replaced) admission.replaced->end(Goodbye::replaced);
    if (const auto& gone = admission.gone) host_.say_left(gone->who, gone->name, gone->why);
    if (!admission.was.empty()) tell_of_name(session, admission.was, account);
    // Came into the roster after the stopping host had gone through it: nobody else would end this one.
    if (host_.stopping) entry.delivery->end(Goodbye::host_stopping);
    entry.replaces = admission.replaced != nullptr;
    entry.name = admission.name;
    entry.connection = admission.connection;
    entry.members = admission.members;
    entry.next = starting_point(join);
    if (start_session(std::move(entry))) return seat.hand_over();
    seat.give_back();
    host_.journal.goodbye(Goodbye::busy, "a client", {}, "no thread or memory for its session");
    part_with(Goodbye::busy, {});
  }

  // The account that the client has logged in to: with this name, or, when it comes back, the one it had. None: empty.
  Claim prove_account(const std::string& wanted, const std::optional<Person>& here) {
    const bool required = host_.accounts.policy() == Accounts::Policy::required;
    std::string name = wanted;
    auto account = name.empty() ? std::nullopt : host_.accounts.find(name);
    if (here && (name.empty() || name == here->name || (!account && !required))) {
      // It comes back as who it was: its key is enough, unless the account has another password by now.
      Claim before{here->account, here->proven};
      if (here->account.empty() ? !required : is_current(before)) return before;
      name = here->name;
      account = host_.accounts.find(name);
    }
    if (!account && !required && !(here && !here->account.empty())) return {};
    if (name.empty()) throw Refused{Goodbye::account, "this host lets in people with an account only: --name NAME"};
    // Which names have an account, or look like one that has, is nobody's business where all need one.
    if (account && account->name != name) {
      require(required, Goodbye::bad_name);
      account.reset();
    }
    // Made for an account, too, so that both take the same time.
    auto decoy = host_.accounts.decoy(name);
    if (!account) account = std::move(decoy);
    const Verifier& verifier = *account->verifier;
    const KdfParameters& kdf = verifier.kdf;
    const AccountWanted to_prove{name, verifier.id, kdf.salt, kdf.n, kdf.r, kdf.p};
    write_all(*link_, to_prove.encode(), deadline());
    check_password(verifier, "account", account_names(name, verifier.id));
    return {name, account->verifier};
  }

  // Whether it is still the account's password that was proven.
  bool is_current(const Claim& claim) const {
    const auto account = host_.accounts.find(claim.account);
    return account && account->name == claim.account && account->verifier == claim.proven;
  }

  // Until when the account is an operator's, by its very name, not by one that looks like it. Nothing: it is none.
  std::optional<Clock::time_point> operators_end(const std::string& account) const {
    if (account.empty()) return std::nullopt;
    const auto rule = host_.moderation.find(Moderation::List::operators, account);
    if (!rule || rule->whom != account) return std::nullopt;
    return rule->until.value_or(Clock::time_point::max());
  }

  // A session that was here goes on under an account's name.
  void tell_of_name(std::uint64_t session, const std::string& was, const std::string& name) {
    for (const auto& room : host_.rooms.rooms_of(session)) {
      host_.ledger.submit(*room, session, was, PostKind::rename, name, 0);
      host_.ledger.deliver(*room);
    }
  }

  // SPAKE2+ (RFC 9383 section 3.3), bound to this connection and to what the host has said on it. Nothing about the
  // chat is told before it has succeeded. An account's is bound to the one with the host's own password, too. Gives the
  // run's session id.
  Secret check_password(const Verifier& verifier, std::string_view purpose, PakeNames names) {
    Guess guess(host_.guesses, host_.announcer, ticket_->from());
    const Share share = next_share(guess);
    const std::string hello = host_.hello.encode();
    LogInFacts facts{purpose, binding_.exporter, binding_.certificate, hello, verifier.kdf};
    if (purpose == "account") facts.session_id = session_id_.view();
    VerifierRun run(verifier.w0, verifier.l, log_in_context(facts), std::move(names));
    if (const auto wait = begin(guess)) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
      throw Refused{Goodbye::guesses, "retry in " + std::to_string(seconds) + " s"};
    }
    const auto response = run.respond(share.point);
    require(response.has_value(), Goodbye::malformed);
    Proof proof;
    proof.point = response->share;
    proof.confirm = response->confirm;
    // From here on the client can tell whether its guess is right.
    guessing_ = true;
    write_all(*link_, proof.encode(), deadline());
    const Confirm confirm = Confirm::decode(next_of(PacketType::confirm).body);
    require(run.confirm(confirm.confirm), purpose == "room" ? Goodbye::wrong_password : Goodbye::account);
    guessing_ = false;
    guess.succeeded();
    return run.session_id();
  }

  std::optional<Clock::duration> begin(Guess& guess) {
    return guess.begin([this](Clock::duration time) { pause(time); });
  }

  // What is no share, or something else in its place, is a guess that has failed: nobody sends it by mistake.
  Share next_share(Guess& guess) {
    try {
      return Share::decode(next_of(PacketType::share).body);
    } catch (const PeerFault& fault) {
      if (fault.why == Goodbye::malformed || fault.why == Goodbye::out_of_state) begin(guess);
      throw;
    }
  }

  // Waits so long, or until the host stops or the stranger's time is over.
  void pause(Clock::duration time) {
    if (time <= 0s) return;
    const auto until = Clock::now() + time;
    const bool woken = wait_for(Socket(), Want::hangup, std::min(until, deadline()), &host_.stop).woken;
    require(!woken, Goodbye::host_stopping);
    require(Clock::now() < deadline(), Goodbye::log_in_deadline);
  }

  Seq starting_point(const Join& join) const {
    Seq after = 0;
    for (const RoomCursor& cursor : join.cursors)
      if (cursor.room == host_.lobby.name()) after = cursor.after;
    return first_served(host_.lobby, after, std::min(join.backlog, terms_->max_backlog));
  }

  // False: the system has no thread or no memory for it.
  bool start_session(Entry entry) try {
    const std::shared_ptr<Delivery> delivery = entry.delivery;
    const std::shared_ptr<Sender> sender = entry.sender;
    frames_->set_limit(limits::frame_bytes);
    ticket_->logged_in();
    entry.link = link_;
    entry.frames = std::move(frames_);
    entry.ticket = std::move(ticket_);
    entry.binding = binding_;
    Welcome welcome;
    welcome.name = entry.name;
    welcome.session = sender->session();
    welcome.last_message = sender->last_message();
    welcome.members = static_cast<std::uint32_t>(entry.members);
    welcome.motd = terms_->motd;
    const auto session = std::make_shared<Session>(host_, std::move(entry));
    try {
      write_all(*link_, welcome.encode(), deadline());
    } catch (const PeerFault& fault) {
      delivery->end(fault.why);  // the session's thread takes its leave
    }
    // A fresh thread: what the log-in left on this one's stack and heap goes with it.
    return host_.threads.start(Stack::lasting, [session] { session->run(); });
  } catch (const std::bad_alloc&) {
    return false;
  }

  // The next packet that is not an optional one of the future; it must be of this type.
  Frame next_of(PacketType type) {
    Frame frame;
    while (true) {
      const auto outcome = frames_->next(frame, deadline(), &host_.stop);
      require(outcome != FrameStream::Outcome::woken, Goodbye::host_stopping);
      require(outcome != FrameStream::Outcome::timeout, Goodbye::log_in_deadline);
      require(++frames_read_ <= limits::stranger_frames, Goodbye::too_large);
      if (frame.type >= first_optional_type) continue;
      if (frame.type == static_cast<std::uint8_t>(type)) return frame;
      const bool known = frame.type >= static_cast<std::uint8_t>(PacketType::greet) &&
                         frame.type <= static_cast<std::uint8_t>(PacketType::name_wanted) &&
                         (frame.type <= static_cast<std::uint8_t>(PacketType::confirm) ||
                          frame.type >= static_cast<std::uint8_t>(PacketType::request));
      if (known && frame.type == static_cast<std::uint8_t>(PacketType::goodbye) && greeted_)
        throw PeerFault{Goodbye::left};
      throw PeerFault{known ? Goodbye::out_of_state : Goodbye::unknown_type};
    }
  }

  Clock::time_point deadline() const { return accepted_ + limits::log_in_deadline; }

  // For the console, once it is more than a question: a client asks whether a password is wanted, goes while its user
  // types, and comes again.
  void note_arrival() {
    if (!std::exchange(noted_, true)) host_.console.note("Connection from " + ticket_->from().text());
  }

  void refuse(Goodbye why, const std::string& text) {
    if (!ticket_) return;
    // Came to see whether a password is needed, and asks its user for it now.
    if (why == Goodbye::left && (host_.keys || host_.accounts.size() > 0)) host_.gate.refund(ticket_->from());
    const bool went = why == Goodbye::left || why == Goodbye::connection_lost;
    if (greeted_ && (guessing_ || !went)) note_arrival();
    host_.journal.goodbye(why, ticket_->from().text(), {}, text);
    host_.gate.penalise(ticket_->from(), penalty(why), Clock::now());
    if (!link_) return;
    // Whoever never spoke our language is not answered in it.
    if (greeted_ && why != Goodbye::connection_lost && why != Goodbye::left)
      part_with(why, text);
    else
      part();
  }

  void part_with(Goodbye why, const std::string& text) {
    try {
      write_all(*link_, Farewell{why, text}.encode(), Clock::now() + parting);
    } catch (const PeerFault&) {
      return;  // it has gone already
    }
    part();
  }

  static Clock::duration penalty(Goodbye why) {
    switch (why) {
      case Goodbye::connection_lost:
      case Goodbye::tls_failed: return 1s;  // came and did not try
      case Goodbye::malformed:
      case Goodbye::too_large:
      case Goodbye::unknown_type:
      case Goodbye::out_of_state:
      case Goodbye::bad_text:
      case Goodbye::not_clint:
      case Goodbye::log_in_deadline:
      case Goodbye::frame_deadline:
      case Goodbye::stalled: return 10s;
      default: return 0s;
    }
  }

  void part() {
    link_->close_write();
    drain_input(*link_, Clock::now() + parting);
  }

  // What is here already; unread, it would turn our closing into a reset that destroys our answer.
  void discard_now() { drain_input(*link_, Clock::now()); }

  Services& host_;
  const std::shared_ptr<const TlsContext> tls_ = host_.tls.get();
  const std::shared_ptr<const Terms> terms_ = host_.terms.get();
  Socket socket_;  // until it becomes a link
  std::unique_ptr<Ticket> ticket_;
  const Clock::time_point accepted_ = Clock::now();
  std::shared_ptr<Link> link_;
  ChannelBinding binding_;                 // of the link
  Secret session_id_{std::string_view()};  // of the run with the host's own password, if it has one
  std::unique_ptr<FrameStream> frames_;
  std::size_t frames_read_ = 0;
  bool greeted_ = false;
  bool guessing_ = false;  // a password's proof is out, and not confirmed
  bool noted_ = false;
};

}  // namespace

void log_in(Services& host, Socket socket, std::unique_ptr<Ticket> ticket) {
  LogIn(host, std::move(socket), std::move(ticket)).run();
}

void turn_away(const Socket& socket, Goodbye why) {
  std::array<char, 2048> bytes;
  socket.write(Farewell{why, {}}.encode());
  socket.shutdown_write();
  // Unread, it would destroy the goodbye; but the acceptor does not read on for whoever never ends.
  for (int reads = 0; reads < 16 && socket.read(bytes).state == IoResult::State::ok; ++reads) {
  }
}

}  // namespace chat
