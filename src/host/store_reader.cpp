#include "host/store_reader.hpp"

#include <algorithm>
#include <utility>

#include "host/data_folder.hpp"

namespace chat {

namespace {

// A statement that is left in the middle keeps an old state of the file alive, and with it the write-ahead log.
struct Rewind {
  Statement& statement;
  ~Rewind() { statement.reset(); }
};

}  // namespace

StoreReader::StoreReader(const std::string& folder)
    : database_(database_in(folder), Database::Access::read),
      forward_(database_,
               "SELECT seq, sender, session, message, time, kind, body FROM posts "
               "WHERE room=(SELECT id FROM rooms WHERE name=?1) AND seq>=?2 ORDER BY seq"),
      backward_(database_,
                "SELECT seq, sender, session, message, time, kind, body FROM posts "
                "WHERE room=(SELECT id FROM rooms WHERE name=?1) AND seq<?2 ORDER BY seq DESC"),
      sender_(database_, "SELECT session, last_message FROM senders WHERE key=?"),
      room_(database_,
            "SELECT ifnull((SELECT last FROM rooms WHERE name=?1), (SELECT CAST(value AS INTEGER) FROM "
            "meta WHERE name='rooms_begin_after')), (SELECT topic FROM rooms WHERE name=?1)") {}

Post post_in(const Statement& row, std::string room) {
  Post post;
  post.room = std::move(room);
  post.seq = row.number(0);
  post.sender = Bytes(row.octets(1));
  post.session = row.number(2);
  post.message = row.number(3);
  post.time_ms = row.number(4);
  post.kind = static_cast<PostKind>(row.number(5));
  post.body = Bytes(row.octets(6));
  return post;
}

std::optional<Log::Found> StoreReader::read(const std::string& room, Seq from, std::size_t most) {
  Bytes frames;
  Log::Found found;
  {
    MutexLock lock(mu_);
    const Rewind rewind{forward_};
    forward_.text(1, room).bind(2, from);
    while (frames.size() < most && forward_.step()) {
      const Post post = post_in(forward_, room);
      if (frames.empty()) found.first = found.run.next = post.seq;
      if (post.seq != found.run.next) break;
      frames += post.encode();
      ++found.run.next;
    }
  }
  if (frames.empty()) return std::nullopt;
  const auto owner = std::make_shared<Bytes>(std::move(frames));
  found.run.octets = *owner;
  found.run.owner = std::shared_ptr<const char[]>(owner, owner->data());
  return found;
}

void StoreReader::fill(Room& into, Seq given) {
  const std::string& room = into.name();
  Log& log = into.log();
  Seq last = 0;
  std::vector<Bytes> frames;  // the last one first
  {
    MutexLock lock(mu_);
    {
      const Rewind rewind{room_};
      if (room_.text(1, room).step()) {
        last = std::max(given, room_.number(0));
        into.set_topic(Bytes(room_.octets(1)));
      }
    }
    const Rewind rewind{backward_};
    std::size_t bytes = 0;
    backward_.text(1, room).bind(2, last + 1);
    while (frames.size() < log.limits().entries && bytes < log.limits().bytes) {
      if (!backward_.step()) {
        into.set_hole({1, last - frames.size()});
        break;
      }
      const Post post = post_in(backward_, room);
      if (post.seq != last - frames.size()) {
        into.set_hole({post.seq + 1, last - frames.size()});
        break;
      }
      frames.push_back(post.encode());
      bytes += frames.back().size();
    }
  }
  log.begin_at(last - frames.size() + 1);
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) log.append(*frame);
}

std::vector<Post> StoreReader::history(const std::string& room, Seq before, std::uint64_t since_ms, std::uint32_t count,
                                       std::size_t most) {
  std::vector<Post> posts;
  std::size_t bytes = 0;
  {
    MutexLock lock(mu_);
    const Rewind rewind{backward_};
    backward_.text(1, room).bind(2, before == 0 ? INT64_MAX : std::min<Seq>(before, INT64_MAX));
    while (posts.size() < count && backward_.step()) {
      Post post = post_in(backward_, room);
      bytes += post.encode().size();
      if (post.time_ms < since_ms || (!posts.empty() && bytes > most)) break;
      posts.push_back(std::move(post));
    }
  }
  std::reverse(posts.begin(), posts.end());
  return posts;
}

std::optional<StoreReader::StoredSender> StoreReader::sender(const ClientKey& key) {
  MutexLock lock(mu_);
  const Rewind rewind{sender_};
  sender_.blob(1, {reinterpret_cast<const char*>(key.data()), key.size()});
  if (!sender_.step()) return std::nullopt;
  return StoredSender{sender_.number(0), sender_.number(1)};
}

std::vector<Ledger::StoredRoom> StoreReader::kept_rooms() {
  MutexLock lock(mu_);
  std::vector<Ledger::StoredRoom> rooms;
  Statement all(
      database_,
      "SELECT name, lock, topic, EXISTS(SELECT 1 FROM posts WHERE room=rooms.id AND kind NOT IN (?1,?2,?3,?4)) "
      "AS said FROM rooms WHERE said OR lock<>x'' OR topic<>x'' ORDER BY id");
  int at = 0;
  for (const PostKind kind : {PostKind::join, PostKind::leave, PostKind::crowd, PostKind::rename})
    all.bind(++at, static_cast<std::uint64_t>(kind));
  while (all.step())
    rooms.push_back({Bytes(all.octets(0)), Bytes(all.octets(1)), Bytes(all.octets(2)), all.number(3) != 0});
  return rooms;
}

std::vector<Ledger::Fact> StoreReader::facts() {
  MutexLock lock(mu_);
  std::vector<Ledger::Fact> facts;
  Statement all(database_, "SELECT kind, name, value FROM facts");
  while (all.step()) facts.push_back({Bytes(all.octets(0)), Bytes(all.octets(1)), Bytes(all.octets(2))});
  return facts;
}

}  // namespace chat
