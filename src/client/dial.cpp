#include "client/dial.hpp"

namespace chat {

namespace {

// As a host does with whom it has no place for, or does not want to hear: it has not even said that it is one.
Ended turned_away(const std::string& place) {
  return Ended::because(End::turned_away, place + " closed the connection before it said anything");
}

std::string not_clint(const std::string& place) { return "what answers at " + place + " does not speak Clint"; }

// What a frame stream threw before the host had said hello. Over TLS something has answered that had a place for us.
Ended before_hello(Goodbye why, const std::string& place, bool over_tls) {
  switch (why) {
    case Goodbye::connection_lost:
    case Goodbye::left:
      if (!over_tls) return turned_away(place);
      return Ended::because(End::unreachable, place + " closed the connection before it said anything");
    case Goodbye::stalled:
    case Goodbye::frame_deadline: return Ended::because(End::unreachable, place + " answers, but said nothing in time");
    default: return Ended::because(End::not_clint, not_clint(place));
  }
}

Ended not_trusted(std::string text, const std::string& fingerprint) {
  Ended end = Ended::because(End::not_trusted, std::move(text));
  end.present_key = fingerprint;
  return end;
}

void write_greet(Connection& connection, Clock::time_point until) {
  try {
    write_all(*connection.link, Greet().encode(), until);
  } catch (const PeerFault&) {
    // A host with no place says goodbye and closes at once: what it said is still there to be read.
  }
}

}  // namespace

std::string place_text(const std::string& host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

Dialer::Dialer(DialConfig config)
    : config_(std::move(config)),
      place_(place_text(config_.host, config_.port)),
      tls_(TlsContext::client(config_.trust_file)) {}

Clock::time_point Dialer::deadline() const {
  return config_.timeout == 0s ? Clock::time_point::max() : Clock::now() + config_.timeout;
}

Connection Dialer::dial(const Waker& stop) {
  Clock::time_point until = deadline();
  Connection connection;
  while (true) {
    Socket socket = connect(until, stop, connection.answered.peer);
    TlsStart start = start_tls(socket, *tls_, config_.host, until, &stop);
    if (start.plain_peer) {
      connection = plain(std::move(socket), until, stop);
      found_ = true;
      return connection;
    }
    if (!start.link) {
      if (wait_for(socket, Want::hangup, Clock::now(), &stop).woken) throw Ended::because(End::left);
      if (start.turned_away) throw turned_away(place_);
      if (start.not_clint && !found_) throw Ended::because(End::not_clint, not_clint(place_));
      throw Ended::because(End::unreachable, "no Clint host answers at " + place_ + ": " + start.error);
    }
    const std::optional<Pin> known = pin();
    TrustFacts facts;
    // A password needs no --tls-insecure, so that word does not turn a changed key into a new pin.
    facts.insecure = config_.insecure && !(known && known->asked_for_password());
    facts.fingerprint = start.certificate.fingerprint();
    std::optional<std::string> fault;
    if (!config_.trust_file.empty()) {
      fault = start.certificate.fault();
      facts.by_file = !fault;
    }
    if (known && known->has_key()) facts.pin = known->fingerprint;
    const TrustDecision decision = decide_trust(facts);
    switch (decision.step) {
      case TrustStep::accept:
      case TrustStep::unknown: break;
      case TrustStep::refuse_changed: {
        Ended end = Ended::because(End::identity_changed, "the host's key is not the one pinned for " + place_);
        end.known_key = facts.pin.value_or("");
        end.present_key = facts.fingerprint;
        throw end;
      }
      case TrustStep::refuse_certificate:
        throw not_trusted("the certificate of " + place_ + " is not vouched for by " + config_.trust_file + " (" +
                              fault.value_or("") + ")",
                          facts.fingerprint);
    }
    connection.link = std::move(start.link);
    connection.binding = start.binding;
    connection.answered.fingerprint = facts.fingerprint;
    connection.answered.secure = true;
    connection.answered.how = decision.how == Trusted::by_pin && accepted_ ? Trusted::by_user : decision.how;
    write_greet(connection, until);
    read_hello(connection, until, stop);
    if (connection.hello.mode == Mode::plain)
      throw Ended::because(End::misbehaves, "it says over TLS that it does not encrypt");
    if (connection.hello.mode == Mode::secure) {
      connection.answered.how = Trusted::by_password;  // which is for the log-in to find out
      wanted_password_ = true;
    } else {
      refuse_without_password(known);
      if (decision.step == TrustStep::unknown && !start.certificate.fault()) {
        connection.answered.how = Trusted::by_certificate;
      } else if (decision.step == TrustStep::unknown) {
        connection.frames.reset();
        connection.link.reset();  // the answer may take longer than a host waits for a log-in
        if (!config_.ask || !config_.ask({config_.host, config_.port, facts.fingerprint}))
          throw not_trusted("the key of " + place_ + " is not known here", facts.fingerprint);
        remember({config_.host, config_.port, facts.fingerprint});
        until = deadline();
        continue;
      }
    }
    was_secure_ = found_ = true;
    return connection;
  }
}

Socket Dialer::connect(Clock::time_point until, const Waker& stop, Address& peer) const {
  Connected made = connect_to(config_.host, config_.port, until, &stop);
  if (made.woken) throw Ended::because(End::left);
  if (!made.socket.valid())
    throw Ended::because(made.unknown ? End::unknown_host : End::unreachable,
                         "cannot connect to " + place_ + ": " + made.error);
  peer = made.peer;
  return std::move(made.socket);
}

// A host with TLS alone, where a password was, or is expected.
void Dialer::refuse_without_password(const std::optional<Pin>& known) const {
  if (wanted_password_ || (known && known->asked_for_password()))
    throw Ended::because(End::no_longer_secure, place_ + " asks for no password, but it did when it was trusted");
  if (config_.expect_password && !config_.allow_plain)
    throw Ended::because(End::password_unused, place_ + " asks for no password, and one was given");
}

void Dialer::refuse_plain() const {
  if (was_secure_ || (pin() && !config_.insecure && config_.trust_file.empty()))
    throw Ended::because(End::no_longer_secure, place_ + " does not encrypt, but it did when it was trusted");
  if (config_.expect_password && !config_.allow_plain)
    throw Ended::because(End::password_unused, place_ + " does not encrypt, and a password was given");
  if (config_.require_tls || config_.insecure || !config_.trust_file.empty())
    throw Ended::because(End::plain_refused, place_ + " does not encrypt, and encryption was asked for");
}

// The host answered our TLS hello in plaintext, with a hello or a goodbye, and closes.
Connection Dialer::plain(Socket asked, Clock::time_point until, const Waker& stop) {
  Connection connection;
  connection.link = make_plain_link(std::move(asked));
  read_hello(connection, until, stop);
  if (connection.hello.mode != Mode::plain)
    throw Ended::because(End::misbehaves, "it says in plaintext that it encrypts");
  refuse_plain();
  connection.frames.reset();
  connection.link = make_plain_link(connect(until, stop, connection.answered.peer));
  write_greet(connection, until);
  read_hello(connection, until, stop);
  if (connection.hello.mode != Mode::plain)
    throw Ended::because(End::misbehaves, "it says in plaintext that it encrypts");
  return connection;
}

void Dialer::read_hello(Connection& connection, Clock::time_point until, const Waker& stop) const {
  connection.frames = std::make_unique<FrameStream>(*connection.link, limits::stranger_frame_bytes);
  try {
    Frame frame;
    switch (connection.frames->next(frame, until, &stop)) {
      case FrameStream::Outcome::frame: break;
      case FrameStream::Outcome::woken: throw Ended::because(End::left);
      case FrameStream::Outcome::timeout:
        throw Ended::because(End::unreachable, place_ + " answers, but said nothing in time");
    }
    if (frame.type == static_cast<std::uint8_t>(PacketType::goodbye)) {
      Farewell farewell = Farewell::decode(frame.body);
      throw Ended::by(farewell.why, std::move(farewell.text));
    }
    require(frame.type == static_cast<std::uint8_t>(PacketType::hello), Goodbye::not_clint);
    connection.hello = Hello::decode(frame.body);
    if (connection.hello.version != protocol_version) throw Ended::by(Goodbye::version);
    connection.frames->set_limit(limits::frame_bytes);
  } catch (const PeerFault& fault) {
    throw before_hello(fault.why, place_, connection.link->secure());
  }
}

std::optional<Pin> Dialer::pin() const {
  if (accepted_) return accepted_;
  if (config_.known_hosts.empty()) return std::nullopt;
  const auto hosts = load_known_hosts(config_.known_hosts);
  if (!hosts) throw Ended::because(End::failed, hosts.error);
  const Pin* found = (*hosts).find(config_.host, config_.port);
  if (!found || !found->secure) return std::nullopt;
  return *found;
}

void Dialer::remember(const Pin& pin) {
  accepted_ = pin;
  if (const auto error = save(pin)) throw Ended::because(End::failed, *error);
}

std::optional<std::string> Dialer::remember_member(const Hello& hello, const std::string& fingerprint) {
  Pin pin{config_.host, config_.port};
  if ((hello.capabilities & keeps_its_key) != 0) pin.fingerprint = fingerprint;
  pin.host_id = hex_text(hello.verifier_id);
  if (accepted_ && format_pin(*accepted_) == format_pin(pin)) return std::nullopt;
  accepted_ = pin;
  return save(pin);
}

std::optional<std::string> Dialer::remember_encrypted() {
  return std::exchange(encrypts_, true) || pin() ? std::nullopt : save({config_.host, config_.port});
}

std::optional<std::string> Dialer::save(const Pin& pin) const {
  if (config_.known_hosts.empty()) return std::nullopt;
  auto hosts = load_known_hosts(config_.known_hosts);
  if (!hosts) return hosts.error;
  const Pin* known = (*hosts).find(pin.host, pin.port);
  if (known && format_pin(*known) == format_pin(pin)) return std::nullopt;
  hosts.value->set(pin);
  return save_known_hosts(config_.known_hosts, *hosts);
}

}  // namespace chat
