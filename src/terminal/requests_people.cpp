#include <array>

#include "net/socket.hpp"
#include "terminal/format.hpp"
#include "terminal/requests.hpp"
#include "terminal/tty.hpp"

namespace chat {

namespace {

std::optional<Status> status_from(std::string_view name) {
  for (std::size_t i = 0; i < status_names.size(); ++i)
    if (status_names[i] == name) return static_cast<Status>(i);
  return std::nullopt;
}

std::string who_line(const std::string& room, const Answer& answer) {
  std::string names;
  for (const Answer::Row& row : answer.rows) {
    if (row.size() < 3) continue;
    const std::string status = status_text(number_of(row[1]).value_or(0), row[2]);
    names += (names.empty() ? "" : ", ") + printable(row[0]) + (status.empty() ? "" : " (" + status + ")");
  }
  const std::size_t all = answer.rows.size() + answer.left_out;
  if (answer.left_out > 0) names += " and " + std::to_string(answer.left_out) + " more";
  return "* " + std::to_string(all) + " in #" + printable(room) + ": " + names + "\n";
}

std::string clock_text(std::uint64_t ms) {
  std::array<char, 32> text;
  const std::tm local = local_time(static_cast<std::time_t>(ms / 1000));
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &local)};
}

std::string whois_line(const Answer& answer) {
  if (answer.rows.size() != 1 || answer.rows[0].size() < 5) return {};
  const Answer::Row& row = answer.rows[0];
  const std::chrono::milliseconds idle(static_cast<std::int64_t>(number_of(row[3]).value_or(0)));
  const std::string status = status_text(number_of(row[1]).value_or(0), row[2]);
  std::string line = "* " + printable(row[0]) + ": here since " + clock_text(number_of(row[4]).value_or(0)) +
                     ", said something " + duration_text(idle) + " ago" + (status.empty() ? "" : ", " + status);
  for (std::size_t i = 5; i < row.size(); ++i)
    if (!row[i].empty()) line += ", " + printable(row[i]);
  return line + "\n";
}

}  // namespace

void Requests::who(const std::string& arguments) {
  const std::string focus = view_.focus();
  const auto room = check_room(!arguments.empty() ? arguments : focus.starts_with('@') ? std::string(lobby) : focus);
  if (!room) return view_.refuse("! " + room.error + " - /who ops\n");
  ask(Verb::who, {*room}, [room = *room](const Answer& answer) { return who_line(room, answer); });
}

void Requests::whois(const std::string& arguments) {
  if (arguments.empty()) return view_.refuse("! who? /whois alice\n");
  ask(Verb::whois, {arguments}, whois_line);
}

void Requests::nick(const std::string& arguments) {
  if (arguments.empty()) return view_.refuse("! which name? /nick alice\n");
  const auto name = check_name(arguments);
  if (!name) return view_.refuse("! " + name.error + " - /nick alice\n");
  ++naming_;
  ask(Verb::nick, {*name}, [this](const Answer& answer) -> std::string {
    if (answer.rows.size() != 1 || answer.rows[0].empty()) return {};
    view_.be(answer.rows[0][0]);
    return "* you are now " + printable(answer.rows[0][0]) + "\n";
  });
}

void Requests::tell_state(State state, Reader reader) {
  MutexLock lock(mu_);
  told_ = std::move(state);
  tell_told(std::move(reader));
}

void Requests::tell_told(Reader reader) {
  const auto number = static_cast<std::uint64_t>(told_->status);
  ask_locked(Verb::status, {number_field(number), told_->words}, std::move(reader));
}

void Requests::set_status(Status status, const std::string& words) {
  const State state{status, clean_text(words.substr(0, words.find('\n')))};
  {
    MutexLock lock(mu_);
    wanted_ = state;
  }
  tell_state(state, [state](const Answer&) {
    const std::string line = "* you are " + std::string(status_names[static_cast<std::size_t>(state.status)]);
    return line + (state.words.empty() ? "" : ": " + printable(state.words)) + "\n";
  });
}

