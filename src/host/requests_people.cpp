#include <algorithm>

#include "host/requests.hpp"
#include "net/socket.hpp"

namespace chat {

namespace {

constexpr std::size_t most_key_bytes = 512;                                        // a public key, sealed
constexpr std::chrono::duration<std::uint64_t, std::milli> announced_after(2000);  // its owner has come

std::uint64_t idle_ms(const Person& person) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - person.spoke).count());
}

// Whether this one may know that the other is here.
bool visible(Asker asker, const Person& person) { return !asker.session || person.visible_to(asker.session->id()); }

Answer nobody(std::string_view name) {
  return refusal(Result::no_such, "there is no " + printable(name) + " here - /who lists who is");
}

Answer away(const Person& person) {
  return refusal(Result::failed, printable(person.name) + " has lost the connection - try again in a moment");
}

std::optional<Person> find_person(Asker asker, const Bytes& typed) {
  const auto name = check_name(typed);
  if (!name) return std::nullopt;
  auto person = asker.host.roster.find(*name);
  if (person && !visible(asker, *person)) return std::nullopt;
  return person;
}

Answer::Row row_of(const Person& person) {
  return {person.name, number_field(static_cast<std::uint64_t>(person.status)), person.status_text,
          number_field(idle_ms(person))};
}

}  // namespace

Answer who_is_here(Asker asker, const Arguments& args) {
  const auto room = check_room(args.empty() ? lobby : std::string_view(args[0]));
  if (!room) return refusal(Result::bad_value, room.error);
  std::vector<Person> people;
  std::size_t all = 0;
  if (*room == lobby) {
    Roster::People here = asker.host.roster.people(limits::members_listed,
                                                   asker.session ? std::optional(asker.session->id()) : std::nullopt);
    people = std::move(here.listed);
    all = here.all;
  } else {
    // Who is in a room with a password is for those in it.
    auto sessions = asker.host.rooms.members(*room);
    const auto hidden = hidden_from(asker);
    std::erase_if(sessions, [&](std::uint64_t each) { return hidden.contains(each); });
    const bool locked = asker.host.rooms.lock_of(*room) != nullptr;
    const bool may_know = !asker.session || asker.session->is_in(*room) || (!locked && !sessions.empty());
    if (!may_know && locked)
      return refusal(Result::no_such, "#" + *room + " has a password - /join " + *room + " enters it");
    if (!may_know)
      return refusal(Result::no_such, "nobody is in a room #" + *room +
                                          " - /rooms lists those that there are; /whois " + *room +
                                          " tells about a person");
    all = sessions.size();
    for (const auto session : sessions)
      if (auto person = asker.host.roster.person(session); person && people.size() < limits::members_listed)
        people.push_back(std::move(*person));
    std::sort(people.begin(), people.end(),
              [](const Person& one, const Person& other) { return one.name < other.name; });
  }
  Answer answer = done();
  answer.left_out = static_cast<std::uint32_t>(all - people.size());
  for (const Person& person : people)
    if (visible(asker, person)) answer.rows.push_back(row_of(person));
  return answer;
}

// Name, status, its text, idle (ms), here since (ms), and for the console the address.
Answer who_is(Asker asker, const Arguments& args) {
  const auto person = find_person(asker, args[0]);
  if (!person) return nobody(args[0]);
  Answer::Row row = row_of(*person);
  row.push_back(number_field(person->since_ms));
  if (asker.is_operator()) row.push_back(person->address);
  if (!person->account.empty() || person->is_operator())
    row.push_back(person->is_operator() ? person->account.empty() ? "operator" : "operator, with an account"
                                        : "with an account");
  return done({}, {std::move(row)});
}

