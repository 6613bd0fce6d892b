// Where our user is: rooms, people in private, and which of them what is typed goes to.
#include <algorithm>
#include <utility>

#include "terminal/format.hpp"
#include "terminal/view.hpp"

namespace chat {

std::vector<View::Place>::iterator View::place_of(const std::string& room) {
  return std::find_if(places_.begin(), places_.end(), [&](const Place& place) { return place.room == room; });
}

std::string View::focus() {
  MutexLock lock(mu_);
  return places_[focus_].room;
}

std::vector<std::string> View::places() {
  MutexLock lock(mu_);
  std::vector<std::string> rooms;
  if (!screen_) return rooms;
  for (const Place& place : places_) rooms.push_back(place.room);
  return rooms;
}

bool View::is_in(const std::string& room) {
  MutexLock lock(mu_);
  return place_of(room) != places_.end();
}

View::Aim View::aim() {
  MutexLock lock(mu_);
  return {places_[focus_].room, scripted_ ? lost_focus_ : std::exchange(lost_focus_, {}), chosen_, scripted_};
}

std::string View::name() {
  MutexLock lock(mu_);
  return name_;
}

void View::move_focus(std::size_t at) {
  focus_ = at;
  lost_focus_.clear();
  chosen_ = true;
  places_[at].unread = 0;
  redraw_prompt();
}

void View::leave_focus() {
  MutexLock lock(mu_);
  places_[focus_ = 0].unread = 0;
  redraw_prompt();
}

void View::expect_room() {
  MutexLock lock(mu_);
  chosen_ = false;
}

void View::lose_focus(const std::string& room) {
  MutexLock lock(mu_);
  if (scripted_ || !screen_) lost_focus_ = room;
}

void View::set_focus(const std::string& room) {
  MutexLock lock(mu_);
  if (const auto place = place_of(room); place != places_.end())
    move_focus(static_cast<std::size_t>(place - places_.begin()));
}

void View::focus_next(int step) {
  MutexLock lock(mu_);
  move_focus((focus_ + places_.size() + static_cast<std::size_t>(step + 1) - 1) % places_.size());
}

void View::focus_number(std::size_t number) {
  MutexLock lock(mu_);
  if (number >= 1 && number <= places_.size()) move_focus(number - 1);
}

void View::focus_unread() {
  MutexLock lock(mu_);
  for (std::size_t i = 1; i < places_.size(); ++i) {
    const std::size_t at = (focus_ + i) % places_.size();
    if (places_[at].unread > 0) return move_focus(at);
  }
}

// Where what is typed goes, and where something new was said.
std::string View::prompt() const {
  const std::string& here = places_[focus_].room;
  std::string text = here.starts_with('@') ? "[" + here + " sealed" : "[#" + here;
  for (const Place& place : places_)
    if (place.unread > 0) text += " | " + place.room + " " + std::to_string(place.unread);
  return text + "] ";
}

std::string View::last_correspondent() {
  MutexLock lock(mu_);
  return last_correspondent_;
}

std::string View::stranger_called(const std::string& name) {
  MutexLock lock(mu_);
  const auto stranger = stranger_of(name);
  return stranger == strangers_.end() ? std::string() : stranger->second;
}

std::map<std::string, std::string>::iterator View::stranger_of(const std::string& name) {
  return std::find_if(strangers_.begin(), strangers_.end(),
                      [&](const auto& each) { return look_alike(each.first, name); });
}

void View::forget_stranger(const std::string& name) {
  if (const auto stranger = stranger_of(name); stranger != strangers_.end()) strangers_.erase(stranger);
}

std::vector<View::Place>::iterator View::query_with(const std::string& name) {
  return std::find_if(places_.begin(), places_.end(), [&](const Place& each) {
    return each.room.starts_with('@') && look_alike(each.room.substr(1), name);
  });
}

// Who is ignored, or written to, stays so under another name. Whoever takes the name of one that is written to does not
// get what is meant for that one, and whoever takes that of an ignored one is not ignored.
void View::follow_rename(const std::string& was, const std::string& now) {
  constexpr std::size_t most = 100;
  const bool same = look_alike(was, now);
  if (!is_ignored(was))
    std::erase_if(ignored_, [&](const std::string& each) { return look_alike(each, now); });
  else if (!same && ignored_.size() < most)
    ignored_.push_back(now);
  const bool answered = !last_correspondent_.empty() && look_alike(last_correspondent_, was);
  const bool is_taken = !same && ((!last_correspondent_.empty() && look_alike(last_correspondent_, now)) ||
                                  query_with(now) != places_.end());
  const bool was_stranger = stranger_of(was) != strangers_.end();
  if (was_stranger && !same) forget_stranger(was);
  if (is_taken && strangers_.size() < most) strangers_[now] = was;
  if (was_stranger) return;
  if (answered) last_correspondent_ = now;
  if (const auto place = query_with(was); place != places_.end() && !is_taken) place->room = "@" + now;
  if (own_prompt_) area_.prompt = prompt();
}

void View::open_query(const std::string& name) {
  MutexLock lock(mu_);
  forget_stranger(name);
  if (place_of("@" + name) == places_.end()) places_.push_back({"@" + name, 0});
  move_focus(static_cast<std::size_t>(place_of("@" + name) - places_.begin()));
}

void View::close_query() {
  MutexLock lock(mu_);
  if (!places_[focus_].room.starts_with('@')) return;
  places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(focus_));
  move_focus(0);
}

