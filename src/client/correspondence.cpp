#include "client/correspondence.hpp"

#include <algorithm>
#include <utility>

#include "client/reading.hpp"
#include "crypto/identity.hpp"

namespace chat {

namespace {

constexpr std::size_t most_peers = 10'000;
constexpr std::size_t most_pending = 256;
constexpr std::size_t most_compared = 1000;

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

void Correspondence::send(std::uint64_t letter, std::string to, std::string text, std::uint64_t said_ms, Bytes& out) {
  if (pending_.size() >= most_pending)
    return tell_(LetterFailed{letter, std::move(to), std::move(text),
                              "too many private messages wait to be sent - say it again in a moment"});
  pending_.push_back({letter, std::move(to), std::move(text), ++last_message_, said_ms});
  if (awaited_ == 0) go_on(out);
}

void Correspondence::verify(const std::string& name, Bytes& out) {
  pending_.push_back({0, name, {}, 0, 0});
  if (awaited_ == 0) go_on(out);
}

void Correspondence::compared(const std::string& name) {
  auto told = told_.find(name);
  if (told == told_.end())
    told = std::find_if(told_.begin(), told_.end(), [&](const auto& each) { return look_alike(each.first, name); });
  const auto peer = told == told_.end() ? peers_.end() : peers_.find(told->first);
  if (peer == peers_.end() || peer->second.key != told->second || compared_.size() >= most_compared)
    return tell_(
        LetterFailed{0, name, {}, "not noted: /verify " + name + " shows the number that you have to compare"});
  compared_[told->first] = {told->second};
  tell_(SafetyNumber{told->first, {}, true});
}

// The old name stays its own, too: whoever takes that one has another key.
void Correspondence::renamed_peer(const std::string& was, const std::string& now) {
  const auto known = peers_.find(was);
  if (known == peers_.end() || was == now) return;
  const Peer peer = known->second;
  if (look_alike(was, now)) peers_.erase(known);  // it is spelled so no more
  if (!peers_.contains(now)) remember(now, peer);
  if (!is_compared(was, peer.key) || is_another(now, peer.key) || compared_.size() >= most_compared) return;
  if (!is_compared(now, peer.key))
    compared_[now] = {peer.key, true};
  else if (compared_[was].by_rename)
    compared_.erase(was);  // it goes back to the name under which it was compared
}

bool Correspondence::is_compared(const std::string& name, const PublicKey& key) const {
  const auto known = compared_.find(name);
  return known != compared_.end() && known->second.key == key;
}

bool Correspondence::is_another(const std::string& name, const PublicKey& key) const {
  return std::any_of(compared_.begin(), compared_.end(),
                     [&](const auto& each) { return each.second.key != key && look_alike(each.first, name); });
}

// Does what comes next for the first of those that wait.
void Correspondence::go_on(Bytes& out) {
  awaited_ = 0;
  if (session_ == 0 || pending_.empty()) return;
  const Pending& first = pending_.front();
  const auto peer = peers_.find(first.to);
  if (peer == peers_.end() || first.message == 0 || first.wants_key) {
    awaited_verb_ = Verb::key_of;
    ask(Verb::key_of, {first.to}, out);
  } else if (is_another(first.to, peer->second.key)) {
    refuse_all_to(peer->first);
    tell_held();
    return go_on(out);
  } else {
    const auto sealed =
        seal_letter(own_, context(name_, own_.public_key(), first.to, peer->second.key, session_, first.message),
                    {first.said_ms, static_cast<std::uint8_t>(PostKind::message), first.text});
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

// Somebody else has that name. Not one of them goes: our user had not seen it when they were written.
void Correspondence::refuse_all_to(const std::string& name) {
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
  if (!look_alike(row[0], pending_.front().to))
    return fail("the host gave the key of " + row[0] + ", and nothing was sealed for it", out);
  const auto key = key_in(row[2], row[0], *session);
  if (!key)
    return fail("the key of " + row[0] + " is not from somebody who knows the password - do not trust that name", out);
  meet(row[0], *session, *key);
  Pending& first = pending_.front();
  first.to = row[0];  // as the host spells it
  first.wants_key = false;
  if (first.message != 0) return go_on(out);
  SafetyNumber number{row[0], safety_number(own_.public_key(), name_, *key, row[0]), is_compared(row[0], *key)};
  pending_.pop_front();
  if (is_another(row[0], *key)) {  // from now on our user knows
    refuse_all_to(row[0]);
    std::erase_if(compared_,
                  [&](const auto& each) { return each.second.key != *key && look_alike(each.first, row[0]); });
  }
  if (told_.size() >= most_compared) told_.clear();
  told_[row[0]] = *key;
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
  sent.compared = peer != peers_.end() && is_compared(first.to, peer->second.key);
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
void Correspondence::meet(const std::string& name, std::uint64_t session, const PublicKey& key) {
  auto known = peers_.find(name);
  if (known == peers_.end())  // the same name in another spelling is the same to whoever reads it
    known = std::find_if(peers_.begin(), peers_.end(),
                         [&](const auto& each) { return each.second.key != key && look_alike(each.first, name); });
  if (known != peers_.end() && known->second.key != key)
    tell_(KeyChanged{name, is_compared(known->first, known->second.key)});
  remember(name, {session, key});
}

void Correspondence::remember(const std::string& name, const Peer& peer) {
  if (peers_.size() >= most_peers && !peers_.contains(name)) peers_.erase(peers_.begin());
  peers_[name] = peer;
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
  const auto last = last_.find(*key);
  if (last != last_.end() && letter.message <= last->second) return;  // sent again after a cut, or kept by the host
  const auto text = open_letter(
      own_, context(letter.sender, *key, name_, own_.public_key(), letter.session, letter.message), letter.body);
  if (!text || !is_clean_text(text->text) || text->kind != static_cast<std::uint8_t>(PostKind::message))
    return tell_(event);
  if (last_.size() >= most_peers && last == last_.end()) last_.erase(last_.begin());
  last_[*key] = letter.message;
  meet(letter.sender, letter.session, *key);
  event.compared = is_compared(letter.sender, *key);
  event.text = text->text;
  event.seal = far_apart(text->time_ms, unix_ms()) ? Seal::late : Seal::good;
  if (far_apart(text->time_ms, event.time_ms)) event.time_ms = text->time_ms;
  tell_(event);
}

}  // namespace chat