void Requests::status(const std::string& arguments) {
  std::string words = arguments;
  const auto status = status_from(take_word(words));
  const std::string there_are = "online, away, busy or invisible, and why, if you like: /status busy until four\n";
  if (arguments.empty()) return view_.refuse("! /status " + there_are);
  if (!status) return view_.refuse("! that is no status - there are " + there_are);
  set_status(*status, words);
}

void Requests::idle(bool away) {
  State state;
  {
    MutexLock lock(mu_);
    state = wanted_;
  }
  if (state.status != Status::online) return;
  if (!away) return set_status(Status::online, state.words);
  tell_state({Status::away, state.words}, [](const Answer&) {
    return std::string(
        "* you are away, since you typed nothing; your next line says that you are back (/set away-after)\n");
  });
}

// On a new connection, after a cut: the host may have forgotten it, or never heard of the last one.
void Requests::tell_state_again() {
  MutexLock lock(mu_);
  if (told_) tell_told({});
}

void Requests::ignore(const std::string& arguments, bool ignored) {
  if (arguments.empty()) {
    std::string names;
    for (const std::string& name : view_.ignored()) names += " " + printable(name);
    return view_.say(names.empty() ? "* you ignore nobody\n" : "* you ignore" + names + "\n");
  }
  const auto name = check_name(arguments);
  if (!name) return view_.refuse("! " + name.error + " - /ignore bob\n");
  if (!view_.ignore(*name, ignored) && !ignored)
    return view_.refuse("! you do not ignore " + *name + " - /ignore lists whom you do\n");
  view_.say("* you ignore " + *name + (ignored ? "\n" : " no more\n"));
}

// ---- Private messages ----------------------------------------------------------------------------------------------

void Requests::write_letter(const std::string& to, const std::string& text) {
  const std::string clean = clean_text(text);
  const auto message = check_message(clean);
  if (!message) return view_.refuse("! message not sent: " + message.error + "\n");
  view_.written(client_.write_letter(to, clean), to, clean);
}

void Requests::write_to(const std::string& name, const std::string& text) {
  const auto checked = check_name(name);
  if (!checked) return view_.refuse("! not sent: " + checked.error + "\n");
  write_letter(*checked, text);
}

void Requests::msg(const std::string& arguments) {
  if (arguments.empty()) return view_.refuse("! who? /msg bob hello\n");
  std::string text = arguments;
  const auto name = check_name(take_word(text));
  if (!name) return view_.refuse("! " + name.error + " - /msg alice hello\n");
  if (text.empty())
    return view_.refuse("! what do you want to say? /msg " + *name + " hello; /query " + *name + " talks on\n");
  write_letter(*name, text);
}

void Requests::query(const std::string& arguments) {
  if (arguments.empty()) {
    view_.set_focus(std::string(lobby));
    return tell_focus();
  }
  const auto name = check_name(arguments);
  if (!name) return view_.refuse("! " + name.error + " - /query bob\n");
  view_.open_query(*name);
  tell_focus();
}

void Requests::reply(const std::string& arguments) {
  const std::string to = view_.last_correspondent();
  if (to.empty()) return view_.refuse("! nobody has written to you yet; /msg alice hello writes to alice\n");
  if (arguments.empty()) return view_.refuse("! /reply TEXT goes to " + printable(to) + "\n");
  write_to_same(to, arguments);
}

// To one with whom our user talks, unless somebody else has that name now.
void Requests::write_to_same(const std::string& name, const std::string& text) {
  const std::string stranger = view_.stranger_called(name);
  if (stranger.empty()) return write_letter(name, text);
  view_.refuse("! not sent: " + printable(name) + " is somebody else now, who was called " + printable(stranger) +
               " - /query " + printable(name) + " talks with this one\n");
}

void Requests::verify(const std::string& arguments) {
  if (arguments.empty()) return view_.refuse("! who? /verify bob\n");
  std::string rest = arguments;
  const auto name = check_name(take_word(rest));
  if (!name) return view_.refuse("! " + name.error + " - /verify alice\n");
  if (rest.empty()) {
    ++unanswered_;
    return client_.verify(*name);
  }
  if (rest != "yes")
    return view_.refuse("! /verify " + *name + " shows the number; /verify " + *name +
                        " yes says that it is the same\n");
  ++unanswered_;
  client_.compared(*name);
}

}  // namespace chat
