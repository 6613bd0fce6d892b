#include "host/durable_ledger.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace chat {

namespace {

constexpr auto house_period = 10s;
constexpr auto well_after = 1s;           // without a failure it is over
constexpr auto house_period_busy = 50ms;  // while there is something to prune

}  // namespace

DurableLedger::DurableLedger(Store& store, const std::string& folder, Settings settings)
    : store_(store),
      reader_(std::in_place, folder),
      settings_(std::move(settings)),
      senders_(store.session_base()),
      keep_(settings_.keep) {}

bool DurableLedger::start() {
  thread_ = Thread::start([this] { run(); });
  return thread_.joinable();
}

void DurableLedger::stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    wake();
  }
  if (thread_.joinable()) thread_.join();
  reader_.reset();
}

// ---- Any thread ----------------------------------------------------------------------------------------------------

void DurableLedger::open(Room& room) {
  commit();  // what was submitted to an earlier room of this name
  Unstored unstored;
  {
    MutexLock lock(mu_);  // before the store is read: it knows of these numbers when they are not here any more
    if (const auto found = unstored_.find(room.name()); found != unstored_.end()) unstored = found->second;
  }
  reader_->fill(room, unstored.last);
  if (unstored.topic) room.set_topic(*unstored.topic);
}

std::shared_ptr<Sender> DurableLedger::recall(const ClientKey& key) {
  if (auto known = senders_.find(key)) return known;
  // Whoever has something on its way to the disk is known: what is read here is the latest.
  try {
    const auto stored = reader_->sender(key);
    return stored ? senders_.add(key, stored->session, stored->last_message) : senders_.add(key);
  } catch (const StoreError&) {
    throw PeerFault{Goodbye::busy};  // taken for a newcomer, it could say something twice
  }
}

void DurableLedger::submit(Room& room, Speaker from, const std::string& name, std::uint64_t message, PostKind kind,
                           Bytes body) {
  Sender& sender = from.sender;
  Item item;
  item.room = room.shared_from_this();
  item.sender = sender.shared_from_this();
  item.post = stamped(room, sender.session_, name, message, kind, std::move(body));
  item.frame = item.post.encode();
  wait_for_place();
  MutexLock lock(sender.mu_);
  if (from.connection < sender.connection_) return;
  if (sender.refused_ != 0 && message != sender.refused_) return;
  if (message <= sender.taken_) return;
  sender.refused_ = 0;
  sender.taken_ = message;
  item.refusals = sender.refusals_;
  push(std::move(item));
}

void DurableLedger::submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
                           std::uint64_t message) {
  Item item;
  item.room = room.shared_from_this();
  item.post = stamped(room, session, name, message, kind, std::move(body));
  item.frame = item.post.encode();
  wait_for_place();
  push(std::move(item));
}

bool DurableLedger::announce(Room& room, const std::string& text) {
  bool refused = false;
  Item item;
  item.room = room.shared_from_this();
  item.post = stamped(room, 0, std::string(host_sender), 0, PostKind::notice, text);
  item.frame = item.post.encode();
  item.refused = &refused;
  wait_for_place();
  wait_until_done(push(std::move(item)));
  return !refused;
}

void DurableLedger::skip(Speaker from, std::uint64_t message) {
  Sender& sender = from.sender;
  MutexLock lock(sender.mu_);
  if (from.connection >= sender.connection_ && sender.refused_ == message) sender.refused_ = 0;
}

void DurableLedger::skip(Speaker from, const std::string& room) {
  Sender& sender = from.sender;
  bool under_way = false;
  {
    MutexLock lock(sender.mu_);
    under_way = sender.taken_ != sender.last_message_;
  }
  if (under_way) commit();  // it may be refused yet
  MutexLock lock(sender.mu_);
  if (from.connection >= sender.connection_ && sender.refused_in_ == room) sender.refused_ = 0;
}

// The bound is a soft one: each waiting thread may add one item more. Nobody waits with a sender's lock held.
void DurableLedger::wait_for_place() {
  MutexLock lock(mu_);
  while (items_.size() >= limits::unstored_posts || bytes_ >= limits::unstored_bytes) {
    wake();
    place_.wait(mu_);
  }
}

std::uint64_t DurableLedger::push(Item item) {
  MutexLock lock(mu_);
  bytes_ += item.bytes();
  items_.push_back(std::move(item));
  return ++pushed_;
}

void DurableLedger::wake() {
  rung_ = true;
  if (sleeping_) bell_.notify_one();
}

void DurableLedger::deliver(Room&) {
  MutexLock lock(mu_);
  wake();
}

void DurableLedger::wait_until_done(std::uint64_t item) {
  MutexLock lock(mu_);
  while (processed_ < item) {
    wake();
    done_.wait(mu_);
  }
}

void DurableLedger::commit() {
  std::uint64_t last = 0;
  {
    MutexLock lock(mu_);
    last = pushed_;
  }
  wait_until_done(last);
}

