#include "client/residence.hpp"

#include <algorithm>
#include <utility>

namespace chat {

namespace {

// What a room's password is for, in SPAKE2+: not what the host's own is for, though it may be the same word.
constexpr std::string_view purpose = "room inside";

template <class Array>
Array octets_of(const Bytes& field) {
  Array array{};
  if (field.size() != array.size()) throw HostFault{"an answer about a room has fields of a wrong size"};
  std::copy(field.begin(), field.end(), array.begin());
  return array;
}

std::uint32_t number_in(const Bytes& field) {
  const auto number = number_of(field);
  if (!number || *number > UINT32_MAX) throw HostFault{"an answer about a room has a number that is none"};
  return static_cast<std::uint32_t>(*number);
}

const Answer::Row& row_of(const Answer& answer, std::size_t fields) {
  if (answer.rows.size() != 1 || answer.rows[0].size() < fields)
    throw HostFault{"an answer about a room lacks what it is about"};
  return answer.rows[0];
}

// What is made of a password is for nobody on the network to guess with: not sent before the host has refused it
// either.
constexpr const char* needs_tls =
    "a room with a password needs a host with TLS - ask whoever runs it for --secure, or --tls";

template <class Array>
Bytes text_of(const Array& array) {
  return {array.begin(), array.end()};
}

}  // namespace

void Residence::ask(Attempt attempt, Verb verb, std::vector<Bytes> args, Bytes& out) {
  if (++last_id_ >= end_id) last_id_ = first_id;
  if (attempt.leaves()) ++leaving_;
  out += Request{last_id_, verb, std::move(args)}.encode();
  attempts_.insert_or_assign(last_id_, std::move(attempt));
}

void Residence::ask_enter(Attempt attempt, Bytes& out) {
  attempt.step = Attempt::Step::enter;
  const bool locked = attempt.password || attempt.membership;
  std::vector<Bytes> args{attempt.room, number_field(reading_.last_shown(attempt.room)),
                          number_field(reading_.backlog(attempt.room, backlog_)),
                          number_field(locked ? only_if_locked : 0)};
  ask(std::move(attempt), Verb::enter, std::move(args), out);
}

bool Residence::proving() const {
  return std::any_of(attempts_.begin(), attempts_.end(), [](const auto& each) { return each.second.proves(); });
}

void Residence::resume(const Hello& hello, const ChannelBinding& binding, Bytes& out) {
  hello_ = hello;
  binding_ = binding;
  std::vector<Attempt> unfinished;
  for (auto& [id, attempt] : std::exchange(attempts_, {})) unfinished.push_back(std::move(attempt));
  for (ToProve& each : std::exchange(to_prove_, {})) unfinished.push_back(std::move(each.attempt));
  returning_ = leaving_ = 0;
  for (const auto& place : rooms_) {
    const auto is_left = [&](const Attempt& each) {
      return each.step == Attempt::Step::leave && each.room == place.first;
    };
    if (std::any_of(unfinished.begin(), unfinished.end(), is_left)) continue;
    Attempt attempt;
    attempt.room = place.first;
    attempt.again = true;
    attempt.membership = place.second.membership;
    ++returning_;
    ask_enter(std::move(attempt), out);
  }
  for (Attempt& attempt : unfinished) {
    if (attempt.leaves()) {
      std::vector<Bytes> args{attempt.room};
      ask(std::move(attempt), Verb::leave, std::move(args), out);
      continue;
    }
    if (attempt.again) continue;
    if (attempt.step == Attempt::Step::confirm || attempt.step == Attempt::Step::lock) step_out(attempt.room, out);
    attempt.membership.reset();
    attempt.prover.reset();
    attempt.taken.clear();
    ask_enter(std::move(attempt), out);
  }
}

void Residence::enter(EnterWish wish, Bytes& out) {
  Attempt attempt;
  attempt.room = std::move(wish.room);
  attempt.password = std::move(wish.password);
  ask_enter(std::move(attempt), out);
}

void Residence::leave(const std::string& room, Bytes& out) {
  Attempt attempt;
  attempt.step = Attempt::Step::leave;
  attempt.room = room;
  ask(std::move(attempt), Verb::leave, {room}, out);
}

bool Residence::answered(const Answer& answer, Bytes& out) {
  const auto found = attempts_.find(answer.id);
  if (found == attempts_.end()) return answer.id >= first_id && answer.id < end_id;  // of an earlier connection
  Attempt attempt = std::move(found->second);
  attempts_.erase(found);
  if (attempt.leaves()) --leaving_;
  go_on(std::move(attempt), answer, out);
  while (!to_prove_.empty() && !proving()) {
    ToProve next = std::move(to_prove_.front());
    to_prove_.pop_front();
    prove(std::move(next.attempt), next.wanted, out);
  }
  return true;
}

void Residence::go_on(Attempt attempt, const Answer& answer, Bytes& out) {
  using Step = Attempt::Step;
  if (attempt.step == Step::give_up) return;
  if (attempt.step == Step::leave) {
    if (rooms_.erase(attempt.room) == 0 && answer.result != Result::ok)
      return tell_(RoomRefused{attempt.room, answer.result, answer.text, true});
    envelope_.leave(attempt.room);
    reading_.forget(attempt.room);
    return tell_(RoomLeft{attempt.room, {}, outbox_.give_up(attempt.room)});
  }
  if (answer.result == Result::ok) {
    if (attempt.step == Step::share) return confirm(std::move(attempt), answer, out);
    return entered(std::move(attempt), answer, out);
  }
  const bool to_be_made = attempt.step == Step::enter && answer.result == Result::no_such && attempt.password;
  if (answer.result == Result::proof_wanted && attempt.step == Step::enter) {
    to_prove_.push_back({std::move(attempt), answer});
  } else if (to_be_made && !attempt.taken.empty()) {
    std::string why = attempt.taken;
    refused(std::move(attempt), Result::taken, std::move(why), out);
  } else if (to_be_made) {
    make(std::move(attempt), out);
  } else if (attempt.step == Step::lock && answer.result == Result::taken) {
    // Perhaps somebody made it while we made its key: then it is to be entered with its password.
    attempt.taken = answer.text.empty() ? "there is such a room already" : answer.text;
    attempt.membership.reset();
    step_out(attempt.room, out);  // and if it was us, by a connection that was cut
    ask_enter(std::move(attempt), out);
  } else {
    refused(std::move(attempt), answer.result, answer.text, out);
  }
}

// There is no locked room of this name: we make it.
void Residence::make(Attempt attempt, Bytes& out) {
  if (hello_.mode == Mode::plain) return refused(std::move(attempt), Result::not_here, needs_tls, out);
  tell_(CheckingPassword{});
  attempt.membership = std::make_shared<const Membership>(
      *attempt.password, random_verifier_id(), small_kdf_ ? small_kdf_parameters() : normal_kdf_parameters());
  attempt.step = Attempt::Step::lock;
  std::vector<Bytes> args{attempt.room, Bytes(format_verifier(attempt.membership->verifier()).view())};
  ask(std::move(attempt), Verb::lock, std::move(args), out);
}

void Residence::prove(Attempt attempt, const Answer& answer, Bytes& out) {
  if (hello_.mode == Mode::plain) return refused(std::move(attempt), Result::not_here, needs_tls, out);
  const Answer::Row& row = row_of(answer, 5);
  const auto id = octets_of<VerifierId>(row[0]);
  const KdfParameters kdf{number_in(row[2]), number_in(row[3]), number_in(row[4]), row[1]};
  if (!attempt.membership || !attempt.membership->is_for(id, kdf)) {
    if (!attempt.password) {
      const bool changed = attempt.membership != nullptr;
      return refused(std::move(attempt), Result::proof_wanted, changed ? "it has another password now" : answer.text,
                     out);
    }
    tell_(CheckingPassword{});
    attempt.membership = std::make_shared<const Membership>(*attempt.password, id, kdf);
  }
  attempt.prover = attempt.membership->prover(hello_, binding_, purpose);
  attempt.step = Attempt::Step::share;
  std::vector<Bytes> args{attempt.room, text_of(attempt.prover->share())};
  ask(std::move(attempt), Verb::share, std::move(args), out);
}

// The host shows first that it has this password's verifier; else nothing more is told to it.
void Residence::confirm(Attempt attempt, const Answer& answer, Bytes& out) {
  const Answer::Row& row = row_of(answer, 2);
  const auto proof = attempt.prover->confirm(octets_of<PointOctets>(row[0]), octets_of<Confirmation>(row[1]));
  if (!proof) {
    const std::string why = "wrong password for #" + attempt.room + " - ask somebody who is there for it";
    return refused(std::move(attempt), Result::wrong_password, why, out);
  }
  attempt.step = Attempt::Step::confirm;
  std::vector<Bytes> args{attempt.room, text_of(*proof), number_field(reading_.last_shown(attempt.room)),
                          number_field(reading_.backlog(attempt.room, backlog_))};
  ask(std::move(attempt), Verb::confirm, std::move(args), out);
}

void Residence::entered(Attempt attempt, const Answer& answer, Bytes& out) {
  const Answer::Row& row = row_of(answer, 4);
  const auto name = check_room(row[0]);
  if (!name || *name != row[0]) throw HostFault{"it let us into a room with a name that is none"};
  const auto asked = check_room(attempt.room);
  if (!asked || *asked != *name) throw HostFault{"it let us into another room than we asked for"};
  // Let in without a proof: we were never out of it as the host sees it. But a room that never asks has no password.
  const bool proven = attempt.step == Attempt::Step::confirm || attempt.step == Attempt::Step::lock;
  if (attempt.password && !proven && !rooms_.contains(*name)) {
    leave(*name, out);
    return refused(std::move(attempt), Result::bad_value, "the host wants no password for #" + *name, out);
  }
  if (attempt.again) --returning_;
  auto& inside = rooms_[*name];
  if (attempt.membership) inside.membership = attempt.membership;
  envelope_.use_in(*name, inside.membership);
  RoomEntered event{*name, attempt.again, inside.membership != nullptr, number_in(row[2]), std::nullopt};
  event.made = attempt.step == Attempt::Step::lock;
  if (!row[3].empty()) event.topic = opened_topic(row[3], *name, envelope_);
  tell_(event);
}

void Residence::refused(Attempt attempt, Result result, std::string text, Bytes& out) {
  if (!attempt.again) return tell_(RoomRefused{attempt.room, result, std::move(text)});
  --returning_;
  if (result == Result::no_such) text = "the host has lost it - /join " + attempt.room + " --password makes it again";
  rooms_.erase(attempt.room);
  envelope_.leave(attempt.room);
  reading_.forget(attempt.room);
  tell_(RoomLeft{attempt.room, text.empty() ? "the host does not let us in any more" : std::move(text),
                 outbox_.give_up(attempt.room)});
  give_up(attempt.room, out);  // what it could not store there does not come again: the host need not wait for it
}

// The host may have let us in, and keep our place: but nobody has shown us yet that it is the room of that password.
void Residence::step_out(const std::string& typed, Bytes& out) {
  if (const auto name = check_room(typed); name && !rooms_.contains(*name)) give_up(*name, out);
}

void Residence::give_up(const std::string& room, Bytes& out) {
  Attempt attempt;
  attempt.step = Attempt::Step::give_up;
  attempt.room = room;
  ask(std::move(attempt), Verb::leave, {room}, out);
}

}  // namespace chat
