#include "host/ledger.hpp"

#include "net/socket.hpp"

namespace chat {

std::shared_ptr<Sender> Senders::find(const ClientKey& key) const {
  MutexLock lock(mu_);
  const auto found = senders_.find(key);
  return found == senders_.end() ? nullptr : found->second;
}

std::shared_ptr<Sender> Senders::add(const ClientKey& key, std::uint64_t session, std::uint64_t last_message) {
  MutexLock lock(mu_);
  auto& sender = senders_[key];
  if (sender) return sender;
  sender = std::make_shared<Sender>(key, session == 0 ? ++last_session_ : session, last_message);
  oldest_first_.push_back(key);
  auto made = sender;  // `sender` is a place in the table
  // Whoever is here now is remembered whatever the limit says: each is looked at once, the live ones go to the back.
  for (std::size_t looked = 0; senders_.size() > limits::senders_remembered && looked < 16; ++looked) {
    const ClientKey oldest = oldest_first_.front();
    oldest_first_.pop_front();
    if (senders_.at(oldest).use_count() > 1)
      oldest_first_.push_back(oldest);
    else
      senders_.erase(oldest);
  }
  return made;
}

void append(Room& room, const Post& post, std::string_view frame) {
  const Seq seq = room.log().append(frame, Post::seq_offset(post.room));
  if (post.kind != PostKind::topic) return;
  Post topic = post;
  topic.seq = seq;
  room.set_topic(topic.encode());
}

Post stamped(const Room& room, std::uint64_t session, const std::string& name, std::uint64_t message, PostKind kind,
             Bytes body) {
  Post post;
  post.room = room.name();
  post.sender = name;
  post.session = session;
  post.message = message;
  post.time_ms = unix_ms();
  post.kind = kind;
  post.body = std::move(body);
  return post;
}

void MemoryLedger::submit(Room& room, Speaker from, const std::string& name, std::uint64_t message, PostKind kind,
                          Bytes body) {
  Sender& sender = from.sender;
  MutexLock lock(sender.mu_);
  if (from.connection < sender.connection_) return;
  if (message <= sender.last_message_) return;
  sender.last_message_ = message;
  const Post post = stamped(room, sender.session_, name, message, kind, std::move(body));
  append(room, post, post.encode());
}

void MemoryLedger::submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
                          std::uint64_t message) {
  const Post post = stamped(room, session, name, message, kind, std::move(body));
  append(room, post, post.encode());
}

bool MemoryLedger::announce(Room& room, const std::string& text) {
  submit(room, 0, std::string(host_sender), PostKind::notice, text, 0);
  deliver(room);
  return true;
}

}  // namespace chat