void DurableLedger::keep_no_more_than(const Keep& keep) {
  MutexLock lock(mu_);
  keep_ = keep;
}

std::vector<Ledger::StoredRoom> DurableLedger::stored_rooms() {
  commit();  // what was said last in a room
  std::vector<StoredRoom> rooms = reader_->kept_rooms();
  MutexLock lock(mu_);
  for (const auto& [name, in] : unstored_)
    if (in.topic && !in.topic->empty()) rooms.push_back({name, {}, *in.topic, false});
  return rooms;
}

bool DurableLedger::lock_room(const std::string& name, std::string_view lock) {
  return transact([&](Store& store) { store.lock_room(name, lock); });
}

bool DurableLedger::forget_rooms(const std::vector<std::string>& names) {
  const bool stored = transact([&](Store& store) {
    for (const std::string& name : names) store.forget_room(name);
  });
  if (!stored) return false;
  MutexLock lock(mu_);
  for (const std::string& name : names)
    if (const auto found = unstored_.find(name); found != unstored_.end()) found->second.topic = Bytes();
  return true;
}

std::vector<Ledger::Fact> DurableLedger::facts() { return reader_->facts(); }

bool DurableLedger::keep(const std::vector<Fact>& facts) {
  return transact([&](Store& store) {
    for (const Fact& fact : facts) store.keep(fact);
  });
}

bool DurableLedger::transact(const std::function<void(Store&)>& work) {
  bool stored = false;
  run_in_thread([&] {
    std::string why;
    stored = attempt(why, [&] {
      store_.begin();
      work(store_);
      store_.commit();
    });
  });
  return stored;
}

std::optional<std::string> DurableLedger::keep_history(bool on) {
  std::optional<std::string> error;
  run_in_thread([&] { error = on ? keep_again() : leave_off(); });
  return error;
}

void DurableLedger::run_in_thread(const std::function<void()>& work) {
  Item item;
  item.work = &work;
  std::uint64_t number = 0;
  {
    MutexLock lock(mu_);
    items_.push_back(std::move(item));
    number = ++pushed_;
  }
  wait_until_done(number);
}

// ---- The ledger's thread -------------------------------------------------------------------------------------------

void DurableLedger::run() {
  auto house_at = Clock::now();
  std::vector<Item> items;
  while (true) {
    {
      MutexLock lock(mu_);
      while (!rung_ && !stopping_ && Clock::now() < house_at) {
        sleeping_ = true;
        bell_.wait_until(mu_, house_at);
        sleeping_ = false;
      }
      if (stopping_ && items_.empty()) break;
      rung_ = false;
      items.swap(items_);
      bytes_ = 0;
      place_.notify_all();
    }
    process(items);
    const std::size_t processed = items.size();
    items.clear();  // whoever waits for them finds their rooms no more in use
    {
      MutexLock lock(mu_);
      processed_ += processed;
      done_.notify_all();
    }
    std::string why;
    if (keeps_) attempt(why, [&] { store_.checkpoint_if_due(); });
    if (Clock::now() >= house_at) house_at = keep_house();
  }
  keep_again();  // else the next host passes over many numbers
}

void DurableLedger::process(std::span<Item> items) {
  while (!items.empty()) {
    const auto work = std::find_if(items.begin(), items.end(), [](const Item& item) { return item.work; });
    const auto posts = static_cast<std::size_t>(work - items.begin());
    if (posts > 0) take_posts(items.first(posts));
    if (work != items.end()) (*work->work)();
    items = items.subspan(std::min(posts + 1, items.size()));
  }
}

template <class Body>
bool DurableLedger::attempt(std::string& why, Body body) {
  why = why_broken_;
  if (broken_) return false;
  try {
    body();
    return true;
  } catch (const StoreError& error) {
    why = error.what();
    store_.rollback();
    failed(error);
  } catch (const std::bad_alloc&) {
    why = "no memory";
    store_.rollback();
  }
  return false;
}

// After a failed sync nobody knows what is on the disk and what only seems to be: no second try.
void DurableLedger::failed(const StoreError& error) {
  const bool may_pass = error.kind == StoreError::Kind::full || error.kind == StoreError::Kind::passing;
  if (!may_pass) {
    why_broken_ = error.what();
    broken_ = true;
    const char* const what = keeps_ ? "nothing is stored any more, and nothing new is taken,"
                                    : "history stays off, and people talk unstored,";
    settings_.report(std::string(what) + " until this host is started again: " + why_broken_);
  } else if (!std::exchange(told_, true)) {
    settings_.report(std::string("posts cannot be stored: ") + error.what());
  }
  last_failure_ = Clock::now();
}

void DurableLedger::take_posts(std::span<Item> posts) {
  for (Item& item : posts) {
    if (!item.sender) continue;
    MutexLock lock(item.sender->mu_);
    item.void_since = item.refusals != item.sender->refusals_;
  }
  std::string why;
  if (!keeps_)
    number(posts);
  else if (!store(posts, why))
    return refuse(posts, why);
  append(posts);
}

