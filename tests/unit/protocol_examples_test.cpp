// The examples of docs/PROTOCOL.md decode to the values beside them and encode back to the same octets.
#include <map>
#include <set>

#include "protocol/packets.hpp"
#include "unit/hex.hpp"
#include "unit/protocol_document.hpp"

namespace chat {
namespace {

struct Row {
  std::string field, value;
  Bytes octets;
};
struct Example {
  std::string name;
  std::vector<Row> rows;
  Bytes octets() const {
    Bytes all;
    for (const Row& row : rows) all += row.octets;
    return all;
  }
};
using Fields = std::vector<std::pair<std::string, std::string>>;

// The ```hex name=... blocks. A row's octets may begin on lines without a '#'.
std::vector<Example> examples() {
  std::vector<Example> found;
  bool inside = false;
  std::string hex;
  for (const std::string& line : protocol_document()) {
    const std::string fence = "```hex name=";
    if (line.starts_with(fence)) {
      inside = true;
      found.push_back({line.substr(fence.size()), {}});
    } else if (line == "```") {
      EXPECT_TRUE(!inside || hex.empty()) << "octets without a field in " << found.back().name;
      inside = false;
      hex.clear();
    } else if (inside) {
      const std::size_t mark = line.find("# ");
      hex += line.substr(0, mark) + " ";
      if (mark == std::string::npos) continue;
      const std::string note = line.substr(mark + 2);
      const std::size_t equals = note.find(" = ");
      EXPECT_NE(equals, std::string::npos) << line;
      found.back().rows.push_back({note.substr(0, equals), note.substr(equals + 3), from_hex(hex)});
      hex.clear();
    }
  }
  return found;
}

// ---- How a value is written beside its octets ----------------------------------------------------------------------

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

template <class Number>
std::string number(Number value) {
  return std::to_string(static_cast<std::uint64_t>(value));
}

void list_post(const Post& post, Fields& fields) {
  const auto field = [&](const std::string& name, const std::string& value) { fields.emplace_back(name, value); };
  field("room", in_quotes(post.room));
  field("seq", number(post.seq));
  field("sender", in_quotes(post.sender));
  field("session", number(post.session));
  field("message", number(post.message));
  field("time_ms", number(post.time_ms));
  field("kind", number(post.kind));
  const bool text = post.kind == PostKind::message || post.kind == PostKind::notice || post.kind == PostKind::action ||
                    post.kind == PostKind::rename || post.kind == PostKind::topic;
  if (text) return field("body", in_quotes(post.body));
  if (post.kind == PostKind::sealed) {
    field("body_bytes", number(post.body.size()));
    field("key_id", to_hex(post.body.substr(0, 16)));
    field("nonce", to_hex(post.body.substr(16, 24)));
    field("ciphertext", to_hex(post.body.substr(40, post.body.size() - 56)));
    return field("tag", to_hex(post.body.substr(post.body.size() - 16)));
  }
  const Presence presence = Presence::decode(post.kind, post.body);
  EXPECT_EQ(presence.encode(post.kind), post.body);
  field("body_bytes", number(post.body.size()));
  field("members", number(presence.members));
  if (post.kind == PostKind::leave) field("why", number(presence.why));
  if (post.kind == PostKind::crowd) {
    field("joined", number(presence.joined));
    field("left", number(presence.left));
  }
}

// A field of a request or an answer: text, or what stands there as octets, its length included.
std::string text_or_octets(const Bytes& field) {
  if (is_clean_text(field) && field.find('\0') == Bytes::npos) return in_quotes(field);
  Bytes octets;
  ByteWriter(octets).bytes(field);
  return to_hex(octets);
}

// Decodes the body, lists the fields as the document does, and encodes them again.
Bytes decode_and_encode(PacketType type, std::string_view body, Fields& fields) {
  const auto field = [&](const std::string& name, const std::string& value) { fields.emplace_back(name, value); };
  switch (type) {
    case PacketType::greet: {
      const Greet greet = Greet::decode(body);
      field("magic", in_quotes(greet_magic));
      field("version", number(greet.version));
      field("capabilities", number(greet.capabilities));
      return greet.encode();
    }
    case PacketType::hello: {
      const Hello hello = Hello::decode(body);
      field("version", number(hello.version));
      field("capabilities", number(hello.capabilities));
      field("mode", number(hello.mode));
      field("host_id", to_hex(hello.host_id));
      field("frame_bytes", number(hello.frame_bytes));
      field("message_bytes", number(hello.message_bytes));
      if (hello.mode == Mode::secure) {
        field("verifier_id", to_hex(hello.verifier_id));
        field("salt", to_hex(hello.salt));
        field("n", number(hello.scrypt_n));
        field("r", number(hello.scrypt_r));
        field("p", number(hello.scrypt_p));
      }
      return hello.encode();
    }
    case PacketType::join: {
      const Join join = Join::decode(body);
      field("key", to_hex(join.key));
      field("name", in_quotes(join.name));
      field("backlog", number(join.backlog));
      field("cursors", number(join.cursors.size()));
      for (const RoomCursor& cursor : join.cursors) {
        field("room", in_quotes(cursor.room));
        field("after", number(cursor.after));
      }
      return join.encode();
    }
    case PacketType::welcome: {
      const Welcome welcome = Welcome::decode(body);
      field("name", in_quotes(welcome.name));
      field("session", number(welcome.session));
      field("last_message", number(welcome.last_message));
      field("members", number(welcome.members));
      field("motd", in_quotes(welcome.motd));
      return welcome.encode();
    }
    case PacketType::say: {
      const Say say = Say::decode(body);
      field("room", in_quotes(say.room));
      field("message", number(say.message));
      field("kind", number(say.kind));
      field("body", in_quotes(say.body));
      return say.encode();
    }
    case PacketType::post: {
      const Post post = Post::decode(body);
      list_post(post, fields);
      return post.encode();
    }
    case PacketType::request: {
      const Request request = Request::decode(body);
      field("id", number(request.id));
      field("verb", number(request.verb));
      field("args", number(request.args.size()));
      for (const Bytes& arg : request.args) field("arg", text_or_octets(arg));
      return request.encode();
    }
    case PacketType::answer: {
      const Answer answer = Answer::decode(body);
      field("id", number(answer.id));
      field("result", number(answer.result));
      field("text", in_quotes(answer.text));
      field("left_out", number(answer.left_out));
      field("rows", number(answer.rows.size()));
      for (const Answer::Row& row : answer.rows) {
        field("fields", number(row.size()));
        for (const Bytes& each : row) field("field", text_or_octets(each));
      }
      return answer.encode();
    }
    case PacketType::letter: {
      const Letter letter = Letter::decode(body);
      field("sender", in_quotes(letter.sender));
      field("session", number(letter.session));
      field("message", number(letter.message));
      field("time_ms", number(letter.time_ms));
      field("key", text_or_octets(letter.key));
      field("body", text_or_octets(letter.body));
      return letter.encode();
    }
    case PacketType::refused: {
      const Refused refusal = Refused::decode(body);
      field("message", number(refusal.message));
      field("text", in_quotes(refusal.text));
      return refusal.encode();
    }
    case PacketType::account: {
      const AccountWanted wanted = AccountWanted::decode(body);
      field("name", in_quotes(wanted.name));
      field("verifier_id", to_hex(wanted.verifier_id));
      field("salt", to_hex(wanted.salt));
      field("n", number(wanted.scrypt_n));
      field("r", number(wanted.scrypt_r));
      field("p", number(wanted.scrypt_p));
      return wanted.encode();
    }
    case PacketType::name_wanted: {
      const NameWanted wanted = NameWanted::decode(body);
      field("name", in_quotes(wanted.name));
      return wanted.encode();
    }
    case PacketType::not_stored: {
      const NotStored refusal = NotStored::decode(body);
      field("message", number(refusal.message));
      field("text", in_quotes(refusal.text));
      return refusal.encode();
    }
    case PacketType::history: {
      const History history = History::decode(body);
      field("room", in_quotes(history.room));
      field("before", number(history.before));
      field("since_ms", number(history.since_ms));
      field("count", number(history.count));
      return history.encode();
    }
    case PacketType::past: {
      const Past past = Past::decode(body);
      field("room", in_quotes(past.room));
      field("posts", number(past.posts.size()));
      for (const Post& post : past.posts) {
        field("post_bytes", number(post.encode().size() - 5));
        list_post(post, fields);
      }
      return past.encode();
    }
    case PacketType::gap: {
      const Gap gap = Gap::decode(body);
      field("room", in_quotes(gap.room));
      field("first", number(gap.first));
      field("last", number(gap.last));
      return gap.encode();
    }
    case PacketType::ping:
    case PacketType::pong: {
      const Ping ping = Ping::decode(body);
      field("token", number(ping.token));
      return ping.encode(type);
    }
    case PacketType::goodbye: {
      const Farewell farewell = Farewell::decode(body);
      field("why", number(farewell.why));
      field("text", in_quotes(farewell.text));
      return farewell.encode();
    }
    case PacketType::share: {
      const Share share = Share::decode(body);
      field("point", to_hex(share.point));
      return share.encode();
    }
    case PacketType::proof: {
      const Proof proof = Proof::decode(body);
      field("point", to_hex(proof.point));
      field("confirm", to_hex(proof.confirm));
      return proof.encode();
    }
    case PacketType::confirm: {
      const Confirm confirm = Confirm::decode(body);
      field("confirm", to_hex(confirm.confirm));
      return confirm.encode();
    }
  }
  ADD_FAILURE() << "an example of an unknown type";
  return {};
}

// ---- The examples --------------------------------------------------------------------------------------------------

TEST(ProtocolDocument, EveryExampleIsOneWholeFrameWithTheValuesBesideIt) {
  for (const Example& example : examples()) {
    SCOPED_TRACE(example.name);
    FrameReader reader(limits::frame_bytes);
    reader.feed(example.octets());
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    EXPECT_FALSE(reader.partial());
    Fields fields{{"length", number(frame->body.size() + 1)}, {"type", number(frame->type)}};
    const Bytes again = decode_and_encode(static_cast<PacketType>(frame->type), frame->body, fields);
    EXPECT_EQ(to_hex(again), to_hex(example.octets()));
    Fields written;
    for (const Row& row : example.rows) written.emplace_back(row.field, row.value);
    EXPECT_EQ(written, fields);
  }
}

TEST(ProtocolDocument, TheOctetsOfARowAreThoseOfItsValue) {
  for (const Example& example : examples())
    for (const Row& row : example.rows) {
      SCOPED_TRACE(example.name + ": " + row.field);
      if (row.value.starts_with('"')) {
        const std::string text = row.value.substr(1, row.value.size() - 2);
        Bytes octets;
        ByteWriter(octets).bytes(text);
        EXPECT_EQ(row.octets, row.field == "magic" ? text : octets);
      } else if (row.octets.size() <= 8) {
        std::uint64_t value = 0;
        for (const char octet : row.octets) value = value << 8 | static_cast<unsigned char>(octet);
        EXPECT_EQ(number(value), row.value);
      } else if (row.field == "salt") {
        Bytes octets;
        ByteWriter(octets).bytes(from_hex(row.value));
        EXPECT_EQ(row.octets, octets);
      } else {
        EXPECT_EQ(to_hex(row.octets), row.value);
      }
    }
}

TEST(ProtocolDocument, EveryPacketAndEveryKindOfPostHasAnExampleOfItsOwnName) {
  std::set<std::string> names;
  std::set<int> types;
  std::set<int> kinds;
  for (const Example& example : examples()) {
    EXPECT_TRUE(names.insert(example.name).second) << example.name;
    const Bytes octets = example.octets();
    types.insert(static_cast<unsigned char>(octets.at(4)));
    if (octets[4] == static_cast<char>(PacketType::post))
      kinds.insert(static_cast<int>(Post::decode(std::string_view(octets).substr(5)).kind));
  }
  EXPECT_EQ(types, (std::set<int>{1,  2,  3,    4,    5,    6,    7,    8,    9,    10,   11,
                                  12, 13, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x80, 0x81, 0x82}));
  EXPECT_EQ(kinds, (std::set<int>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

}  // namespace
}  // namespace chat
