#include "client/conversation.hpp"

#include <algorithm>
#include <utility>

#include "client/naming.hpp"

namespace chat {

namespace {

constexpr std::size_t out_bytes = 64 * 1024;     // encoded ahead of the link
constexpr std::size_t most_out_bytes = 1 << 20;  // a host that only asks for pongs and reads none
constexpr int frames_in_a_row = 256;             // received before it is our turn to send
constexpr auto answer_after_gap = 10s;           // for an acknowledgement, before the host is asked anew
constexpr auto goodbye_time = 1s;                // for our goodbye to arrive

std::uint8_t number(PacketType type) { return static_cast<std::uint8_t>(type); }

// What our own parser said about the host's packets, once it is known to speak Clint.
Ended ended_by(Goodbye why) {
  switch (why) {
    case Goodbye::left:
    case Goodbye::connection_lost: return Ended::by(Goodbye::connection_lost);
    case Goodbye::silent:
    case Goodbye::stalled:
    case Goodbye::frame_deadline: return Ended::by(why);
    default: return Ended::because(End::misbehaves, "it " + std::string(goodbye_text(why)));
  }
}

void require_name(const std::string& name) {
  const auto checked = check_name(name);
  if (!checked || *checked != name) throw HostFault{"it gives us a name that is none"};
}

Conversation::AskedFor asked_for(const Request& request) {
  const bool names = request.verb == Verb::nick && !request.args.empty();
  return {request.verb, names ? check_name(request.args[0]).value.value_or("") : std::string()};
}

}  // namespace

Conversation::Conversation(Connection connection, Control& control, Outbox& outbox, Reading& reading,
                           Envelope& envelope, Residence& residence, Correspondence& correspondence, Account& account,
                           bool small_kdf, Asked& asked, const Tell& tell)
    : connection_(std::move(connection)),
      control_(control),
      outbox_(outbox),
      reading_(reading),
      envelope_(envelope),
      residence_(residence),
      correspondence_(correspondence),
      account_(account),
      small_kdf_(small_kdf),
      asked_(asked),
      tell_(tell) {}

template <class Body>
auto Conversation::guarded(Body body) {
  try {
    return body();
  } catch (const PeerFault& fault) {
    throw ended_by(fault.why);
  } catch (HostFault& fault) {
    throw Ended::because(End::misbehaves, std::move(fault.what));
  }
}

Welcome Conversation::log_in(const Join& join, const Membership* membership, Clock::time_point until) {
  return guarded([&] {
    std::optional<Prover> prover;
    Bytes request = join.encode();
    if (membership) {
      prover = membership->prover(connection_.hello, connection_.binding, "room");
      request += Share{prover->share()}.encode();
    }
    try {
      write_all(*connection_.link, request, until);
    } catch (const PeerFault&) {
      // The host may have said goodbye and closed: what it said is still there to be read.
    }
    Secret session_id{std::string_view()};
    if (prover) session_id = prove(std::move(*prover), End::wrong_password, until);
    Welcome welcome = Welcome::decode(await_welcome(join.name, session_id, until).body);
    require_name(welcome.name);
    reading_.welcome(welcome);
    envelope_.connected();
    envelope_.be(welcome.name, welcome.session);
    name_ = welcome.name;
    session_ = welcome.session;
    outbox_.resume(welcome.last_message);
    return welcome;
  });
}

// The host shows first that it knows the password. If it does not, it learns nothing more from us, and we do not ask
// again: each further answer would be one more guess for whoever is there. Gives the run's session id.
Secret Conversation::prove(Prover prover, End if_wrong, Clock::time_point until) {
  const Proof proof = Proof::decode(await(PacketType::proof, until).body);
  const auto confirm = prover.confirm(proof.point, proof.confirm);
  if (!confirm) throw Ended::because(if_wrong);
  write_all(*connection_.link, Confirm{*confirm}.encode(), until);
  return prover.session_id();
}

// Before it the host may want to know whether the name we want is ours; session_id: of the log-in with its own
// password.
Frame Conversation::await_welcome(const std::string& name, const Secret& session_id, Clock::time_point until) {
  Frame frame = await(PacketType::welcome, until, PacketType::account);
  if (frame.type == number(PacketType::welcome)) return frame;
  const AccountWanted wanted = AccountWanted::decode(frame.body);
  if (wanted.name != name) throw HostFault{"it wants the password of an account that we did not name"};
  if (connection_.hello.mode == Mode::plain) throw HostFault{"it wants an account's password without encryption"};
  if (!account_.has_password() && !account_.try_new()) {
    try {
      write_all(*connection_.link, Farewell{Goodbye::left, {}}.encode(), until);
      connection_.link->close_write();
    } catch (const PeerFault&) {
      // It has gone already; the next connection will tell.
    }
    throw Ended::because(End::account_wanted, wanted.name);
  }
  Prover prover = account_.prover(wanted, connection_.hello, connection_.binding, session_id.view());
  write_all(*connection_.link, Share{prover.share()}.encode(), until);
  prove(std::move(prover), End::wrong_account, until);
  account_.settle(false);  // the present one is right
  return await(PacketType::welcome, until);
}

// The packet that has to come next in a log-in; or this other one.
Frame Conversation::await(PacketType type, Clock::time_point until, std::optional<PacketType> other) {
  Frame frame;
  while (true) {
    switch (connection_.frames->next(frame, until, &control_.stop())) {
      case FrameStream::Outcome::frame: break;
      case FrameStream::Outcome::woken: throw Ended::because(End::left);
      case FrameStream::Outcome::timeout:
        throw Ended::because(End::unreachable, "the host answers, but the log-in was not done in time");
    }
    if (frame.type == number(type) || (other && frame.type == number(*other))) return frame;
    if (frame.type == number(PacketType::goodbye) || frame.type == number(PacketType::ping) ||
        frame.type >= first_optional_type) {
      handle(frame);
      continue;
    }
    throw HostFault{"it sent something else than the log-in's next packet"};
  }
}

void Conversation::serve() {
  try {
    converse();
  } catch (const Ended&) {
    if (wish_) tell_(PastArrived{wish_->history.room, {}, true, wish_->search, true});
    throw;
  }
}

void Conversation::converse() {
  guarded([&] {
    residence_.resume(connection_.hello, connection_.binding, out_);
    correspondence_.resume(connection_.hello.host_id, name_, session_, out_);
    while (true) {
      control_.bell().clear();
      if (control_.leaving()) say_goodbye();
      const bool more = receive();
      fill();
      const bool waiting = !flush();
      keep_alive();
      if (more) continue;
      connection_.link->wait(waiting ? Want::both : Want::input, next_check(), &control_.bell());
    }
  });
  die("a session ended without a reason");
}

// True when there may be more to read at once.
bool Conversation::receive() {
  Frame frame;
  for (int i = 0; i < frames_in_a_row; ++i) {
    if (connection_.frames->next(frame, Clock::time_point::min()) != FrameStream::Outcome::frame) return false;
    const auto before = Clock::now();
    handle(frame);
    if (Clock::now() - before > 1s) connection_.frames->pause_deadline();  // our owner was slow, not the host
  }
  return true;
}

void Conversation::handle(const Frame& frame) {
  switch (static_cast<PacketType>(frame.type)) {
    case PacketType::post: return handle_post(Post::decode(frame.body));
    case PacketType::gap: return handle_gap(Gap::decode(frame.body));
    case PacketType::ping:
      out_ += Ping::decode(frame.body).encode(PacketType::pong);
      if (out_.size() > most_out_bytes) throw HostFault{"it sends pings and reads no answer"};
      return;
    case PacketType::not_stored: return handle_not_stored(NotStored::decode(frame.body));
    case PacketType::refused: return handle_refused(Refused::decode(frame.body));
    case PacketType::name_wanted: return tell_(NameAsked{NameWanted::decode(frame.body).name});
    case PacketType::answer: return handle_answer(Answer::decode(frame.body));
    case PacketType::letter: {
      Letter letter = Letter::decode(frame.body);
      letter.sender = shown_sender(std::move(letter.sender));
      return correspondence_.arrived(letter);
    }
    case PacketType::past: return handle_past(Past::decode(frame.body));
    case PacketType::pong: Ping::decode(frame.body); return;
    case PacketType::goodbye: {
      Farewell farewell = Farewell::decode(frame.body);
      throw Ended::by(farewell.why, std::move(farewell.text));
    }
    case PacketType::greet:
    case PacketType::hello:
    case PacketType::join:
    case PacketType::welcome:
    case PacketType::history:
    case PacketType::request:
    case PacketType::say:
    case PacketType::share:
    case PacketType::account:
    case PacketType::proof:
    case PacketType::confirm: throw HostFault{"it sent a packet that may not come now"};
  }
  if (frame.type >= first_optional_type) return;
  throw HostFault{"it sent a packet of the unknown type " + std::to_string(frame.type)};
}

// A post as its reader is told it; in_order: not from history, where old messages are no repetitions.
PostArrived Conversation::opened(Post post, bool own, bool in_order) {
  PostArrived arrived;
  arrived.own = own;
  arrived.seal = envelope_.open(post, in_order);
  if (post.kind == PostKind::join || post.kind == PostKind::leave || post.kind == PostKind::crowd)
    arrived.presence = Presence::decode(post.kind, post.body);
  arrived.post = std::move(post);
  arrived.post.sender = shown_sender(std::move(arrived.post.sender));
  if (arrived.post.kind == PostKind::rename) arrived.post.body = shown_sender(std::move(arrived.post.body));
  return arrived;
}

void Conversation::require_room(const std::string& room) const {
  if (room != lobby && !residence_.is_in(room)) throw HostFault{"it sends what is said in a room that we are not in"};
}

void Conversation::handle_post(Post post) {
  require_room(post.room);
  const Reading::Arrival arrival = reading_.arrive(post);
  if (arrival.missed > 0) tell_(GapSeen{post.room, arrival.missed, reading_.was_away(post.room)});
  if (post.kind == PostKind::rename && post.room == lobby && !arrival.own && check_name(post.body))
    correspondence_.renamed_peer(post.sender, post.body);
  tell_(opened(std::move(post), arrival.own, true));
  if (arrival.acknowledged == 0 || !outbox_.acknowledge(arrival.acknowledged)) return;
  unsure_until_.reset();
  tell_(Acknowledged{arrival.acknowledged});
}

void Conversation::handle_gap(const Gap& gap) {
  require_room(gap.room);
  const std::uint64_t missed = reading_.gap(gap);
  if (missed > 0) tell_(GapSeen{gap.room, missed, reading_.was_away(gap.room)});
  // Our own posts may have been among them. If no later one comes, a new log-in tells what the host has stored.
  if (outbox_.unacknowledged() > 0) unsure_until_ = Clock::now() + answer_after_gap;
}

void Conversation::handle_not_stored(NotStored refusal) {
  outbox_.take_back(refusal.message);
  store_again_ = Clock::now() + limits::store_again;
  tell_(NotStoredYet{refusal.message, std::move(refusal.text)});
}

void Conversation::handle_refused(Refused refusal) {
  outbox_.drop(refusal.message);
  tell_(Refusal{refusal.message, std::move(refusal.text)});
}

// A page of what was wished for: the posts before those that have come already. An empty one is the last.
void Conversation::handle_past(Past past) {
  if (!wish_ || past.room != wish_->history.room) throw HostFault{"it sent history that nobody wanted"};
  History& history = wish_->history;
  reading_.past(past, history.before, wish_->search == 0);
  for (auto post = past.posts.rbegin(); post != past.posts.rend(); ++post) {
    const bool own = reading_.own(*post);
    past_.push_front(opened(std::move(*post), own, false));
  }
  const auto got = static_cast<std::uint32_t>(past.posts.size());
  history.count -= std::min(got, history.count);
  if (got > 0 && history.count > 0 && !control_.leaves(past.room)) return ask_history();
  tell_(PastArrived{past.room, {past_.begin(), past_.end()}, true, wish_->search});
  past_.clear();
  wish_.reset();
}

void Conversation::handle_answer(Answer answer) {
  if (residence_.answered(answer, out_) || correspondence_.answered(answer, out_)) return;
  const auto asked = asked_.find(answer.id);
  if (asked == asked_.end()) throw HostFault{"it answers what nobody asked"};
  const auto [verb, wanted_name] = asked->second;
  asked_.erase(asked);
  if (verb == Verb::rooms)
    for (Answer::Row& row : answer.rows) {
      if (row.size() < 4 || row[3].empty()) continue;
      const auto topic = opened_topic(row[3], row[0], envelope_);
      const bool legible =
          topic && (topic->seal == Seal::good || topic->seal == Seal::late || topic->seal == Seal::none);
      row[3] = legible ? topic->post.body : "[sealed]";
    }
  const bool account_made = verb == Verb::register_name || verb == Verb::passwd;
  const bool account_left = verb == Verb::unregister || verb == Verb::logout;
  if (account_made) account_.settle(answer.result == Result::ok);
  if (account_left && answer.result == Result::ok) account_.left();
  if (changing_account_ == answer.id) changing_account_.reset();
  if (renaming_ == answer.id) {
    renaming_.reset();
    if (answer.result == Result::ok && answer.rows.size() == 1 && !answer.rows[0].empty()) {
      require_name(answer.rows[0][0]);
      if (verb == Verb::nick ? answer.rows[0][0] != wanted_name : !is_given(answer.rows[0][0]))
        throw HostFault{"it gives us another name than we asked for"};
      name_ = answer.rows[0][0];
      envelope_.be(name_, session_);
      correspondence_.renamed(name_, out_);
    }
  }
  tell_(Answered{answer.id, verb, std::move(answer)});
}

void Conversation::carry_out_orders() {
  // What follows may be about a room that we come back to, about the new name, or want the new password.
  while (residence_.returned() && !renaming_ && !changing_account_) {
    // Whom the host's full disk keeps waiting may leave a room all the same.
    const std::uint64_t taken = store_again_ ? outbox_.said() : outbox_.acknowledged();
    auto order = control_.take_order(outbox_.sent(), taken, correspondence_.writing(),
                                     wish_ ? wish_->history.room : std::string());
    if (!order) return;
    if (const auto* request = std::get_if<Request>(&*order)) {
      asked_[request->id] = asked_for(*request);
      if (renames(request->verb)) renaming_ = request->id;
      out_ += request->encode();
    } else if (auto* enter = std::get_if<EnterWish>(&*order)) {
      residence_.enter(std::move(*enter), out_);
    } else if (const auto* leave = std::get_if<Control::Leave>(&*order)) {
      residence_.leave(leave->room, out_);
    } else if (auto* write = std::get_if<Control::Write>(&*order)) {
      correspondence_.send(write->letter, std::move(write->to), std::move(write->text), write->said_ms, out_);
    } else if (auto* change = std::get_if<Control::ChangeAccount>(&*order)) {
      change_account(std::move(*change));
    } else if (auto* become = std::get_if<Control::BecomeAccount>(&*order)) {
      account_.change(name_, std::move(become->password));
      throw Ended::because(End::becoming, become->name);
    } else if (const auto* verify = std::get_if<Control::Verify>(&*order)) {
      if (verify->compared)
        correspondence_.compared(verify->name);
      else
        correspondence_.verify(verify->name, out_);
    }
  }
}

void Conversation::change_account(Control::ChangeAccount change) {
  if (change.old && !account_.may_be(*change.old)) {
    constexpr const char* why = "that is not your account's password: nothing was changed";
    return tell_(Answered{change.id, change.verb, {change.id, Result::wrong_password, why, {}, 0}});
  }
  // Whoever listens could guess with what is made of it.
  if (change.password && connection_.hello.mode == Mode::plain) {
    constexpr const char* why = "accounts need a host with TLS - ask whoever runs it for --secure, or --tls";
    return tell_(Answered{change.id, change.verb, {change.id, Result::not_here, why, {}, 0}});
  }
  asked_[change.id] = {change.verb, {}};
  changing_account_ = change.id;
  std::vector<Bytes> args;
  if (change.password) {
    const Secret text = format_verifier(account_.make(std::move(*change.password), small_kdf_, name_));
    args.emplace_back(text.view());
  }
  out_ += Request{change.id, change.verb, std::move(args)}.encode();
}

// The host ends a session that asks for what was said in a room that it has left.
bool Conversation::may_look_back() const {
  return wish_->history.room == lobby || residence_.is_in(wish_->history.room);
}

void Conversation::ask_history() {
  History& history = wish_->history;
  const bool goes_on = wish_->search != 0 && !past_.empty();
  history.before = goes_on ? past_.front().post.seq : reading_.first_shown(history.room);
  out_ += history.encode();
}

void Conversation::fill() {
  while (!wish_ && residence_.settled()) {
    wish_ = control_.take_wish();
    if (!wish_) break;
    const bool kept = (connection_.hello.capabilities & keeps_history) != 0;
    if (kept && may_look_back()) {
      ask_history();
    } else {
      tell_(PastArrived{wish_->history.room, {}, kept, wish_->search, kept});
      wish_.reset();
    }
  }
  while (out_.size() < out_bytes) {
    carry_out_orders();
    // What is sealed is tied to the name, which the host may be changing right now.
    if (!residence_.settled() || renaming_ || control_.new_name_waits(outbox_.sent())) return;
    if (store_again_ && Clock::now() < *store_again_) return;
    store_again_.reset();
    auto say = outbox_.take();
    if (!say) return;
    if (say->room != lobby && !residence_.is_in(say->room)) {  // said before it was shown that we are out of it
      outbox_.drop(say->message);
      tell_(Refusal{say->message, "you are not in #" + say->room + " any more"});
      continue;
    }
    out_ += envelope_.seal(std::move(*say)).encode();
  }
}

// True when nothing waits to be sent any more.
bool Conversation::flush() {
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const IoResult result = connection_.link->write(std::string_view(out_).substr(sent));
    if (result.state == IoResult::State::would_block) break;
    // What the host said before it closed comes first: the next read finds it, or the end.
    if (result.state != IoResult::State::ok) {
      receive();
      throw PeerFault{Goodbye::connection_lost};
    }
    sent += result.bytes;
  }
  out_.erase(0, sent);
  const bool all = connection_.link->flushed() && out_.empty();
  if (sent > 0 || all) taken_ = Clock::now();
  return all;
}

