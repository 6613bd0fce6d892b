// The packets of a session: docs/PROTOCOL.md, section 5.
#include "protocol/fields.hpp"

namespace chat {

Bytes Say::encode() const {
  return frame_of(PacketType::say, [&](ByteWriter& out) {
    out.bytes(room);
    out.u64(message);
    out.u8(static_cast<std::uint8_t>(kind));
    out.bytes(body);
  });
}

Say Say::decode(std::string_view body) {
  ByteReader in(body);
  Say say;
  say.room = text_field(in);
  say.message = in.u64();
  say.kind = static_cast<PostKind>(in.u8());
  say.body = Bytes(in.bytes());
  in.end();
  require(say.message > 0, Goodbye::malformed);
  return say;
}

void Say::check(bool sealed) const {
  const bool topic = kind == PostKind::topic;
  require(topic || kind == PostKind::message || (kind == PostKind::action && !sealed), Goodbye::malformed);
  const std::size_t most = topic ? limits::topic_bytes : limits::message_bytes;
  require(body.size() <= most + (sealed ? limits::sealed_overhead : 0), Goodbye::too_large);
  require((topic && !sealed) || !body.empty(), Goodbye::malformed);
  require(sealed || is_clean_text(body), Goodbye::bad_text);
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
  constexpr std::size_t fixed = 3 * 4 + 4 * 8 + 1;
  return frame_of(
      PacketType::post, [&](ByteWriter& out) { write(out); }, fixed + room.size() + sender.size() + body.size());
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
  require(kind >= static_cast<std::uint8_t>(PostKind::message) && kind <= static_cast<std::uint8_t>(PostKind::rename),
          Goodbye::malformed);
  post.kind = static_cast<PostKind>(kind);
  const std::string_view content = in.bytes();
  require(post.seq > 0, Goodbye::malformed);
  switch (post.kind) {
    case PostKind::message:
    case PostKind::action:
    case PostKind::rename:
    case PostKind::notice: require(is_clean_text(content), Goodbye::bad_text); break;
    case PostKind::topic: break;  // text or sealed: only the reader knows
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

Bytes Request::encode() const {
  return frame_of(PacketType::request, [&](ByteWriter& out) {
    out.u32(id);
    out.u8(static_cast<std::uint8_t>(verb));
    out.u8(static_cast<std::uint8_t>(args.size()));
    for (const Bytes& arg : args) out.bytes(arg);
  });
}

Request Request::decode(std::string_view body) {
  ByteReader in(body);
  Request request;
  request.id = in.u32();
  request.verb = static_cast<Verb>(in.u8());
  const std::size_t count = in.u8();
  require(count <= most_args, Goodbye::malformed);
  for (std::size_t i = 0; i < count; ++i) request.args.emplace_back(in.bytes());
  in.end();
  return request;
}

Bytes Answer::encode() const {
  return frame_of(PacketType::answer, [&](ByteWriter& out) {
    out.u32(id);
    out.u8(static_cast<std::uint8_t>(result));
    out.bytes(text);
    Bytes encoded;
    std::uint16_t fitting = 0;
    for (const Row& row : rows) {
      Bytes fields;
      ByteWriter writer(fields);
      writer.u8(static_cast<std::uint8_t>(row.size()));
      for (const Bytes& field : row) writer.bytes(field);
      if (encoded.size() + fields.size() + text.size() + 32 > limits::frame_bytes) break;
      encoded += fields;
      ++fitting;
    }
    out.u32(left_out + static_cast<std::uint32_t>(rows.size() - fitting));
    out.u16(fitting);
    out.raw(encoded);
  });
}

Answer Answer::decode(std::string_view body) {
  ByteReader in(body);
  Answer answer;
  answer.id = in.u32();
  const std::uint8_t result = in.u8();
  require(result <= static_cast<std::uint8_t>(Result::failed), Goodbye::malformed);
  answer.result = static_cast<Result>(result);
  answer.text = text_field(in);
  answer.left_out = in.u32();
  const std::size_t rows = in.u16();
  for (std::size_t i = 0; i < rows; ++i) {
    Row& row = answer.rows.emplace_back();
    const std::size_t fields = in.u8();
    for (std::size_t j = 0; j < fields; ++j) row.emplace_back(in.bytes());
  }
  in.end();
  return answer;
}

Bytes Letter::encode() const {
  return frame_of(PacketType::letter, [&](ByteWriter& out) {
    out.bytes(sender);
    out.u64(session);
    out.u64(message);
    out.u64(time_ms);
    out.bytes(key);
    out.bytes(body);
  });
}

Letter Letter::decode(std::string_view body) {
  ByteReader in(body);
  Letter letter;
  letter.sender = text_field(in);
  letter.session = in.u64();
  letter.message = in.u64();
  letter.time_ms = in.u64();
  letter.key = Bytes(in.bytes());
  letter.body = Bytes(in.bytes());
  in.end();
  return letter;
}

Bytes Refused::encode() const {
  return frame_of(PacketType::refused, [&](ByteWriter& out) {
    out.u64(message);
    out.bytes(text);
  });
}

Refused Refused::decode(std::string_view body) {
  ByteReader in(body);
  Refused refusal;
  refusal.message = in.u64();
  refusal.text = text_field(in);
  in.end();
  require(refusal.message > 0, Goodbye::malformed);
  return refusal;
}

Bytes NameWanted::encode() const {
  return frame_of(PacketType::name_wanted, [&](ByteWriter& out) { out.bytes(name); });
}

NameWanted NameWanted::decode(std::string_view body) {
  ByteReader in(body);
  NameWanted wanted{text_field(in)};
  in.end();
  return wanted;
}

Bytes number_field(std::uint64_t number) {
  Bytes field;
  ByteWriter(field).u64(number);
  return field;
}

std::optional<std::uint64_t> number_of(std::string_view field) {
  if (field.size() != 8) return std::nullopt;
  return ByteReader(field).u64();
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
