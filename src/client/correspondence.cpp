#include "client/correspondence.hpp"

#include <algorithm>
#include <utility>

#include "client/reading.hpp"
#include "crypto/identity.hpp"

namespace chat {

namespace {

constexpr std::size_t most_peers = 10'000;
constexpr std::size_t most_pending = 256;

std::optional<PublicKey> key_from(std::string_view octets) {
  PublicKey key{};
  if (octets.size() != key.size()) return std::nullopt;
  std::copy(octets.begin(), octets.end(), key.begin());
  return key;
}

}  // namespace

void Correspondence::ask(Verb verb, std::vector<Bytes> args, Bytes& out) {
  if (++last_id_ < first_id) last_id_ = first_id;
  out += Request{last_id_, verb, std::move(args)}.encode();
}

// In mode secure the host cannot put another key in its place: it is sealed, with our name and session.
void Correspondence::announce(Bytes& out) { ask(Verb::key, {envelope_.seal_key(view_of(own_.public_key()))}, out); }

std::optional<PublicKey> Correspondence::key_in(const Bytes& announced, const std::string& name,
                                                std::uint64_t session) const {
  const auto octets = envelope_.open_key(announced, name, session);
  return octets ? key_from(*octets) : std::nullopt;
}

void Correspondence::resume(const HostId& host, const std::string& name, std::uint64_t session, Bytes& out) {
  host_id_ = Bytes(host.begin(), host.end());
  name_ = name;
  session_ = session;
  awaited_ = 0;
  announce(out);
  go_on(out);
}

void Correspondence::renamed(const std::string& name, Bytes& out) {
  name_ = name;
  announce(out);
}

void Correspondence::send(std::uint64_t letter, std::string to, std::string text, Bytes& out) {
  if (pending_.size() >= most_pending)
    return tell_(LetterFailed{letter, std::move(to), std::move(text),
                              "too many private messages wait to be sent - say it again in a moment"});
  pending_.push_back({letter, std::move(to), std::move(text), ++last_message_});
  if (awaited_ == 0) go_on(out);
}

void Correspondence::verify(const std::string& name, Bytes& out) {
  pending_.push_back({0, name, {}, 0});
  if (awaited_ == 0) go_on(out);
}

void Correspondence::compared(const std::string& name) {
  const auto peer = find(name);
  if (peer == peers_.end() || peer->second.told != peer->second.key)
    return tell_(
        LetterFailed{0, name, {}, "not noted: /verify " + name + " shows the number that you have to compare"});
  peer->second.compared = peer->second.key;
  tell_(SafetyNumber{peer->first, {}, true});
}

void Correspondence::renamed_peer(const std::string& was, const std::string& now) {
  const auto peer = peers_.find(was);
  if (peer == peers_.end() || look_alike(was, now)) return;
  if (const auto before = find(now); before != peers_.end()) {
    if (before->second.compared) return;  // that name is still meant for that one
    peers_.erase(before);
  }
  peers_[now] = peers_.at(was);  // the old name stays its own, too: whoever takes that one has another key
}

// Whom the host knows by this name, or by one that looks like it: there is one of them at a time.
Correspondence::Peers::iterator Correspondence::find(const std::string& name) {
  if (const auto exactly = peers_.find(name); exactly != peers_.end()) return exactly;
  return std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) { return look_alike(each.first, name); });
}

// Does what comes next for the first of those that wait.
void Correspondence::go_on(Bytes& out) {
  awaited_ = 0;
  if (session_ == 0 || pending_.empty()) return;
  Pending& first = pending_.front();
  const auto peer = find(first.to);
  if (first.message != 0 && peer != peers_.end() && peer->second.is_another())
    return fail_all_to_another(peer->first, out);
  if (peer != peers_.end()) first.to = peer->first;
  if (peer == peers_.end() || first.message == 0 || first.wants_key) {
    awaited_verb_ = Verb::key_of;
    ask(Verb::key_of, {first.to}, out);
  } else {
    const auto sealed =
        seal_letter(own_, context(name_, own_.public_key(), first.to, peer->second.key, session_, first.message),
                    {unix_ms(), static_cast<std::uint8_t>(PostKind::message), first.text});
    if (!sealed) return fail("the key of " + first.to + " is no good one - it gets another one by coming anew", out);
    awaited_verb_ = Verb::letter;
    ask(Verb::letter, {first.to, number_field(peer->second.session), number_field(first.message), *sealed}, out);
  }
  awaited_ = last_id_;
}

void Correspondence::fail(std::string why, Bytes& out) {
  Pending first = std::move(pending_.front());
  pending_.pop_front();
  tell_(LetterFailed{first.letter, std::move(first.to), std::move(first.text), std::move(why)});
  tell_held();
  go_on(out);
}

// Not one of them: our user has seen none of this when it was written.
void Correspondence::fail_all_to_another(const std::string& name, Bytes& out) {
  std::deque<Pending> others;
  for (Pending& each : std::exchange(pending_, {})) {
    if (each.message == 0 || !look_alike(each.to, name)) {
      others.push_back(std::move(each));
      continue;
    }
    tell_(LetterFailed{each.letter, name, std::move(each.text),
                       "that is not the key which you compared - /verify " + name + " shows the number of this one"});
  }
  pending_ = std::move(others);
  tell_held();
  go_on(out);
}

