#include "protocol/packets.hpp"

#include <algorithm>

namespace chat {

namespace {

// Fills a frame's body through `fill(writer)` and puts the header before it.
template <class Fill>
Bytes frame_of(PacketType type, Fill fill) {
  Bytes frame(4, '\0');
  ByteWriter out(frame);
  out.u8(static_cast<std::uint8_t>(type));
  fill(out);
  Bytes length;
  ByteWriter(length).u32(static_cast<std::uint32_t>(frame.size() - 4));
  std::copy(length.begin(), length.end(), frame.begin());
  return frame;
}

// A field that people read.
std::string text_field(ByteReader& in) {
  const std::string_view text = in.bytes();
  require(is_clean_text(text), Goodbye::bad_text);
  return std::string(text);
}

template <class Array>
void read_octets(ByteReader& in, Array& into) {
  const std::string_view octets = in.raw(into.size());
  std::copy(octets.begin(), octets.end(), into.begin());
}

template <class Array>
std::string_view octets_of(const Array& array) {
  return {reinterpret_cast<const char*>(array.data()), array.size()};
}

constexpr std::uint16_t most_cursors = 32;  // rooms of one client

}  // namespace

Bytes Greet::encode() const {
  return frame_of(PacketType::greet, [&](ByteWriter& out) {
    out.raw(greet_magic);
    out.u16(version);
    out.u32(capabilities);
  });
}

Greet Greet::decode(std::string_view body) {
  ByteReader in(body);
  require(in.raw(greet_magic.size()) == greet_magic, Goodbye::malformed);
  Greet greet;
  greet.version = in.u16();
  greet.capabilities = in.u32();
  in.end();
  return greet;
}

Bytes Hello::encode() const {
  return frame_of(PacketType::hello, [&](ByteWriter& out) {
    out.u16(version);
    out.u32(capabilities);
    out.u8(static_cast<std::uint8_t>(mode));
    out.raw(octets_of(host_id));
    out.u32(frame_bytes);
    out.u32(message_bytes);
    if (mode != Mode::secure) return;
    out.raw(octets_of(verifier_id));
    out.bytes(salt);
    out.u32(scrypt_n);
    out.u32(scrypt_r);
    out.u32(scrypt_p);
  });
}

Hello Hello::decode(std::string_view body) {
  ByteReader in(body);
  Hello hello;
  hello.version = in.u16();
  hello.capabilities = in.u32();
  const std::uint8_t mode = in.u8();
  require(mode <= static_cast<std::uint8_t>(Mode::secure), Goodbye::malformed);
  hello.mode = static_cast<Mode>(mode);
  read_octets(in, hello.host_id);
  hello.frame_bytes = in.u32();
  hello.message_bytes = in.u32();
  if (hello.mode == Mode::secure) {
    read_octets(in, hello.verifier_id);
    hello.salt = Bytes(in.bytes());
    hello.scrypt_n = in.u32();
    hello.scrypt_r = in.u32();
    hello.scrypt_p = in.u32();
  }
  in.end();
  return hello;
}

Bytes Join::encode() const {
  return frame_of(PacketType::join, [&](ByteWriter& out) {
    out.raw(octets_of(key));
    out.bytes(name);
    out.u32(backlog);
    out.u16(static_cast<std::uint16_t>(cursors.size()));
    for (const RoomCursor& cursor : cursors) {
      out.bytes(cursor.room);
      out.u64(cursor.after);
    }
  });
}

Join Join::decode(std::string_view body) {
  ByteReader in(body);
  Join join;
  read_octets(in, join.key);
  join.name = std::string(in.bytes());  // the host judges it as a name
  join.backlog = in.u32();
  const std::uint16_t count = in.u16();
  require(count <= most_cursors, Goodbye::malformed);
  for (std::uint16_t i = 0; i < count; ++i) {
    RoomCursor cursor;
    cursor.room = text_field(in);
    cursor.after = in.u64();
    join.cursors.push_back(std::move(cursor));
  }
  in.end();
  return join;
}

Bytes Share::encode() const {
  return frame_of(PacketType::share, [&](ByteWriter& out) { out.raw(octets_of(point)); });
}

Share Share::decode(std::string_view body) {
  ByteReader in(body);
  Share share;
  read_octets(in, share.point);
  in.end();
  return share;
}

Bytes Proof::encode() const {
  return frame_of(PacketType::proof, [&](ByteWriter& out) {
    out.raw(octets_of(point));
    out.raw(octets_of(confirm));
  });
}

Proof Proof::decode(std::string_view body) {
  ByteReader in(body);
  Proof proof;
  read_octets(in, proof.point);
  read_octets(in, proof.confirm);
  in.end();
  return proof;
}

Bytes Confirm::encode() const {
  return frame_of(PacketType::confirm, [&](ByteWriter& out) { out.raw(octets_of(confirm)); });
}

Confirm Confirm::decode(std::string_view body) {
  ByteReader in(body);
  Confirm confirm;
  read_octets(in, confirm.confirm);
  in.end();
  return confirm;
}

Bytes Welcome::encode() const {
  return frame_of(PacketType::welcome, [&](ByteWriter& out) {
    out.bytes(name);
    out.u64(session);
    out.u64(last_message);
    out.u32(members);
    out.bytes(motd);
  });
}

Welcome Welcome::decode(std::string_view body) {
  ByteReader in(body);
  Welcome welcome;
  welcome.name = text_field(in);
  welcome.session = in.u64();
  welcome.last_message = in.u64();
  welcome.members = in.u32();
  welcome.motd = text_field(in);
  in.end();
  return welcome;
}

Bytes Say::encode() const {
  return frame_of(PacketType::say, [&](ByteWriter& out) {
    out.bytes(room);
    out.u64(message);
    out.bytes(body);
  });
}

Say Say::decode(std::string_view body, Mode mode) {
  ByteReader in(body);
  Say say;
  say.room = text_field(in);
  say.message = in.u64();
  const std::string_view content = in.bytes();
  const std::size_t most = limits::message_bytes + (mode == Mode::secure ? limits::sealed_overhead : 0);
  require(content.size() <= most, Goodbye::too_large);
  require(!content.empty() && say.message > 0, Goodbye::malformed);
  require(mode == Mode::secure || is_clean_text(content), Goodbye::bad_text);
  say.body = Bytes(content);
  in.end();
  return say;
}

void Post::write(ByteWriter& out) const {
  out.bytes(room);
  out.u64(seq);
  out.bytes(sender);
  out.u64(session);
  out.u64(message);
  out.u64(time_ms);
  out.u8(static_cast<std::uint8_t>(kind));
  out.bytes(body);
}

Bytes Post::encode() const {
  return frame_of(PacketType::post, [&](ByteWriter& out) { write(out); });
}

Post Post::decode(std::string_view body) {
  ByteReader in(body);
  Post post;
  post.room = text_field(in);
  post.seq = in.u64();
  post.sender = text_field(in);
  post.session = in.u64();
  post.message = in.u64();
  post.time_ms = in.u64();
  const std::uint8_t kind = in.u8();
  const bool known =
      kind >= static_cast<std::uint8_t>(PostKind::message) && kind <= static_cast<std::uint8_t>(PostKind::notice);
  require(known || kind == static_cast<std::uint8_t>(PostKind::sealed), Goodbye::malformed);
  post.kind = static_cast<PostKind>(kind);
  const std::string_view content = in.bytes();
  require(post.seq > 0, Goodbye::malformed);
  switch (post.kind) {
    case PostKind::message:
    case PostKind::notice: require(is_clean_text(content), Goodbye::bad_text); break;
    case PostKind::join:
    case PostKind::leave:
    case PostKind::crowd: Presence::decode(post.kind, content); break;
    case PostKind::sealed: require(!content.empty(), Goodbye::malformed); break;
  }
  post.body = Bytes(content);
  in.end();
  return post;
}

Bytes Presence::encode(PostKind kind) const {
  Bytes body;
  ByteWriter out(body);
  out.u32(members);
  if (kind == PostKind::leave) out.u8(static_cast<std::uint8_t>(why));
  if (kind == PostKind::crowd) {
    out.u32(joined);
    out.u32(left);
  }
  return body;
}

Presence Presence::decode(PostKind kind, std::string_view body) {
  ByteReader in(body);
  Presence presence;
  presence.members = in.u32();
  if (kind == PostKind::leave) {
    const auto why = goodbye_from(in.u8());
    require(why.has_value(), Goodbye::malformed);
    presence.why = *why;
  }
  if (kind == PostKind::crowd) {
    presence.joined = in.u32();
    presence.left = in.u32();
  }
  in.end();
  return presence;
}

Bytes Gap::encode() const {
  return frame_of(PacketType::gap, [&](ByteWriter& out) {
    out.bytes(room);
    out.u64(first);
    out.u64(last);
  });
}

Gap Gap::decode(std::string_view body) {
  ByteReader in(body);
  Gap gap;
  gap.room = text_field(in);
  gap.first = in.u64();
  gap.last = in.u64();
  require(gap.first > 0 && gap.first <= gap.last, Goodbye::malformed);
  in.end();
  return gap;
}

Bytes NotStored::encode() const {
  return frame_of(PacketType::not_stored, [&](ByteWriter& out) {
    out.u64(message);
    out.bytes(text);
  });
}

NotStored NotStored::decode(std::string_view body) {
  ByteReader in(body);
  NotStored refusal;
  refusal.message = in.u64();
  refusal.text = text_field(in);
  in.end();
  require(refusal.message > 0, Goodbye::malformed);
  return refusal;
}

Bytes History::encode() const {
  return frame_of(PacketType::history, [&](ByteWriter& out) {
    out.bytes(room);
    out.u64(before);
    out.u64(since_ms);
    out.u32(count);
  });
}

History History::decode(std::string_view body) {
  ByteReader in(body);
  History history;
  history.room = text_field(in);
  history.before = in.u64();
  history.since_ms = in.u64();
  history.count = in.u32();
  in.end();
  return history;
}

Bytes Past::encode() const {
  return frame_of(PacketType::past, [&](ByteWriter& out) {
    out.bytes(room);
    out.u16(static_cast<std::uint16_t>(posts.size()));
    for (const Post& post : posts) {
      Bytes octets;
      ByteWriter in_post(octets);
      post.write(in_post);
      out.bytes(octets);
    }
  });
}

Past Past::decode(std::string_view body) {
  ByteReader in(body);
  Past past;
  past.room = text_field(in);
  const std::uint16_t count = in.u16();
  require(count <= limits::history_posts, Goodbye::malformed);
  for (std::uint16_t i = 0; i < count; ++i) {
    past.posts.push_back(Post::decode(in.bytes()));
    require(past.posts.back().room == past.room, Goodbye::malformed);
    require(i == 0 || past.posts[i].seq > past.posts[i - 1].seq, Goodbye::malformed);
  }
  in.end();
  return past;
}

Bytes Ping::encode(PacketType type) const {
  return frame_of(type, [&](ByteWriter& out) { out.u64(token); });
}

Ping Ping::decode(std::string_view body) {
  ByteReader in(body);
  Ping ping;
  ping.token = in.u64();
  in.end();
  return ping;
}

Bytes Farewell::encode() const {
  return frame_of(PacketType::goodbye, [&](ByteWriter& out) {
    out.u8(static_cast<std::uint8_t>(why));
    out.bytes(text);
  });
}

Farewell Farewell::decode(std::string_view body) {
  ByteReader in(body);
  Farewell farewell;
  const auto why = goodbye_from(in.u8());
  require(why.has_value(), Goodbye::malformed);
  farewell.why = *why;
  farewell.text = text_field(in);
  in.end();
  return farewell;
}

}  // namespace chat