void View::be(const std::string& name) {
  MutexLock lock(mu_);
  name_ = name;
}

bool View::ignore(const std::string& name, bool ignored) {
  MutexLock lock(mu_);
  const bool before = std::erase_if(ignored_, [&](const std::string& each) { return look_alike(each, name); }) > 0;
  if (ignored) ignored_.push_back(name);
  return before != ignored;
}

std::vector<std::string> View::ignored() {
  MutexLock lock(mu_);
  return ignored_;
}

bool View::is_ignored(const std::string& name) const {
  return std::any_of(ignored_.begin(), ignored_.end(), [&](const std::string& each) { return look_alike(each, name); });
}

void View::entered(const RoomEntered& event) {
  if (place_of(event.room) == places_.end()) places_.push_back({event.room, 0});
  if (event.again) return;
  came(event.room);
  if (!chosen_) {
    focus_ = static_cast<std::size_t>(place_of(event.room) - places_.begin());
    lost_focus_.clear();
  }
  if (own_prompt_) area_.prompt = prompt();
  const std::string made =
      event.made ? ": you made it, its password is what you typed - if that was a slip, make one of another name" : "";
  moved("* you are in #" + printable(event.room) + " (" + std::to_string(event.members) + " here" +
        (event.locked ? ", with a password" : "") + ")" + made + "\n");
  if (!event.topic || event.topic->post.body.empty()) return;
  topics_[event.room] = event.topic->post.seq;
  const std::string topic = topic_line(*event.topic, printable(event.topic->post.sender));
  moved(screen_ && errors_too_ ? looks_.linked(topic) : topic);
}

void View::left(const RoomLeft& event) {
  if (const auto place = place_of(event.room); place != places_.end()) {
    const auto at = static_cast<std::size_t>(place - places_.begin());
    const bool was_here = focus_ == at;
    places_.erase(place);
    if (was_here) places_[focus_ = 0].unread = 0;
    if (was_here && !event.why.empty()) lost_focus_ = event.room;
    if (focus_ > at) --focus_;
    if (own_prompt_) area_.prompt = prompt();
  }
  std::erase_if(pending_, [&](const Pending& each) { return each.room == event.room; });  // it will not be said
  const std::string room = printable(event.room);
  const bool says_how_to_go_on = event.why.find(" - ") != std::string::npos;
  if (event.why.empty())
    moved("* you left #" + room + "\n");
  else
    error("! you are not in #" + room + " any more: " + printable(event.why) +
          (says_how_to_go_on ? "" : " - /join " + room + " tries to enter it") + "\n");
  if (event.unsaid > 0)
    tell_undone("! not sent: " + std::to_string(event.unsaid) + (event.unsaid == 1 ? " message" : " messages") +
                " for #" + room + " - say it again when you are back there\n");
  refresh();
}

void View::meet(const std::vector<std::string>& names) {
  MutexLock lock(mu_);
  for (const std::string& name : names)
    if (name != name_ && check_name(name)) people_.came(name);
}

void View::know_rooms(std::vector<std::string> rooms) {
  constexpr std::size_t most = 1000;
  std::erase_if(rooms, [](const std::string& room) { return !check_room(room); });
  if (rooms.size() > most) rooms.resize(most);
  MutexLock lock(mu_);
  known_rooms_ = std::move(rooms);
}

Completion View::complete(std::string_view text, std::size_t cursor) {
  MutexLock lock(mu_);
  std::vector<std::string> rooms;
  for (const Place& place : places_) rooms.push_back(place.room);
  for (const std::string& room : known_rooms_)
    if (std::find(rooms.begin(), rooms.end(), room) == rooms.end()) rooms.push_back(room);
  return chat::complete(people_, rooms, text, cursor);
}

}  // namespace chat
