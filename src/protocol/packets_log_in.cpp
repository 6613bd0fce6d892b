// The packets of a log-in, from greet to welcome.
#include "protocol/fields.hpp"

namespace chat {

namespace {

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

Bytes AccountWanted::encode() const {
  return frame_of(PacketType::account, [&](ByteWriter& out) {
    out.bytes(name);
    out.raw(octets_of(verifier_id));
    out.bytes(salt);
    out.u32(scrypt_n);
    out.u32(scrypt_r);
    out.u32(scrypt_p);
  });
}

AccountWanted AccountWanted::decode(std::string_view body) {
  ByteReader in(body);
  AccountWanted wanted;
  wanted.name = text_field(in);
  read_octets(in, wanted.verifier_id);
  wanted.salt = Bytes(in.bytes());
  wanted.scrypt_n = in.u32();
  wanted.scrypt_r = in.u32();
  wanted.scrypt_p = in.u32();
  in.end();
  return wanted;
}

}  // namespace chat
