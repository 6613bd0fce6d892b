#include "host/session.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "host/password_proof.hpp"
#include "host/requests.hpp"

namespace chat {

namespace {

// Whether the peer can still read why it is shown out, and does not know it anyway.
bool worth_saying(Goodbye why) {
  const bool known = why == Goodbye::kicked || why == Goodbye::banned;  // the operator's command has told it
  return why != Goodbye::left && why != Goodbye::connection_lost && !known;
}

}  // namespace

void drain_input(Link& link, Clock::time_point until) {
  std::size_t left = 32 * 1024;
  std::array<char, 2048> bytes;
  while (left > 0) {
    const IoResult got = link.read(bytes);
    if (got.state == IoResult::State::ok) {
      left -= std::min(left, got.bytes);
    } else if (got.state == IoResult::State::would_block && Clock::now() < until) {
      link.wait(Want::input, until);
    } else {
      return;
    }
  }
}

Seq first_served(const Room& room, Seq after, Seq backlog) {
  const Seq last = room.log().last();
  if (after > 0) return std::min(after, last) + 1;
  const Seq first = last - std::min(last, backlog) + 1;
  const Room::Hole& hole = room.hole();
  if (first > hole.last) return first;
  // The others are from before it.
  return hole.first <= 1 ? hole.last + 1 : hole.first - std::min(hole.first - 1, hole.last + 1 - first);
}

Session::Session(Services& host, Entry entry)
    : host_(host),
      entry_(std::move(entry)),
      terms_(host.terms.get()),
      courier_(host.courier_of(entry_.sender->session())),
      pacer_(limits::rate_burst, terms_->rate) {}

Session::~Session() = default;

void Session::run() {
  courier_.follow(entry_.delivery, host_.lobby, entry_.next);
  if (!entry_.replaces) host_.announcer.joined(entry_.sender->session(), entry_.name);
  part(talk());
}

Goodbye Session::talk() {
  try {
    Frame frame;
    auto now = Clock::now();
    while (true) {
      if (const auto why = entry_.delivery->ended()) return *why;
      const auto heard = entry_.frames->heard();
      if (now >= heard + limits::gone_after) return Goodbye::silent;
      const bool pinged = pinged_for_ == heard;
      if (!pinged && now >= heard + limits::ping_after) {
        pinged_for_ = heard;
        entry_.delivery->post(
            Ping{static_cast<std::uint64_t>(now.time_since_epoch().count())}.encode(PacketType::ping));
        courier_.nudge(entry_.delivery);
        continue;
      }
      auto until = heard + (pinged ? limits::gone_after : limits::ping_after);
      if (terms_->timeout > 0s) {
        if (now >= said_ + terms_->timeout) return Goodbye::idle;
        until = std::min(until, said_ + terms_->timeout);
      }
      if (proof_ && now >= proof_->until()) proof_.reset();
      if (proof_) until = std::min(until, proof_->until());
      const bool heard_one = entry_.frames->next(frame, until) == FrameStream::Outcome::frame;
      if (heard_one) handle(frame);
      now = Clock::now();
      if (!heard_one) continue;
      const auto wait = pacer_.count(now);
      if (wait > 0s || !entry_.frames->ready()) deliver();
      if (wait > 0s) {
        pause(wait);
        now = Clock::now();
      }
    }
  } catch (const PeerFault& fault) {
    return entry_.delivery->ended().value_or(fault.why);
  } catch (const std::bad_alloc&) {
    return Goodbye::busy;  // this one is let go, so that the others stay
  }
}

void Session::handle(const Frame& frame) {
  switch (static_cast<PacketType>(frame.type)) {
    case PacketType::say: {
      Say say = Say::decode(frame.body);
      const auto in = rooms_.find(say.room);
      require(in != rooms_.end() || say.room == host_.lobby.name(), Goodbye::out_of_state);
      Room& room = in == rooms_.end() ? host_.lobby : *in->second;
      const bool sealed = host_.keys || room.locked();
      say.check(sealed);
      said_ = Clock::now();
      if (!host_.moderation.nobody_is_muted() && refuse_muted(say.message)) return;
      host_.ledger.submit(room, speaker(), entry_.name, say.message,
                          sealed && say.kind == PostKind::message ? PostKind::sealed : say.kind, std::move(say.body));
      if (std::find(undelivered_.begin(), undelivered_.end(), &room) == undelivered_.end())
        undelivered_.push_back(&room);
      return;
    }
    case PacketType::history: {
      History history = History::decode(frame.body);
      if (!host_.archive) return;
      require(history.room == host_.lobby.name() || is_in(history.room), Goodbye::out_of_state);
      require(entry_.delivery->ask_history(), Goodbye::out_of_state);
      deliver();
      pause(history_pacer_.count(Clock::now()));
      host_.archive->history(courier_, entry_.delivery, std::move(history));
      return;
    }
    case PacketType::request: return answer(Request::decode(frame.body));
    case PacketType::ping:
      entry_.delivery->post(Ping::decode(frame.body).encode(PacketType::pong));
      courier_.nudge(entry_.delivery);
      return;
    case PacketType::pong:
      if (entry_.delivery->ponged(Ping::decode(frame.body).token)) pacer_.refund();  // others have made it say so
      return;
    case PacketType::goodbye:
      throw PeerFault{Farewell::decode(frame.body).why == Goodbye::left ? Goodbye::left : Goodbye::malformed};
    case PacketType::greet:
    case PacketType::hello:
    case PacketType::join:
    case PacketType::welcome:
    case PacketType::post:
    case PacketType::gap:
    case PacketType::share:
    case PacketType::proof:
    case PacketType::confirm:
    case PacketType::answer:
    case PacketType::letter:
    case PacketType::refused:
    case PacketType::account:
    case PacketType::name_wanted:
    case PacketType::not_stored:
    case PacketType::past: throw PeerFault{Goodbye::out_of_state};
  }
  require(frame.type >= first_optional_type, Goodbye::unknown_type);
}

bool Session::refuse_muted(std::uint64_t message) {
  const auto rule = host_.moderation.find(Moderation::List::muted, entry_.name, id());
  if (!rule) return false;
  host_.ledger.skip(speaker(), message);
  entry_.delivery->post(Refused{message, mute_text(*rule)}.encode());
  courier_.nudge(entry_.delivery);
  return true;
}

void Session::deliver() {
  if (undelivered_.empty()) return;
  host_.roster.spoke(id());
  for (Room* room : undelivered_) host_.ledger.deliver(*room);
  undelivered_.clear();
}

void Session::answer(const Request& request) {
  deliver();  // what was said before it: the answer may take its time
  pause(request_pacer_.count(Clock::now()));
  Answer answer = carry_out(request, {host_, this});
  answer.id = request.id;
  courier_.mail(entry_.delivery, answer.encode());
  for (auto& [room, next] : std::exchange(to_be_served_, {})) courier_.follow(entry_.delivery, *room, next);
}

std::vector<std::shared_ptr<Room>> Session::rooms() const {
  std::vector<std::shared_ptr<Room>> all{host_.lobby.shared_from_this()};
  for (const auto& [name, room] : rooms_) all.push_back(room);
  return all;
}

void Session::go_into(std::shared_ptr<Room> room, Seq next) {
  if (!rooms_.emplace(room->name(), room).second) return;
  to_be_served_.emplace_back(std::move(room), next);
}

void Session::out_of(const std::string& name) {
  host_.ledger.skip(speaker(), name);
  const auto in = rooms_.find(name);
  if (in == rooms_.end()) return;
  deliver();
  courier_.unfollow(entry_.delivery, *in->second);
  rooms_.erase(in);
}

// Too fast a sender waits here: TCP pushes back, and nothing is dropped.
void Session::pause(Clock::duration wait) {
  gone_within(wait);
  entry_.frames->pause_deadline();
}

void Session::wait_in_request(Clock::duration wait) { require(!gone_within(wait), Goodbye::connection_lost); }

bool Session::gone_within(Clock::duration wait) {
  const auto until = Clock::now() + wait;
  bool gone = false;
  while (!gone && Clock::now() < until && !entry_.delivery->ended())
    gone = entry_.link->wait(Want::hangup, until).input;
  if (const auto why = entry_.delivery->ended()) throw PeerFault{*why};
  return gone;
}

void Session::part(Goodbye why) {
  deliver();  // what came in one piece with the end; in a crowd no line about the leave would wake anybody
  host_.journal.goodbye(why, entry_.ticket->from().text(), entry_.name);
  if (why == Goodbye::host_stopping) return;  // the server says it, when all sessions have come to rest
  proof_.reset();
  // A cut is nobody's wish: who comes back soon has not been away. Else the housekeeper says that it left.
  const bool cut = why == Goodbye::connection_lost || why == Goodbye::silent || why == Goodbye::stalled;
  const bool held =
      cut && terms_->grace > 0s && host_.roster.hold(id(), *entry_.delivery, why, Clock::now() + terms_->grace);
  if (!held && host_.roster.leave(id(), *entry_.delivery))
    host_.say_left(visitor(), entry_.name, why);
  else if (!host_.roster.person(id()))  // who took its place has gone, and this may have entered a room since
    host_.rooms.leave_all(visitor(), entry_.name, why);
  if (worth_saying(why)) entry_.delivery->post(Farewell{why, {}}.encode());
  entry_.delivery->wait_for_farewell();
  courier_.finish(entry_.delivery);
  if (worth_saying(why)) drain_input(*entry_.link, Clock::now() + 500ms);
}

}  // namespace chat
