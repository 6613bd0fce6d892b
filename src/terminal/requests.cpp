#include "terminal/requests.hpp"

#include <utility>

#include "terminal/format.hpp"

namespace chat {

std::string take_word(std::string& rest) {
  constexpr const char* blanks = " \t\n";
  const std::size_t end = std::min(rest.find_first_of(blanks), rest.size());
  std::string word = rest.substr(0, end);
  const std::size_t next = rest.find_first_not_of(blanks, end);
  rest = next == std::string::npos ? std::string() : rest.substr(next);
  return word;
}

std::string refusal_line(const Answer& answer) {
  const std::string why = answer.text.empty() ? "the host refuses" : printable(answer.text);
  return "! " + why + "\n";
}

void Requests::ask(Verb verb, std::vector<Bytes> args, Reader reader) {
  // The answer may be there before ask() has returned.
  MutexLock lock(mu_);
  ask_locked(verb, std::move(args), std::move(reader));
}

std::uint32_t Requests::ask_locked(Verb verb, std::vector<Bytes> args, Reader reader) {
  ++unanswered_;
  const std::uint32_t id = client_.ask(verb, std::move(args));
  asked_[id] = std::move(reader);
  return id;
}

// On the network thread alone. More may be settled than was asked for here: a room that lets in without the password
// that it should have is left by the client itself.
bool Requests::settled() {
  if (unanswered_ > 0) --unanswered_;
  return true;
}

// Takes the name that an operator wants, once all that was said is known to have arrived: what the host says it has not
// got would be sealed again, under a name of its choice.
void Requests::obey() {
  if (!obeying_ || naming_ > 0 || client_.unacknowledged() > 0) return;
  nick(wanted_name_);
  obey_no_more();
}

void Requests::obey_no_more() {
  if (!obeying_.exchange(false)) return;
  wanted_name_.clear();
  settled();
}

// Names for Tab.
void Requests::learn(Verb verb, const Answer& answer) {
  if (verb != Verb::who && verb != Verb::rooms) return;
  std::vector<std::string> names;
  for (const Answer::Row& row : answer.rows)
    if (!row.empty()) names.push_back(row[0]);
  verb == Verb::who ? view_.meet(names) : view_.know_rooms(std::move(names));
}

bool Requests::on_event(const Event& event) {
  const bool obeyed = obeying_;
  const bool due = take(event);
  return due || obeying_ != obeyed;
}

bool Requests::take(const Event& event) {
  if (const auto* answered = std::get_if<Answered>(&event)) {
    Reader reader;
    {
      MutexLock lock(mu_);
      const auto asked = asked_.find(answered->id);
      if (asked == asked_.end()) return false;
      reader = std::move(asked->second);
      asked_.erase(asked);
    }
    const bool ok = answered->answer.result == Result::ok;
    if (ok) learn(answered->verb, answered->answer);
    if (reader && ok) view_.say_linked(reader(answered->answer));
    if (reader && !ok) view_.refuse(refusal_line(answered->answer));
    if (answered->verb == Verb::nick || answered->verb == Verb::logout) --naming_;
    if (answered->id == account_order_) {
      const Result result = answered->answer.result;
      if (result == Result::not_allowed || result == Result::failed) misread_ = true;  // before the next line is read
      account_order_ = 0;
    }
    obey();
    return settled();
  }
  if (const auto* asked = std::get_if<NameAsked>(&event)) {
    if (!check_name(asked->name) || asked->name == wanted_name_) return false;
    wanted_name_ = asked->name;
    if (!obeying_.exchange(true)) ++unanswered_;
    view_.say("* an operator wants you to be called " + printable(asked->name) + "\n");
  }
  const auto* in = std::get_if<LoggedIn>(&event);
  // It may take long until all has arrived, and the operator may wish again; or it has an account's name by now.
  if (std::holds_alternative<Lost>(event) || std::holds_alternative<NotStoredYet>(event) || (in && in->changed))
    obey_no_more();
  obey();
  if (const auto* entered = std::get_if<RoomEntered>(&event)) {
    if (entered->again) return false;
    --entering_;
    return settled();
  }
  if (const auto* left = std::get_if<RoomLeft>(&event)) {
    if (left->why.empty()) settled();
    return true;  // what was still to be said there counts no more
  }
  if (const auto* host = std::get_if<HostAnswered>(&event)) encrypted_ = host->secure;
  if (in) {
    if (in->changed) becoming_ = false;
    if (in->again) tell_state_again();
    return in->changed && settled();
  }
  if (const auto* warning = std::get_if<Warning>(&event); warning && becoming_) view_.fail(warning->text);
  if (const auto* failed = std::get_if<LetterFailed>(&event)) return failed->letter == 0 && settled();
  if (std::holds_alternative<SafetyNumber>(event) || std::holds_alternative<PastArrived>(event)) return settled();
  if (const auto* refused = std::get_if<RoomRefused>(&event)) {
    if (refused->result == Result::proof_wanted && !refused->leaving) {
      MutexLock lock(mu_);
      want_passwords_.push_back(refused->room);
    } else {
      view_.refuse("! " + printable(refused->text) + "\n");
      if (!refused->leaving) --entering_;
    }
    return settled();
  }
  return false;
}

void Requests::tell_focus() {
  const std::string focus = view_.focus();
  const bool person = focus.starts_with('@');
  view_.say("* what you type goes to " + printable(person ? focus.substr(1) + " alone" : "#" + focus) +
            (person ? ", sealed; /query ends that\n" : "\n"));
}

std::optional<std::string> Requests::place_to_say() {
  const bool on_the_way = entering();  // first: what became of it is shown before it counts as decided
  const View::Aim aim = view_.aim();
  if (on_the_way && !aim.chosen) {
    view_.refuse("! not sent: it is not known yet whether you are in that room - say it again in a moment\n");
    return std::nullopt;
  }
  if (aim.lost.empty()) return aim.place;
  const std::string room = printable(aim.lost);
  const std::string here = (aim.place.starts_with('@') ? "" : "#") + printable(aim.place);
  view_.refuse("! not sent: you are not in #" + room + " - " +
               (aim.by_script ? "/join " + room + ", or /join lobby" : "once more says it in " + here) + "\n");
  return std::nullopt;
}

void Requests::look() {
  std::string room;
  {
    MutexLock lock(mu_);
    if (want_passwords_.empty()) return;
    room = std::move(want_passwords_.front());
    want_passwords_.pop_front();
  }
  --entering_;
  ask_secret_("Password for #" + printable(room) + ": ", [this, room](std::optional<Secret> password) {
    if (password) enter(room, std::move(password));
  });
}

void Requests::say(const std::string& room, const std::string& text, PostKind kind) {
  const std::string clean = clean_text(text);
  const std::size_t most = kind == PostKind::topic ? limits::topic_bytes : client_.message_limit();
  const auto refuse = [&](const std::string& why) { view_.refuse("! message not sent: " + why + "\n"); };
  if (clean.size() > most)
    return refuse("it has " + std::to_string(clean.size()) + " bytes; at most " + std::to_string(most) +
                  " are allowed here - say it in parts");
  if (const auto message = check_message(clean); !message && !(kind == PostKind::topic && clean.empty()))
    return refuse(message.error);
  if (const auto id = client_.say(room, clean, kind))
    if (kind != PostKind::topic) view_.sent(room, *id, clean);
}

void Requests::say_in_focus(const std::string& text) {
  const auto place = place_to_say();
  if (!place) return;
  if (place->starts_with('@')) return write_to_same(place->substr(1), text);
  say(*place, text, PostKind::message);
}

void Requests::say_here(const std::string& text) {
  if (text.starts_with('@')) {
    std::string rest = text.substr(1);
    const auto name = check_name(take_word(rest));
    if (name && !rest.empty()) return write_letter(*name, rest);
    if (name)
      return view_.refuse("! nothing was said - @" + *name + " hello goes to " + *name + " alone, /query " + *name +
                          " talks on\n");
  }
  say_in_focus(text);
}

bool Requests::run(CommandId command, const std::string& arguments, std::string_view name) {
  switch (command) {
    case CommandId::join: join(arguments); return true;
    case CommandId::leave: leave(arguments); return true;
    case CommandId::rooms: show_rooms(); return true;
    case CommandId::room: say_in_room(arguments); return true;
    case CommandId::topic: topic(arguments); return true;
    case CommandId::who: who(arguments); return true;
    case CommandId::whois: whois(arguments); return true;
    case CommandId::list:
      view_.say("* /list has two meanings: here are the rooms, and then the people\n");
      show_rooms();
      who({});
      return true;
    case CommandId::nick: nick(arguments); return true;
    case CommandId::status: status(arguments); return true;
    case CommandId::away: set_status(Status::away, arguments); return true;
    case CommandId::back: set_status(Status::online, {}); return true;
    case CommandId::ignore: ignore(arguments, true); return true;
    case CommandId::unignore: ignore(arguments, false); return true;
    case CommandId::msg: msg(arguments); return true;
    case CommandId::query: query(arguments); return true;
    case CommandId::reply: reply(arguments); return true;
    case CommandId::verify: verify(arguments); return true;
    case CommandId::login: login(arguments); return true;
    case CommandId::logout: logout(); return true;
    case CommandId::register_name: is_own(arguments) ? make_account() : order_of_account(name, arguments); return true;
    case CommandId::passwd:
      // Without a terminal the passwords come next: they must not be said.
      if (input_is_terminal() && !is_own(arguments))
        view_.refuse("! /passwd is for your own account, and asks for the passwords\n");
      else
        passwd();
      return true;
    case CommandId::unregister: is_own(arguments) ? unregister() : order_of_account(name, arguments); return true;
    case CommandId::operators: order(name, arguments); return true;
    case CommandId::me:
      if (arguments.empty())
        view_.refuse("! what do you do? /me waves\n");
      else if (view_.focus().starts_with('@'))
        view_.refuse("! /me is for rooms, not for private messages - /query leads back to #lobby\n");
      else if (const auto place = place_to_say())
        say(*place, arguments, PostKind::action);
      return true;
    default: return false;
  }
}

}  // namespace chat
