#include "host/rooms.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "host/sqlite.hpp"

namespace chat {

namespace {

// For rooms that vanish. Whoever was in one when the host was stopped has as long to come back.
constexpr auto store_looked_at_every = 10min;
constexpr std::size_t vanished_remembered = 100'000;

Rooms::Entry refused(Result result, std::string why) {
  Rooms::Entry entry;
  entry.result = result;
  entry.why = std::move(why);
  return entry;
}

Rooms::Entry in_too_many_rooms() {
  return refused(Result::too_many, "nobody can be in more than " + std::to_string(limits::rooms_per_client) +
                                       " rooms - /leave one first");
}

}  // namespace

Rooms::Rooms(Ledger& ledger, std::vector<Bell*> bells, std::function<std::size_t()> members, Announcer::IsHere is_here,
             std::function<void()> on_pending)
    : ledger_(ledger), bells_(std::move(bells)), is_here_(std::move(is_here)), on_pending_(std::move(on_pending)) {
  lobby_ = std::make_unique<Place>();
  lobby_->name = chat::lobby;
  lobby_->room = std::make_shared<Room>(lobby_->name, LogLimits{}, bells_);
  ledger_.open(*lobby_->room);
  lobby_->announcer = std::make_shared<Announcer>(ledger_, lobby_->room, std::move(members), is_here_, on_pending_);
  add_stored();
}

// ---- Entering ------------------------------------------------------------------------------------------------------

Rooms::Entry Rooms::enter(std::string_view name, Visitor who, const Verifier* proven) {
  return enter_place(name, who, proven, nullptr);
}

Rooms::Entry Rooms::lock(std::string_view name, Visitor who, Verifier verifier) {
  return enter_place(name, who, nullptr, std::make_shared<const Verifier>(std::move(verifier)));
}

Rooms::Entry Rooms::enter_place(std::string_view typed, Visitor who, const Verifier* proven,
                                std::shared_ptr<const Verifier> lock_with) {
  const auto checked = check_room(typed);
  if (!checked) return refused(Result::bad_value, checked.error);
  const std::string& name = *checked;
  if (name == chat::lobby) return refused(Result::bad_value, "everybody is in #lobby already");
  const auto try_enter = [&]() -> std::optional<Entry> {
    MutexLock lock(mu_);
    Place* const place = find(name);
    const auto of = of_.find(who.session);
    const bool in_too_many = of != of_.end() && of->second.size() + 1 >= limits::rooms_per_client;
    if (!place) {
      for (const std::string& skeleton : name_skeletons(name))
        if (const auto found = names_by_skeleton_.find(skeleton); found != names_by_skeleton_.end())
          return refused(Result::taken,
                         "#" + name + " looks like #" + found->second + ", which is there - take another name");
      if (look_alike(name, chat::lobby))
        return refused(Result::taken, "#" + name + " looks like #lobby, which is there - take another name");
      if (in_too_many) return in_too_many_rooms();
      return std::nullopt;
    }
    if (lock_with)
      return refused(Result::taken, "there is a room #" + name + " already - /join " + name + " enters it");
    const bool inside = place->members.contains(who.session);
    if (place->lock && !inside && place->lock.get() != proven) {
      Entry entry = refused(Result::proof_wanted, "#" + name + " has a password");
      entry.lock = place->lock;
      return entry;
    }
    if (!inside && in_too_many) return in_too_many_rooms();
    if (!place->room) return std::nullopt;
    return admit(*place, who);
  };
  if (auto entered = try_enter()) return std::move(*entered);
  MutexLock making(making_);
  if (auto entered = try_enter()) return std::move(*entered);  // somebody else was faster
  {
    MutexLock lock(mu_);  // only with making_ held there come to be more places
    if (!find(name) && !make_space())
      return refused(Result::too_many,
                     "this host has as many rooms as it can have - use one that there is, or try again later");
  }
  const bool locked = lock_with || lock_of(name);
  const auto room = std::make_shared<Room>(name, LogLimits{}, bells_, locked);
  try {
    ledger_.open(*room);
  } catch (const StoreError&) {
    return refused(Result::failed, "the host could not read what was said in #" + name + " - tell whoever runs it");
  }
  // Last: what has a lock in the store is there.
  if (lock_with && !ledger_.lock_room(name, format_verifier(*lock_with).view()))
    return refused(Result::failed, "the host could not store the room - tell whoever runs it");
  {
    MutexLock lock(mu_);
    Place* place = find(name);
    if (!place) {
      place = &places_[name];
      place->name = name;
      place->lock = lock_with;
      for (std::string& skeleton : name_skeletons(name)) names_by_skeleton_.emplace(std::move(skeleton), name);
      log_of_vanished(*room);
    }
    place->topic.clear();
    place->announcer = std::make_shared<Announcer>(
        ledger_, room, [this, name] { return members(name).size(); },
        [this, name](std::uint64_t session, const std::string& person) {
          return is_in(name, session) && is_here_(session, person);
        },
        on_pending_);
    place->room = room;
    place->empty_since = Clock::now();
    if (lock_with) return admit(*place, who);  // who makes a password knows it
  }
  lock_with.reset();
  auto entered = try_enter();
  return entered ? std::move(*entered) : refused(Result::failed, "try again");
}

Rooms::Entry Rooms::admit(Place& place, Visitor who) {
  Entry entry;
  entry.room = place.room;
  of_[who.session].insert(place.name);  // first: who is a member is found there
  const auto [member, fresh] = place.members.emplace(who.session, who.connection);
  member->second = std::max(member->second, who.connection);  // one that was replaced may come last
  entry.fresh = fresh;
  entry.members = place.members.size();
  return entry;
}

// A room of this name was here, and nothing of it is stored: its numbers are not given again.
void Rooms::log_of_vanished(Room& room) {
  const auto before = vanished_.find(room.name());
  if (before == vanished_.end()) return;
  if (!ledger_.stores()) room.log().begin_at(before->second + 1);
  vanished_.erase(before);
}

std::shared_ptr<const Verifier> Rooms::lock_of(const std::string& name) const {
  MutexLock lock(mu_);
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : found->second.lock;
}

bool Rooms::exists(const std::string& name) const {
  MutexLock lock(mu_);
  return places_.contains(name);
}

void Rooms::announce(Room& room, std::uint64_t session, const std::string& person) {
  std::shared_ptr<Announcer> announcer;
  {
    MutexLock lock(mu_);
    if (const Place* place = find(room.name())) announcer = place->announcer;
  }
  if (announcer) announcer->joined(session, person);
}

// ---- Leaving -------------------------------------------------------------------------------------------------------

bool Rooms::leave(const std::string& name, Visitor who, const std::string& person, Goodbye why) {
  std::shared_ptr<Announcer> announcer;
  {
    MutexLock lock(mu_);
    Place* const place = find(name);
    const auto member = place ? place->members.find(who.session) : decltype(place->members.end()){};
    const bool is_in = place && member != place->members.end();
    if (is_in && member->second > who.connection) return false;
    if (const auto of = of_.find(who.session); of != of_.end()) {
      of->second.erase(name);
      if (of->second.empty()) of_.erase(of);
    }
    if (!is_in) return false;
    place->members.erase(member);
    place->empty_since = Clock::now();
    announcer = place->announcer;
  }
  announcer->left(who.session, person, why);
  return true;
}

void Rooms::leave_all(Visitor who, const std::string& person, Goodbye why) {
  for (const std::string& name : of(who.session)) leave(name, who, person, why);
}

// ---- Looking -------------------------------------------------------------------------------------------------------

Rooms::Place* Rooms::find(const std::string& name) {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &found->second;
}

std::vector<std::shared_ptr<Room>> Rooms::rooms_of(std::uint64_t session) const {
  MutexLock lock(mu_);
  std::vector<std::shared_ptr<Room>> all{lobby_->room};
  const auto in = of_.find(session);
  if (in == of_.end()) return all;
  for (const std::string& name : in->second)
    if (const auto place = places_.find(name); place != places_.end() && place->second.room)
      all.push_back(place->second.room);
  return all;
}

std::vector<Rooms::Seen> Rooms::list(const std::set<std::uint64_t>& hidden) const {
  std::vector<Seen> all;
  {
    MutexLock lock(mu_);
    std::map<std::string, std::size_t> hidden_in;
    for (const std::uint64_t session : hidden)
      if (const auto in = of_.find(session); in != of_.end())
        for (const std::string& name : in->second) ++hidden_in[name];
    for (const auto& [name, place] : places_) {
      const auto not_counted = hidden_in.find(name);
      all.push_back({name, place.members.size() - (not_counted == hidden_in.end() ? 0 : not_counted->second),
                     place.lock != nullptr, place.room ? place.room->topic() : place.topic});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Seen& one, const Seen& other) { return one.members > other.members; });
  return all;
}

std::vector<std::uint64_t> Rooms::members(const std::string& room) const {
  MutexLock lock(mu_);
  const auto found = places_.find(room);
  if (found == places_.end()) return {};
  std::vector<std::uint64_t> sessions;
  for (const auto& [session, connection] : found->second.members) sessions.push_back(session);
  return sessions;
}

bool Rooms::is_in(const std::string& name, std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto found = places_.find(name);
  return found != places_.end() && found->second.members.contains(session);
}

std::vector<std::string> Rooms::of(std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto found = of_.find(session);
  if (found == of_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::size_t Rooms::size() const {
  MutexLock lock(mu_);
  return places_.size() + 1;
}

// ---- Keeping house -------------------------------------------------------------------------------------------------

// Whether somebody has its room still: a post on its way to the disk, a courier, a connection that was replaced. There
// must not be a second one of that name then, whose log would give the same numbers. Nobody gets it but from here.
bool Rooms::in_use(const Place& place) {
  if (place.room.use_count() > 2 || place.announcer.use_count() > 1) return true;  // 2: the place and its announcer
  // What whoever had it did last is seen from here on: reading the count alone does not say so.
  std::atomic_thread_fence(std::memory_order_acquire);
  return false;
}

void Rooms::tick() {
  std::vector<std::shared_ptr<Announcer>> announcers{lobby_->announcer};
  {
    MutexLock lock(mu_);
    for (const auto& [name, place] : places_)
      if (place.announcer) announcers.push_back(place.announcer);
  }
  for (const auto& announcer : announcers) announcer->tick();
}

void Rooms::tidy(Clock::time_point now) {
  bool look_at_store = false;
  {
    MutexLock lock(mu_);
    // What is not kept elsewhere is in the room alone.
    const auto kept_for =
        ledger_.keeps_history() ? Clock::duration(limits::room_unloaded_after) : Clock::duration(limits::room_kept_for);
    for (auto at = places_.begin(); at != places_.end();) {
      const auto here = at++;
      Place& place = here->second;
      if (!place.room || !place.members.empty() || in_use(place) || now - place.empty_since < kept_for) continue;
      if (!ledger_.stores()) {
        forget(here);
        continue;
      }
      place.topic = place.room->topic();
      place.room.reset();
      place.announcer.reset();
    }
    look_at_store = ledger_.stores() && now - store_looked_at_ >= store_looked_at_every;
  }
  if (look_at_store) let_vanish(now);
}

// At the start: all that is stored is there, also what will have vanished at the first look, unless somebody comes
// back.
void Rooms::add_stored() {
  std::vector<Ledger::StoredRoom> stored = ledger_.stored_rooms();
  MutexLock lock(mu_);
  store_looked_at_ = Clock::now();
  for (Ledger::StoredRoom& room : stored) {
    if (room.name == chat::lobby || places_.size() + 1 >= limits::rooms) continue;
    Place& place = places_[room.name];
    place.name = room.name;
    place.topic = std::move(room.topic);
    if (!room.lock.empty()) {
      auto verifier = parse_verifier(room.lock);
      // Without its password the room would be open to all.
      if (!verifier)
        throw StoreError(StoreError::Kind::damaged,
                         "the password of #" + printable(room.name) + " does not read as one");
      place.lock = std::make_shared<const Verifier>(std::move(*verifier.value));
    }
    for (std::string& skeleton : name_skeletons(room.name)) names_by_skeleton_.emplace(std::move(skeleton), room.name);
  }
}

// A room that nobody is in, and in which nothing was said that is kept, is not there any more. With making_ held nobody
// enters meanwhile what is not in memory.
void Rooms::let_vanish(Clock::time_point now) {
  MutexLock making(making_);
  {
    MutexLock lock(mu_);
    store_looked_at_ = now;
  }
  std::vector<Ledger::StoredRoom> stored;
  try {
    stored = ledger_.stored_rooms();
  } catch (const StoreError&) {
    return;  // the ledger has said so
  }
  std::set<std::string> stay{std::string(chat::lobby)};
  for (const Ledger::StoredRoom& room : stored)
    if (room.said) stay.insert(room.name);
  {
    MutexLock lock(mu_);
    for (const auto& [name, place] : places_)
      if (place.room || !place.members.empty()) stay.insert(name);
  }
  std::vector<std::string> emptied;  // of those that vanish: they have a lock or a topic in the store
  for (Ledger::StoredRoom& room : stored)
    if (!stay.contains(room.name)) emptied.push_back(std::move(room.name));
  if (!emptied.empty() && !ledger_.forget_rooms(emptied)) return;  // else a lock would come back without its room
  MutexLock lock(mu_);
  for (auto at = places_.begin(); at != places_.end();) {
    const auto here = at++;
    if (!stay.contains(here->first)) forget(here);
  }
}

void Rooms::forget(std::map<std::string, Place>::iterator at) {
  const Place& place = at->second;
  if (place.room && !ledger_.stores() && place.room->log().last() > 0) {
    if (vanished_.size() >= vanished_remembered) vanished_.erase(vanished_.begin());
    vanished_[place.name] = place.room->log().last();
  }
  for (const std::string& skeleton : name_skeletons(place.name)) {
    const auto found = names_by_skeleton_.find(skeleton);
    if (found != names_by_skeleton_.end() && found->second == place.name) names_by_skeleton_.erase(found);
  }
  places_.erase(at);
}

// Space for one more room: where there is none, the one that has been empty for longest goes, unless it is stored, or
// all have members.
bool Rooms::make_space() {
  if (places_.size() + 1 < limits::rooms) return true;
  if (ledger_.stores()) return false;
  auto oldest = places_.end();
  for (auto at = places_.begin(); at != places_.end(); ++at) {
    if (!at->second.members.empty() || in_use(at->second)) continue;
    if (oldest == places_.end() || at->second.empty_since < oldest->second.empty_since) oldest = at;
  }
  if (oldest == places_.end()) return false;
  forget(oldest);
  return true;
}

}  // namespace chat
