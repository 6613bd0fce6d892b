#include <algorithm>

#include "terminal/format.hpp"
#include "terminal/requests.hpp"

namespace chat {

namespace {

std::string room_line(const Answer::Row& row) {
  std::string line = "#" + printable(row[0]) + "  " + std::to_string(number_of(row[1]).value_or(0)) + " here";
  if (number_of(row[2]).value_or(0) == 1) line += ", with a password";
  if (!row[3].empty()) line += "  " + printable(row[3]);
  return line + "\n";
}

// places: where our user is, in the order of their numbers; they come first.
std::string rooms_lines(const Answer& answer, const std::vector<std::string>& places, const std::string& focus) {
  std::string lines;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto row = std::find_if(answer.rows.begin(), answer.rows.end(),
                                  [&](const Answer::Row& each) { return each.size() >= 4 && each[0] == places[i]; });
    const bool person = places[i].starts_with('@');
    lines += "* " + std::to_string(i + 1) + (places[i] == focus ? "> " : "  ") +
             (row != answer.rows.end() ? room_line(*row) : (person ? "" : "#") + printable(places[i]) + "\n");
  }
  for (const Answer::Row& row : answer.rows)
    if (row.size() >= 4 && std::find(places.begin(), places.end(), row[0]) == places.end())
      lines += (places.empty() ? "* " : "*    ") + room_line(row);
  if (answer.left_out > 0) lines += "* and " + std::to_string(answer.left_out) + " more\n";
  return lines;
}

}  // namespace

void Requests::enter(const std::string& room, std::optional<Secret> password) {
  ++entering_;
  ++unanswered_;
  view_.expect_room();
  client_.enter({room, std::move(password)});
}

void Requests::join(const std::string& arguments) {
  std::string rest = arguments;
  const std::string typed = take_word(rest);
  const auto refuse = [&](const std::string& why) {
    view_.lose_focus(typed.empty() ? "ROOM" : typed);  // what a script says behind it is not for where it is
    view_.refuse("! " + why + "\n");
  };
  if (typed.empty()) return refuse("which room? /join ops");
  const auto room = check_room(typed);
  if (!room) return refuse(room.error + " - /join ops");
  if (*room == lobby && !rest.empty()) {
    misread_ = true;  // a script has the password in its next line
    return view_.refuse("! everybody is in #lobby, which has no password of its own\n");
  }
  if (rest.empty() && (*room == lobby || view_.is_in(*room))) {
    view_.set_focus(*room);
    return tell_focus();
  }
  if (rest.empty()) return enter(*room, std::nullopt);
  if (rest != "--password")
    return refuse("/join " + *room +
                  " --password asks for the password, which is not shown; nothing else may stand there");
  ask_secret_("Password for #" + *room + ": ", [this, room = *room](std::optional<Secret> password) {
    if (password) enter(room, std::move(password));
  });
}

void Requests::leave(const std::string& arguments) {
  if (arguments.empty() && view_.focus().starts_with('@')) {
    view_.close_query();
    return tell_focus();
  }
  const auto room = check_room(arguments.empty() ? view_.focus() : arguments);
  if (!room) return view_.refuse("! " + room.error + " - /leave ops\n");
  if (*room == lobby) return view_.refuse("! everybody is in #lobby; /quit leaves the host\n");
  if (!view_.is_in(*room))
    return view_.refuse("! you are not in #" + *room + " - /rooms lists the rooms, /join " + *room + " enters it\n");
  if (view_.focus() == *room) view_.leave_focus();  // what is typed from now on is not for that room
  ++unanswered_;
  client_.leave_room(*room);
}

void Requests::history(const WantedHistory& wanted) {
  if (view_.focus().starts_with('@'))
    return view_.refuse(
        "! private messages are kept nowhere - /search WORDS finds what you have seen since you came\n");
  if (view_.show_again(view_.focus(), wanted.count, wanted.since_ms)) return;
  ++unanswered_;
  client_.history(view_.focus(), wanted.count, wanted.since_ms);
}

void Requests::look_through(const std::string& room, std::uint64_t since_ms, std::uint32_t search) {
  ++unanswered_;
  client_.look_through(room, limits::max_backlog_posts, since_ms, search);
}

void Requests::show_rooms() {
  ask(Verb::rooms, {}, [this](const Answer& answer) { return rooms_lines(answer, view_.places(), view_.focus()); });
}

void Requests::topic(const std::string& arguments) {
  const std::string room = view_.focus();
  if (room.starts_with('@'))
    return view_.refuse("! rooms have topics, people have not - /query leads back to #lobby\n");
  if (!arguments.empty()) {
    if (const auto place = place_to_say()) say(*place, arguments == "-" ? std::string() : arguments, PostKind::topic);
    return;
  }
  ask(Verb::rooms, {}, [room](const Answer& answer) -> std::string {
    for (const Answer::Row& row : answer.rows)
      if (row.size() >= 4 && row[0] == room && !row[3].empty())
        return "* topic of #" + room + ": " + printable(row[3]) + "\n";
    return "* #" + room + " has no topic; /topic TEXT sets one\n";
  });
}

void Requests::say_in_room(const std::string& arguments) {
  if (arguments.empty()) return view_.refuse("! which room? /room ops hello says hello in #ops\n");
  std::string text = arguments;
  const auto room = check_room(take_word(text));
  if (!room) return view_.refuse("! " + room.error + " - /room ops hello says hello in #ops\n");
  if (!view_.is_in(*room))
    return view_.refuse("! not sent: you are not in #" + *room + " - /join " + *room + " enters it\n");
  if (text.empty()) return view_.refuse("! what do you want to say? /room " + *room + " hello\n");
  say(*room, text, PostKind::message);
}

}  // namespace chat