Answer take_nick(Asker asker, const Arguments& args) {
  const auto name = check_name(args[0]);
  if (!name) return refusal(Result::bad_value, name.error);
  Session& session = *asker.session;
  if (*name == session.name()) return done({}, {{*name}});
  const auto self = asker.host.roster.person(session.id());
  const bool ordered = self && self->wanted_name == *name;
  const auto mute = asker.host.moderation.find(Moderation::List::muted, session.name(), session.id());
  if (mute && !ordered) return refusal(Result::not_allowed, mute_text(*mute));
  if (self && !self->account.empty())
    return refusal(Result::not_allowed,
                   self->account + (asker.host.accounts.policy() == Accounts::Policy::required
                                        ? " is your account's name, and everybody here has that of an account"
                                        : " is your account's name - /logout first"));
  if (asker.host.accounts.find(*name))
    return refusal(Result::taken, *name + " is an account's name - /login " + *name + " if it is yours");
  if (asker.host.moderation.judge(*name, session.address(), false))
    return refusal(Result::not_allowed, *name + " is banned here - take another one, or ask an operator");
  // With a password the key was sealed under the old name.
  if (!asker.host.roster.rename(session.id(), session.delivery(), *name, asker.host.keys != nullptr))
    return refusal(Result::taken, "somebody has the name " + *name + ", or one that looks like it - take another one");
  if (mute) asker.host.moderation.follow(Moderation::List::muted, mute->whom, session.id());
  for (const auto& room : session.rooms()) {
    asker.host.ledger.submit(*room, session.id(), session.name(), PostKind::rename, *name, 0);
    asker.host.ledger.deliver(*room);
  }
  session.be(*name);
  return done({}, {{*name}});
}

Answer set_status(Asker asker, const Arguments& args) {
  const auto status = number_of(args[0]);
  if (!status || *status > static_cast<std::uint64_t>(Status::invisible))
    return refusal(Result::bad_value, "there is no such status");
  if (args[1].size() > limits::status_bytes || !is_clean_text(args[1]) || args[1].find('\n') != Bytes::npos)
    return refusal(Result::bad_value,
                   "a status is one line of at most " + std::to_string(limits::status_bytes) + " bytes");
  asker.host.roster.set_status(asker.session->id(), static_cast<Status>(*status), args[1]);
  return done();
}

Answer announce_key(Asker asker, const Arguments& args) {
  if (args[0].empty() || args[0].size() > most_key_bytes) return refusal(Result::bad_value, "that is no key");
  asker.host.roster.set_key(asker.session->id(), args[0]);
  return done();
}

// Name, session, the key as it was announced.
Answer key_of(Asker asker, const Arguments& args) {
  auto person = find_person(asker, args[0]);
  // Who has only just come, or has taken this name, is about to announce it.
  while (person && person->key.empty() && Clock::now() < person->keyless_since + announced_after) {
    asker.session->wait_in_request(50ms);
    person = find_person(asker, args[0]);
  }
  if (!person) return nobody(args[0]);
  if (person->key.empty())
    return refusal(Result::not_here, printable(person->name) + " takes no private messages - say it in a room");
  return done({}, {{person->name, number_field(person->session), person->key}});
}

// Arguments: the recipient's name and session, the message id, the sealed body.
Answer carry_letter(Asker asker, const Arguments& args) {
  const auto wanted = number_of(args[1]);
  const auto message = number_of(args[2]);
  if (!wanted || !message || *message == 0) return refusal(Result::bad_value, "a number has 8 octets");
  if (args[3].empty() || args[3].size() > limits::message_bytes + limits::sealed_overhead)
    return refusal(Result::bad_value, "a private message is too large, or empty");
  auto person = find_person(asker, args[0]);
  // Somebody else may have the name by now: the sender has to seal for that one's key.
  if (!person || person->session != *wanted || person->name != args[0]) return nobody(args[0]);
  if (person->held) return away(*person);
  if (const auto rule = asker.host.moderation.find(Moderation::List::muted, asker.session->name(), asker.session->id()))
    return refusal(Result::not_allowed, mute_text(*rule));
  const auto self = asker.host.roster.person(asker.session->id());
  Letter letter;
  letter.sender = asker.session->name();
  letter.session = asker.session->id();
  letter.message = *message;
  letter.time_ms = unix_ms();
  letter.key = self ? self->key : Bytes();
  letter.body = args[3];
  asker.host.roster.spoke(letter.session);
  const std::string packet = letter.encode();
  Delivery::Carried carried = person->delivery->carry(packet);
  while (carried == Delivery::Carried::moved) {
    const auto before = person->delivery;
    person = asker.host.roster.person(*wanted);
    if (!person || person->name != args[0]) return nobody(args[0]);
    if (person->delivery == before) return away(*person);  // its new connection came to nothing
    carried = person->delivery->carry(packet);
  }
  if (carried == Delivery::Carried::full)
    return refusal(Result::too_many, printable(person->name) + " has not read what was sent before - try again later");
  asker.host.courier_of(person->session).nudge(person->delivery);
  return done({}, {{number_field(letter.time_ms), number_field(static_cast<std::uint64_t>(person->status)),
                    person->status_text}});
}

}  // namespace chat
