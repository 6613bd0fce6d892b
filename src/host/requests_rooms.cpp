#include <algorithm>

#include "host/password_proof.hpp"
#include "host/requests.hpp"

namespace chat {

namespace {

constexpr const char* no_number = "a number has 8 octets";
constexpr const char* too_fast = "too many rooms in a short time - wait a little";
constexpr const char* made_too_many =
    "too many new rooms from your address - use one that there is, or try again later";
constexpr const char* needs_tls =
    "a room with a password needs a host with TLS - ask whoever runs it for --secure, or --tls";

Answer::Row row_of(const Room& room, Seq next, std::size_t members) {
  return {room.name(), number_field(next), number_field(members), room.topic()};
}

// In: where the client is served from, and what it is told.
Answer inside(Asker asker, const Rooms::Entry& entry, Seq after, Seq backlog) {
  const Seq next = first_served(*entry.room, after, std::min<Seq>(backlog, asker.session->terms().max_backlog));
  asker.session->go_into(entry.room, next);
  if (entry.fresh) asker.host.rooms.announce(*entry.room, asker.session->id(), asker.session->name());
  return done({}, {row_of(*entry.room, next, entry.members)});
}

// Whether the room is there, or may come to be.
bool may_be_there(Asker asker, const Bytes& typed) {
  const auto name = check_room(typed);
  return !name || asker.host.rooms.exists(*name) ||
         asker.host.gate.may_make_room(asker.session->address(), Clock::now());
}

}  // namespace

Answer enter_room(Asker asker, const Arguments& args) {
  const auto after = number_of(args[1]);
  const auto backlog = number_of(args[2]);
  if (!after || !backlog) return refusal(Result::bad_value, no_number);
  if (!asker.session->may_enter()) return refusal(Result::too_many, too_fast);
  if (args.size() > 3 && number_of(args[3]) == only_if_locked) {
    const auto name = check_room(args[0]);
    if (!name) return refusal(Result::bad_value, name.error);
    if (!asker.host.rooms.lock_of(*name))
      return refusal(Result::no_such,
                     "there is no room with a password of this name - /rooms lists those that there are");
  }
  if (!may_be_there(asker, args[0])) return refusal(Result::too_many, made_too_many);
  const Rooms::Entry entry = asker.host.rooms.enter(args[0], asker.session->visitor());
  if (entry.result == Result::ok) return inside(asker, entry, *after, *backlog);
  Answer answer = refusal(entry.result, entry.why);
  if (entry.result != Result::proof_wanted) return answer;
  if (!asker.host.encrypted()) return refusal(Result::not_here, needs_tls);
  const Verifier& lock = *entry.lock;
  answer.rows.push_back({Bytes(lock.id.begin(), lock.id.end()), lock.kdf.salt, number_field(lock.kdf.n),
                         number_field(lock.kdf.r), number_field(lock.kdf.p)});
  return answer;
}

Answer leave_room(Asker asker, const Arguments& args) {
  const auto name = check_room(args[0]);
  if (!name) return refusal(Result::bad_value, name.error);
  if (*name == lobby) return refusal(Result::not_allowed, "everybody is in #lobby - /quit leaves the host");
  asker.session->out_of(*name);
  if (asker.host.rooms.leave(*name, asker.session->visitor(), asker.session->name(), Goodbye::left)) return done();
  return refusal(Result::no_such, "you are not in #" + *name);
}

// A sealed topic tells by its key_id which password is meant: whoever is not in its room could try passwords on it.
Answer list_rooms(Asker asker, const Arguments&) {
  Answer answer = done();
  const auto hidden = hidden_from(asker);
  const std::size_t here = asker.host.roster.size();
  answer.rows.push_back({std::string(lobby), number_field(here - std::min(here, hidden.size())), number_field(0),
                         asker.host.lobby.topic()});
  for (Rooms::Seen& seen : asker.host.rooms.list(hidden)) {
    if (seen.locked && asker.session && !asker.session->is_in(seen.name)) seen.topic.clear();
    answer.rows.push_back(
        {seen.name, number_field(seen.members), number_field(seen.locked ? 1 : 0), std::move(seen.topic)});
  }
  return answer;
}

Answer lock_room(Asker asker, const Arguments& args) {
  if (!asker.host.encrypted()) return refusal(Result::not_here, needs_tls);
  if (!asker.session->may_enter()) return refusal(Result::too_many, too_fast);
  auto verifier = parse_verifier(args[1]);
  if (!verifier) return refusal(Result::bad_value, verifier.error);
  if (!may_be_there(asker, args[0])) return refusal(Result::too_many, made_too_many);
  const Rooms::Entry entry = asker.host.rooms.lock(args[0], asker.session->visitor(), std::move(*verifier.value));
  if (entry.result == Result::ok) return inside(asker, entry, 0, 0);
  return refusal(entry.result, entry.why);
}

Answer share_for_room(Asker asker, const Arguments& args) {
  if (!asker.host.encrypted()) return refusal(Result::not_here, needs_tls);
  const auto name = check_room(args[0]);
  const auto lock = name ? asker.host.rooms.lock_of(*name) : nullptr;
  if (!lock)
    return refusal(Result::no_such,
                   "there is no room with a password of this name - /rooms lists those that there are");
  asker.session->proof().reset();  // an earlier one, never finished: a guess that has failed
  auto proof = std::make_unique<PasswordProof>(asker.host, *asker.session, "room inside", *name, lock);
  Answer answer = proof->respond(args[1], *asker.session);
  if (answer.result == Result::ok) asker.session->proof() = std::move(proof);
  return answer;
}

Answer confirm_for_room(Asker asker, const Arguments& args) {
  const auto after = number_of(args[2]);
  const auto backlog = number_of(args[3]);
  if (!after || !backlog) return refusal(Result::bad_value, no_number);
  const auto proof = std::move(asker.session->proof());
  const auto name = check_room(args[0]);
  if (!proof || !name || proof->subject() != *name)
    return refusal(Result::bad_value, "no log-in to that room is under way");
  if (!proof->confirm(args[1]))
    return refusal(Result::wrong_password, "wrong password for #" + *name + " - ask somebody who is there for it");
  const Rooms::Entry entry = asker.host.rooms.enter(*name, asker.session->visitor(), proof->verifier().get());
  if (entry.result == Result::ok) return inside(asker, entry, *after, *backlog);
  return refusal(entry.result, entry.why);
}

}  // namespace chat
