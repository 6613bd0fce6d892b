#include "client/reading.hpp"

#include <algorithm>

namespace chat {

namespace {

constexpr std::size_t most_rooms = 64;    // of one client; a host that names more wants our memory
constexpr std::size_t most_cursors = 32;  // in a log-in; the lobby's, which counts there, is one of them
constexpr std::uint64_t uncounted = std::uint64_t{1} << 31;  // docs/PROTOCOL.md, "gap"
constexpr std::size_t most_sessions = 64;  // remembered as our own; older posts are far behind every cursor

}  // namespace

Join Reading::join(const HostId& host, const ClientKey& key, const std::string& name, std::uint32_t backlog) {
  asked_ = host;
  const bool anew = met_ && host != host_;
  Join join;
  join.key = key;
  join.name = name;
  join.backlog = anew ? limits::max_backlog_posts : this->backlog(std::string(lobby), backlog);
  for (auto& [name_of_room, state] : rooms_) {
    state.arrived = 0;
    state.away = true;
    const std::size_t most = name_of_room == lobby ? most_cursors : most_cursors - 1;
    if (!anew && state.shown > 0 && join.cursors.size() < most) join.cursors.push_back({name_of_room, state.shown});
  }
  return join;
}

void Reading::welcome(const Welcome& welcome) {
  if (met_ && asked_ != host_) {
    for (auto& [name, state] : rooms_) state = {.away = true, .anew = true};
    sessions_.clear();
  }
  host_ = asked_;
  met_ = true;
  sessions_.push_back(welcome.session);
  if (sessions_.size() > most_sessions) sessions_.pop_front();
}

std::uint32_t Reading::backlog(const std::string& name, std::uint32_t usual) const {
  const auto found = rooms_.find(name);
  return found != rooms_.end() && found->second.anew ? limits::max_backlog_posts : usual;
}

Reading::Arrival Reading::arrive(const Post& post) {
  Room& state = room(post.room);
  if (post.seq <= state.arrived) throw HostFault{"the numbers of its posts do not rise"};
  Arrival arrival;
  if (post.seq <= state.shown) {  // the host has lost its last posts and gives their numbers again
    arrival.missed = uncounted;
    state.first = 0;
    while (sessions_.size() > 1) sessions_.pop_front();  // their numbers, too, may be somebody else's now
  } else if (state.shown > 0) {
    arrival.missed = post.seq - state.shown - 1;
  } else if (state.anew && post.seq > 1) {  // what is before it may be what was read, or not
    arrival.missed = uncounted;
  }
  state.arrived = state.shown = post.seq;
  if (state.first == 0) state.first = post.seq;
  if (own(post)) {
    arrival.own = true;
    arrival.acknowledged = post.message;
  }
  return arrival;
}

bool Reading::own(const Post& post) const {
  return std::find(sessions_.begin(), sessions_.end(), post.session) != sessions_.end();
}

Seq Reading::first_shown(const std::string& name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? 0 : found->second.first;
}

Seq Reading::last_shown(const std::string& name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? 0 : found->second.shown;
}

bool Reading::was_away(const std::string& name) const {
  const auto found = rooms_.find(name);
  return found != rooms_.end() && found->second.away;
}

void Reading::forget(const std::string& name) { rooms_.erase(name); }

void Reading::past(Past& past, Seq before, bool shown) {
  if (past.posts.empty()) return;
  if (before != 0 && past.posts.back().seq >= before) throw HostFault{"its history is not from before"};
  Room& state = room(past.room);
  // Asked for when nothing was shown yet, some may have come in the other way since.
  if (state.first != 0) std::erase_if(past.posts, [&](const Post& post) { return post.seq >= state.first; });
  if (shown && !past.posts.empty()) state.first = past.posts.front().seq;
}

std::uint64_t Reading::gap(const Gap& gap) {
  Room& state = room(gap.room);
  if (gap.last < gap.first || gap.last <= state.arrived) throw HostFault{"a gap that is none"};
  const bool anew = state.anew && state.shown == 0;
  const Seq first = std::max(gap.first, state.shown + 1);
  state.arrived = gap.last;
  if (gap.last <= state.shown) return 0;
  state.shown = gap.last;
  return anew ? uncounted : gap.last - first + 1;
}

Reading::Room& Reading::room(const std::string& name) {
  const auto found = rooms_.find(name);
  if (found != rooms_.end()) return found->second;
  if (rooms_.size() >= most_rooms) throw HostFault{"it sends posts of more rooms than there can be"};
  return rooms_[name];
}

}  // namespace chat