bool DurableLedger::store(std::span<Item> posts, std::string& why) {
  const bool stored = attempt(why, [&] {
    store_.begin();
    std::map<Sender*, const Post*> last;
    for (Item& item : posts) {
      if (item.void_since) continue;
      item.post.seq = store_.add(item.post);
      if (item.sender) last[item.sender.get()] = &item.post;
    }
    for (const auto& [sender, post] : last)
      store_.remember(sender->key_, sender->session_, post->message, post->time_ms);
    store_.commit();
  });
  // On a disk that is nearly full a small post may find a place where a large one did not.
  if (stored && told_ && Clock::now() - last_failure_ >= well_after) {
    told_ = false;
    settings_.report("posts are stored again");
  }
  return stored;
}

void DurableLedger::append(std::span<Item> posts) {
  std::vector<Room*> rooms;
  for (const Item& item : posts) {
    if (item.void_since) continue;
    if (item.sender) {
      MutexLock lock(item.sender->mu_);
      item.sender->last_message_ = item.post.message;
    }
    ensure(item.room->log().last() + 1 == item.post.seq, "a room's log and the store count differently");
    chat::append(*item.room, item.post, item.frame);
    Room* const room = item.room.get();
    if (std::find(rooms.begin(), rooms.end(), room) == rooms.end()) rooms.push_back(room);
  }
  for (Room* room : rooms) room->ring();
}

void DurableLedger::refuse(std::span<Item> posts, const std::string& why) {
  for (const Item& item : posts) {
    if (item.void_since) continue;
    if (item.refused) {
      *item.refused = true;
      continue;
    }
    std::string lost;
    if (item.sender) {
      MutexLock lock(item.sender->mu_);
      if (item.refusals != item.sender->refusals_) continue;  // an earlier one of this batch stands for it
      ++item.sender->refusals_;
      item.sender->refused_ = item.post.message;
      item.sender->refused_in_ = item.post.room;
      item.sender->taken_ = item.sender->last_message_;
    } else if (item.post.kind == PostKind::join || item.post.kind == PostKind::leave ||
               item.post.kind == PostKind::crowd) {
      continue;  // that nobody will see
    } else if (item.post.kind == PostKind::rename) {
      lost = item.post.sender + " is " + item.post.body + " now";
    } else if (item.post.kind == PostKind::notice) {
      lost = item.post.body;
    }
    settings_.refused({item.post.session, item.post.room, item.sender ? item.post.message : 0, why, std::move(lost)});
  }
}

// ---- While history is off ------------------------------------------------------------------------------------------

std::optional<std::string> DurableLedger::leave_off() {
  if (!keeps_) return "history is off already";
  if (broken_) return "nothing is taken any more until this host is started again: " + why_broken_;
  try {
    store_.leave_off();
  } catch (const StoreError& error) {
    return error.what();
  }
  keeps_ = false;
  return std::nullopt;
}

// The numbers of posts that are not stored.
void DurableLedger::number(std::span<Item> posts) {
  MutexLock lock(mu_);
  for (Item& item : posts) {
    if (item.void_since) continue;
    Unstored& in = unstored_[item.room->name()];
    item.post.seq = in.last = std::max(in.last, item.room->log().last()) + 1;
    if (item.post.kind == PostKind::topic) in.topic = item.post.encode();
    if (!item.sender) continue;
    unstored_senders_[item.sender->session_] = item.sender;
    if (unstored_senders_.size() > limits::senders_remembered) unstored_senders_.erase(unstored_senders_.begin());
  }
}

std::optional<std::string> DurableLedger::keep_again() {
  if (keeps_) return "history is on already";
  std::map<std::string, Unstored> unstored;
  {
    MutexLock lock(mu_);
    unstored = unstored_;
  }
  std::string why;
  const bool stored = attempt(why, [&] {
    store_.begin();
    for (const auto& [room, in] : unstored) {
      store_.pass_over(room, in.last);
      if (in.topic) store_.set_topic(room, *in.topic);
    }
    for (const auto& [session, sender] : unstored_senders_)
      store_.remember(sender->key_, session, sender->last_message(), unix_ms());
    store_.commit();
  });
  if (!stored) return "history stays off: " + why;
  unstored_senders_.clear();
  {
    MutexLock lock(mu_);
    unstored_.clear();
  }
  keeps_ = true;
  try {
    store_.keep_again();
  } catch (const StoreError&) {
    return std::nullopt;  // at worst the next host passes over numbers that nobody was given
  }
  return std::nullopt;
}

// ---- Keeping house -------------------------------------------------------------------------------------------------

// When it is due again.
Clock::time_point DurableLedger::keep_house() {
  bool more = false;
  std::string why;
  Keep keep;
  {
    MutexLock lock(mu_);
    keep = keep_;
  }
  attempt(why, [&] { more = store_.prune(keep, unix_ms()); });
  return Clock::now() + (more ? Clock::duration(house_period_busy) : Clock::duration(house_period));
}

}  // namespace chat