void Conversation::keep_alive() {
  const auto now = Clock::now();
  const auto heard = connection_.frames->heard();
  require(now - heard < limits::gone_after, Goodbye::silent);
  require(now - taken_ < limits::gone_after, Goodbye::stalled);
  require(!unsure_until_ || now < *unsure_until_, Goodbye::connection_lost);
  if (now - std::max(heard, pinged_) < limits::ping_after) return;
  out_ += Ping{++token_}.encode(PacketType::ping);
  pinged_ = now;
  flush();
}

Clock::time_point Conversation::next_check() const {
  const auto heard = connection_.frames->heard();
  auto next = std::min(std::max(heard, pinged_) + limits::ping_after, heard + limits::gone_after);
  if (!out_.empty()) next = std::min(next, taken_ + limits::gone_after);
  if (unsure_until_) next = std::min(next, *unsure_until_);
  if (store_again_) next = std::min(next, *store_again_);
  return next;
}

void Conversation::say_goodbye() {
  const Ended left = Ended::because(End::left);
  const auto until = Clock::now() + goodbye_time;
  try {
    write_all(*connection_.link, out_ + Farewell{Goodbye::left, {}}.encode(), until);
    connection_.link->close_write();
    Frame frame;  // until the host closes: a connection closed with bytes unread is reset, and our goodbye lost
    while (connection_.frames->next(frame, until) == FrameStream::Outcome::frame) {
    }
  } catch (const PeerFault&) {
    throw left;  // the host has closed, and that is all we were waiting for
  }
  throw left;
}

}  // namespace chat