bool Correspondence::answered(const Answer& answer, Bytes& out) {
  if (answer.id < first_id) return false;
  if (answer.id != awaited_ || pending_.empty()) return true;  // of an announcement, or an earlier connection
  if (answer.result == Result::ok && awaited_verb_ == Verb::key_of) {
    take_key(answer, out);
  } else if (answer.result == Result::ok) {
    done(answer, out);
  } else if (answer.result == Result::no_such && awaited_verb_ == Verb::letter &&
             !std::exchange(pending_.front().asked_again, true)) {
    pending_.front().wants_key = true;  // somebody else has the name, or the same one a new session
    go_on(out);
  } else {
    fail(answer.text, out);
  }
  return true;
}

void Correspondence::take_key(const Answer& answer, Bytes& out) {
  if (answer.rows.size() != 1 || answer.rows[0].size() < 3) throw HostFault{"an answer about a key has none"};
  const Answer::Row& row = answer.rows[0];
  const auto session = number_of(row[1]);
  const auto name = check_name(row[0]);
  if (!session || !name || *name != row[0]) throw HostFault{"an answer about a key does not say whose it is"};
  if (!look_alike(row[0], pending_.front().to)) throw HostFault{"it gave the key of another one than we asked for"};
  const auto key = key_in(row[2], row[0], *session);
  if (!key)
    return fail("the key of " + row[0] + " is not from somebody who knows the password - do not trust that name", out);
  Peer& peer = meet(row[0], *session, *key);
  Pending& first = pending_.front();
  first.to = row[0];  // as the host spells it
  first.wants_key = false;
  if (first.message != 0) return go_on(out);
  if (peer.is_another()) peer.compared.reset();  // our user is told: it is not compared
  peer.told = peer.key;
  SafetyNumber number{row[0], safety_number(own_.public_key(), name_, peer.key, row[0]), peer.is_compared()};
  pending_.pop_front();
  tell_(number);
  go_on(out);
}

void Correspondence::done(const Answer& answer, Bytes& out) {
  Pending first = std::move(pending_.front());
  pending_.pop_front();
  const auto peer = peers_.find(first.to);
  LetterArrived sent;
  sent.from = name_;
  sent.to = first.to;
  sent.text = std::move(first.text);
  sent.time_ms = unix_ms();
  sent.own = true;
  sent.letter = first.letter;
  sent.compared = peer != peers_.end() && peer->second.is_compared();
  // A host of before does not tell.
  if (answer.rows.size() == 1 && answer.rows[0].size() >= 3) {
    const auto status = number_of(answer.rows[0][1]);
    if (status && *status <= static_cast<std::uint64_t>(Status::invisible)) sent.status = static_cast<Status>(*status);
    sent.status_text = answer.rows[0][2];
  }
  tell_(sent);
  tell_held();
  go_on(out);
}

// A key of somebody who had another one is told: a new session of the same person, or somebody else.
Correspondence::Peer& Correspondence::meet(const std::string& name, std::uint64_t session, const PublicKey& key) {
  const auto known = find(name);
  if (known == peers_.end()) {
    const auto spare =
        std::find_if(peers_.begin(), peers_.end(), [](const auto& each) { return !each.second.compared; });
    if (peers_.size() >= most_peers && spare != peers_.end()) peers_.erase(spare);
    return peers_[name] = {session, key, {}, {}};
  }
  if (known->first != name) {
    auto spelled = peers_.extract(known);
    spelled.key() = name;
    return take(peers_.insert(std::move(spelled)).position->second, name, session, key);
  }
  return take(known->second, name, session, key);
}

Correspondence::Peer& Correspondence::take(Peer& peer, const std::string& name, std::uint64_t session,
                                           const PublicKey& key) {
  peer.session = session;
  if (peer.key == key) return peer;
  const bool was_compared = peer.is_compared();
  peer.key = key;
  tell_(KeyChanged{name, was_compared});
  return peer;
}

LetterContext Correspondence::context(const std::string& from, const PublicKey& from_key, const std::string& to,
                                      const PublicKey& to_key, std::uint64_t session, std::uint64_t message) const {
  return {host_id_, from, from_key, to, to_key, session, message};
}

void Correspondence::arrived(const Letter& letter) {
  const bool under_way = awaited_ != 0 && awaited_verb_ == Verb::letter && pending_.front().to == letter.sender;
  const bool goes_on = !held_.empty() && held_.front().sender == letter.sender;
  if (!under_way && !goes_on) return open(letter);
  if (held_.size() >= most_pending) tell_held();
  held_.push_back(letter);
}

void Correspondence::cut() {
  awaited_ = 0;
  for (Pending& each : pending_) each.asked_again = false;
  tell_held();
}

void Correspondence::tell_held() {
  for (const Letter& letter : std::exchange(held_, {})) open(letter);
}

void Correspondence::open(const Letter& letter) {
  LetterArrived event;
  event.from = letter.sender;
  event.to = name_;
  event.time_ms = letter.time_ms;
  event.seal = Seal::damaged;
  const auto key = key_in(letter.key, letter.sender, letter.session);
  if (!key) return tell_(event);
  const auto text = open_letter(
      own_, context(letter.sender, *key, name_, own_.public_key(), letter.session, letter.message), letter.body);
  if (!text || !is_clean_text(text->text) || text->kind != static_cast<std::uint8_t>(PostKind::message))
    return tell_(event);
  if (!rises(letter.session, letter.message)) return;  // sent again after a cut, or kept by the host
  event.compared = meet(letter.sender, letter.session, *key).is_compared();
  event.text = text->text;
  event.seal = Seal::good;
  tell_(event);
}

bool Correspondence::rises(std::uint64_t session, std::uint64_t message) {
  if (last_.size() >= most_peers) last_.erase(last_.begin());
  std::uint64_t& last = last_[session];
  if (message <= last) return false;
  last = message;
  return true;
}

}  // namespace chat
