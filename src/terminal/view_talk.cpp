// What is said, who comes and goes, what was missed, and what calls our user.
#include <algorithm>
#include <utility>

#include "terminal/format.hpp"
#include "terminal/json.hpp"
#include "terminal/view.hpp"

namespace chat {

namespace {
constexpr std::size_t most_gathered = 10'000;  // posts, after a cut
constexpr std::size_t most_absent = 500;       // people whose absence was told
}  // namespace

void View::arrived(const PostArrived& event) {
  if (event.own) acknowledged(event.post.message);
  if (event.post.room == lobby && !event.own) follow(event.post);
  if (!return_) return show_post(event);
  return_->posts.push_back(event);
  return_->latest = Clock::now();
  if (return_->posts.size() >= most_gathered) show_missed();
}

// Who has another name, or is gone: not what is told of the time before our user came.
void View::follow(const Post& post) {
  const auto came = came_.find(post.room);
  if (came != came_.end() && Clock::now() < came->second) return;
  if (post.kind == PostKind::rename && check_name(post.sender) && check_name(post.body))
    follow_rename(post.sender, post.body);
  if (post.kind == PostKind::leave) forget_stranger(post.sender);
}

void View::show_post(const PostArrived& event) {
  notice_person(event);
  const Post& post = event.post;
  if (!ignored_.empty() && !event.own && is_ignored(post.sender)) return;
  if (post.kind == PostKind::join || post.kind == PostKind::leave) {
    keep(event);
    return show_presence(event);
  }
  const bool said = post.kind == PostKind::message || post.kind == PostKind::action;
  const bool elsewhere = post.room != places_[focus_].room;
  if (const auto place = place_of(post.room); elsewhere && said && !event.own && place != places_.end()) {
    ++place->unread;
    if (own_prompt_) area_.prompt = prompt();
  }
  keep(event);
  const auto now = Clock::now();
  if (presences_.before(post.sender, post.room, post.time_ms)) show_folded(now);
  if (said) presences_.spoke(post.sender, now);
  if (said && !event.own) {
    mark_unread();
    if (calls(post)) call_user(post.sender, "names you in #" + post.room, post.time_ms);
  }
  if (!echo_ && event.own && post.kind == PostKind::message) return;
  const std::string label = label_of(post.room);
  const bool past = is_past(event);
  if (is_known(event, past)) return;
  write(past ? looks_.past_post(event, name_, label) : looks_.post(event, name_, label));
}

// What was said in a room before our user came is there first; our own coming ends it. In a crowd, where that is not
// told, a moment does.
bool View::is_past(const PostArrived& event) {
  const auto came = came_.find(event.post.room);
  if (came == came_.end()) return false;
  const bool over = Clock::now() >= came->second || event.own;
  if (over) came_.erase(came);
  return !over;
}

// One event, one line: who renames itself is answered, everybody hears of others in the lobby, and the topic is shown
// to whoever enters.
bool View::is_known(const PostArrived& event, bool past) const {
  const Post& post = event.post;
  if (post.kind == PostKind::rename) return event.own || (post.room != lobby && !past);
  const auto topic = topics_.find(post.room);
  return post.kind == PostKind::topic && topic != topics_.end() && topic->second == post.seq;
}

void View::came(const std::string& room) { came_[room] = Clock::now() + 2s; }

// A room is named where it does not go without saying.
std::string View::label_of(const std::string& room) const {
  const bool named = screen_ ? room != places_[focus_].room : room != lobby;
  return named ? room : std::string();
}

void View::letter(const LetterArrived& event) {
  if (event.own) done_with(event.letter);
  if (!event.own && is_ignored(event.from)) return;
  if (!event.own) people_.addressed(event.from);
  if (!event.own && is_legible(event.seal)) {
    last_correspondent_ = event.from;
    if (query_with(event.from) == places_.end()) forget_stranger(event.from);
  }
  transcript_.add(event);
  if (!event.own) {
    mark_unread();
    if (calling_.by_in("@" + event.from) != Calling::By::off) call_user(event.from, "a private message", event.time_ms);
  }
  if (presences_.before(event.own ? event.to : event.from, std::string(lobby), 0)) show_folded(Clock::now());
  const auto place = place_of("@" + event.from);
  if (!event.own && place != places_.end() && place != places_.begin() + static_cast<std::ptrdiff_t>(focus_)) {
    ++place->unread;
    if (own_prompt_) area_.prompt = prompt();
  }
  write(looks_.letter(event));
  if (event.own) tell_absence(event);
}

// Who writes to somebody who may not read it soon is told so, once until that changes.
void View::tell_absence(const LetterArrived& letter) {
  if (letter.status != Status::away && letter.status != Status::busy) {
    absent_.erase(letter.to);
    return;
  }
  const std::string state = status_text(static_cast<std::uint64_t>(letter.status), letter.status_text);
  if (absent_.size() >= most_absent) absent_.clear();
  if (std::exchange(absent_[letter.to], state) != state) moved("* " + printable(letter.to) + " is " + state + "\n");
}

// Who may be addressed: everybody who was seen to come or heard, but not oneself.
void View::notice_person(const PostArrived& arrived) {
  const Post& post = arrived.post;
  if (arrived.own || post.sender == name_) return;
  if (post.kind == PostKind::leave && post.room == lobby) people_.left(post.sender);
  if (post.kind == PostKind::rename) {
    people_.left(post.sender);
    people_.spoke(post.body);
  }
  const bool said = post.kind == PostKind::message || post.kind == PostKind::action;
  if (said && is_legible(arrived.seal) && mentions(post.body, name_)) return people_.addressed(post.sender);
  if (said) people_.spoke(post.sender);
  if (post.kind == PostKind::join) people_.came(post.sender);
}

// ---- Who comes and goes, and what was missed -----------------------------------------------------------------------

void View::show_presence(const PostArrived& event) {
  const auto now = Clock::now();
  const Post& post = event.post;
  if (post.sender == name_) {
    if (post.kind == PostKind::join) came_.erase(post.room);
    if (screen_ && event.own && post.room != lobby) return;  // it was told already where it is
    show_folded(now);                                        // who came before
    return write(looks_.post(event, name_, label_of(post.room)));
  }
  if (!screen_) return presences_.wanted() ? write(looks_.post(event, name_, label_of(post.room))) : void();
  if (presences_.before({}, post.room, 0)) show_folded(now);
  const bool alone = presences_.alone(event, now);
  if (alone && presences_.before(post.sender, post.room, post.time_ms)) show_folded(now);
  if (alone) write(looks_.post(event, name_, label_of(post.room)));
}

void View::show_folded(Clock::time_point now) {
  if (const auto folded = presences_.take(now)) write(looks_.presences(*folded, label_of(folded->room)));
}

void View::show_missed() {
  const auto back = std::exchange(return_, std::nullopt);
  if (!back) return;
  std::size_t missed = 0;
  std::size_t mentioned = 0;
  for (const PostArrived& event : back->posts) {
    const Post& post = event.post;
    if (event.own || is_ignored(post.sender) || (post.kind != PostKind::message && post.kind != PostKind::action))
      continue;
    ++missed;
    if (mentions(post.body, name_)) ++mentioned;
  }
  std::string line = "* back after " + duration_text(back->away);
  if (missed > 0) line += ", " + std::to_string(missed) + " missed";
  if (mentioned > 0) line += ", " + std::to_string(mentioned) + (mentioned == 1 ? " mentions you" : " mention you");
  status(line + "\n");
  if (!back->gaps.empty()) error(back->gaps);
  if (missed > 0 || back->unread) write(looks_.marker("new"));
  if (missed > 0) marked_ = true;
  for (const PostArrived& event : back->posts) show_post(event);
  if (!back->others.empty()) write(back->others);
}

// They come in one go; in a busy room nobody waits for long.
Clock::time_point View::Return::due() const { return std::min(latest + 200ms, began + 1s); }

Clock::time_point View::due() {
  MutexLock lock(mu_);
  return std::min(presences_.due(), return_ ? return_->due() : Clock::time_point::max());
}

void View::settle() {
  MutexLock lock(mu_);
  const auto now = Clock::now();
  if (return_ && now >= return_->due()) show_missed();
  if (now >= presences_.due()) show_folded(now);
}

void View::show_presences(Presences::Show show) {
  MutexLock lock(mu_);
  presences_.show(show);
}

// ---- Looking elsewhere, looking back -------------------------------------------------------------------------------

void View::look(bool here) {
  MutexLock lock(mu_);
  looks_away_ = !here;
  marked_ = false;
}

void View::set_calling(Calling calling) {
  MutexLock lock(mu_);
  calling_ = std::move(calling);
}

// By what is said in a room.
bool View::calls(const Post& post) const {
  const Calling::By by = calling_.by_in(post.room);
  if (by == Calling::By::all) return true;
  if (by != Calling::By::mention) return false;
  return mentions(post.body, name_) || std::any_of(calling_.words.begin(), calling_.words.end(),
                                                   [&](const std::string& word) { return mentions(post.body, word); });
}

// A terminal that does not tell whether it is looked at may be looked at. What is old calls nobody.
void View::call_user(const std::string& from, const std::string& text, std::uint64_t time_ms) {
  constexpr std::uint64_t old_ms = 60'000;
  if (!screen_ || !looks_away_ || calling_.how == Notice::off || time_ms + old_ms < unix_ms()) return;
  put(notice_sequence(calling_.how, from, text));
  if (!calling_.sound.empty()) play_sound(calling_.sound);
}

void View::mark_unread() {
  if (!screen_ || !looks_away_ || std::exchange(marked_, true)) return;
  if (return_)
    return_->unread = true;
  else
    write(looks_.marker("new"));
}

void View::keep(const PostArrived& arrived) {
  transcript_.add(arrived);
  if (transcript_.failed()) error("! the log could not be written, and is closed - /log FILE begins another\n");
}

std::optional<std::string> View::log_to(const std::string& file) {
  MutexLock lock(mu_);
  return transcript_.log_to(file);
}

void View::search(const Search& search) {
  constexpr std::size_t most = 50;
  MutexLock lock(mu_);
  const auto found = transcript_.find(search, most);
  const std::string end = found.all > most ? ", the last 50:" : found.all > 0 ? ":" : "";
  std::string lines;
  for (const std::string& line : found.lines) lines += line + "\n";
  tell("* " + std::to_string(found.all) + (found.all == 1 ? " message" : " messages") + printable(search.text()) + end +
       "\n" + (json_ ? lines : looks_.found(lines)));
}

bool View::show_again(const std::string& room, std::size_t count, std::uint64_t since_ms) {
  MutexLock lock(mu_);
  Search there;
  there.room = room;
  there.since_ms = since_ms;
  const auto found = cleared_.erase(room) > 0 ? transcript_.find(there, count) : Transcript::Found();
  if (found.lines.empty()) return false;
  std::string lines;
  for (const std::string& line : found.lines) lines += line + "\n";
  write("* the last " + std::to_string(found.lines.size()) + " of #" + printable(room) +
        " again (once more: those before):\n" + looks_.found(lines));
  return true;
}

std::uint32_t View::search_on(const Search& search) {
  MutexLock lock(mu_);
  searches_[++last_search_] = search;
  return last_search_;
}

void View::past(const PastArrived& event) {
  const auto search = searches_.extract(event.search);
  if (event.cut)
    return tell_undone("! what was said earlier in #" + printable(event.room) + " did not come - ask for it again\n");
  if (event.search == 0) return write(looks_.past(event, name_));
  if (search.empty() || !event.kept) return;
  std::string lines;
  for (const PostArrived& arrived : event.posts) {
    const Post& post = arrived.post;
    const std::string line = transcript_line(arrived);
    const bool said = post.kind == PostKind::message || post.kind == PostKind::action;
    if (said && search.mapped().fits(post.sender, post.room, post.time_ms, without_time(line))) lines += line + "\n";
  }
  if (lines.empty()) return tell("* nothing more in the history\n");
  tell("* and earlier:\n" + (json_ ? lines : looks_.found(lines)));
}

}  // namespace chat
