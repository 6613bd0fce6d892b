// docs/PROTOCOL.md is what the programs do: its examples decode to the values beside them and encode back to the same
// octets, and its tables are those of the code.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/packets.hpp"

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

std::vector<std::string> document() {
  std::ifstream in(CLINT_SOURCE_DIR "/docs/PROTOCOL.md", std::ios::binary);
  EXPECT_TRUE(in) << "docs/PROTOCOL.md cannot be read";
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

Bytes octets_of(const std::string& hex) {
  Bytes octets;
  std::istringstream in(hex);
  for (std::string pair; in >> pair;) {
    EXPECT_EQ(pair.size(), 2u) << hex;
    octets.push_back(static_cast<char>(std::stoi(pair, nullptr, 16)));
  }
  return octets;
}

// The ```hex name=... blocks. A row's octets may begin on lines without a '#'.
std::vector<Example> examples() {
  std::vector<Example> found;
  bool inside = false;
  std::string hex;
  for (const std::string& line : document()) {
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
      found.back().rows.push_back({note.substr(0, equals), note.substr(equals + 3), octets_of(hex)});
      hex.clear();
    }
  }
  return found;
}

// The cells of the table rows under the heading that begins so.
std::vector<std::vector<std::string>> table_rows(const std::string& heading) {
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (const std::string& line : document()) {
    if (line.starts_with("## ")) inside = line.starts_with(heading);
    if (!inside || !line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    std::istringstream in(line.substr(2));
    for (std::string cell; std::getline(in, cell, '|');) {
      const std::size_t begin = cell.find_first_not_of(' ');
      const std::size_t end = cell.find_last_not_of(' ');
      cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    rows.push_back(cells);
  }
  EXPECT_FALSE(rows.empty()) << heading;
  return rows;
}

// ---- How a value is written beside its octets ----------------------------------------------------------------------

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

template <class Octets>
std::string hex_of(const Octets& octets) {
  std::string text;
  for (const auto octet : octets) {
    std::array<char, 3> pair{};
    std::snprintf(pair.data(), pair.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(octet)));
    text += pair.data();
  }
  return text;
}

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
    field("key_id", hex_of(post.body.substr(0, 16)));
    field("nonce", hex_of(post.body.substr(16, 24)));
    field("ciphertext", hex_of(post.body.substr(40, post.body.size() - 56)));
    return field("tag", hex_of(post.body.substr(post.body.size() - 16)));
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
  return hex_of(octets);
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
      field("host_id", hex_of(hello.host_id));
      field("frame_bytes", number(hello.frame_bytes));
      field("message_bytes", number(hello.message_bytes));
      if (hello.mode == Mode::secure) {
        field("verifier_id", hex_of(hello.verifier_id));
        field("salt", hex_of(hello.salt));
        field("n", number(hello.scrypt_n));
        field("r", number(hello.scrypt_r));
        field("p", number(hello.scrypt_p));
      }
      return hello.encode();
    }
    case PacketType::join: {
      const Join join = Join::decode(body);
      field("key", hex_of(join.key));
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
      field("verifier_id", hex_of(wanted.verifier_id));
      field("salt", hex_of(wanted.salt));
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
      field("point", hex_of(share.point));
      return share.encode();
    }
    case PacketType::proof: {
      const Proof proof = Proof::decode(body);
      field("point", hex_of(proof.point));
      field("confirm", hex_of(proof.confirm));
      return proof.encode();
    }
    case PacketType::confirm: {
      const Confirm confirm = Confirm::decode(body);
      field("confirm", hex_of(confirm.confirm));
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
    EXPECT_EQ(hex_of(again), hex_of(example.octets()));
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
        ByteWriter(octets).bytes(octets_of([&] {
          std::string spaced;
          for (std::size_t i = 0; i < row.value.size(); i += 2) spaced += row.value.substr(i, 2) + " ";
          return spaced;
        }()));
        EXPECT_EQ(row.octets, octets);
      } else {
        EXPECT_EQ(hex_of(row.octets), row.value);
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

// ---- The tables ----------------------------------------------------------------------------------------------------

TEST(ProtocolDocument, TheGoodbyesAreThoseOfTheCode) {
  std::size_t known = 0;
  for (int value = 0; value <= 255; ++value) known += goodbye_from(static_cast<std::uint8_t>(value)).has_value();
  std::size_t listed = 0;
  for (const auto& cells : table_rows("## 9. Goodbyes")) {
    if (cells[0].find_first_not_of("0123456789") != std::string::npos) continue;
    const auto why = goodbye_from(static_cast<std::uint8_t>(std::stoi(cells[0])));
    ASSERT_TRUE(why) << cells[0];
    EXPECT_EQ(static_cast<std::size_t>(*why), ++listed) << "in order";
    EXPECT_EQ(cells[1], "`" + std::string(goodbye_name(*why)) + "`");
    EXPECT_EQ(cells[2], goodbye_text(*why));
  }
  EXPECT_EQ(listed, known);
}

TEST(ProtocolDocument, ThePacketTypesAreThoseOfTheCode) {
  const std::vector<std::pair<PacketType, std::string>> types{{PacketType::greet, "greet"},
                                                              {PacketType::hello, "hello"},
                                                              {PacketType::join, "join"},
                                                              {PacketType::welcome, "welcome"},
                                                              {PacketType::say, "say"},
                                                              {PacketType::post, "post"},
                                                              {PacketType::gap, "gap"},
                                                              {PacketType::ping, "ping"},
                                                              {PacketType::pong, "pong"},
                                                              {PacketType::goodbye, "goodbye"},
                                                              {PacketType::share, "share"},
                                                              {PacketType::proof, "proof"},
                                                              {PacketType::confirm, "confirm"},
                                                              {PacketType::request, "request"},
                                                              {PacketType::answer, "answer"},
                                                              {PacketType::letter, "letter"},
                                                              {PacketType::refused, "refused"},
                                                              {PacketType::account, "account"},
                                                              {PacketType::name_wanted, "name_wanted"},
                                                              {PacketType::not_stored, "not_stored"},
                                                              {PacketType::history, "history"},
                                                              {PacketType::past, "past"}};
  std::vector<std::pair<PacketType, std::string>> listed;
  for (const auto& cells : table_rows("## 5. Packets"))
    if (cells[0].starts_with("0x"))
      listed.emplace_back(static_cast<PacketType>(std::stoi(cells[0], nullptr, 16)),
                          cells[1].substr(1, cells[1].size() - 2));
  EXPECT_EQ(listed, types);
}

std::string with_commas(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}
std::string seconds(std::chrono::seconds value) { return std::to_string(value.count()) + " s"; }
std::string octets(std::uint64_t value) { return with_commas(value) + " bytes"; }

TEST(ProtocolDocument, TheLimitsAreThoseOfTheCode) {
  const std::map<std::string, std::string> values{
      {"tls_deadline", seconds(limits::tls_deadline)},
      {"log_in_deadline", seconds(limits::log_in_deadline)},
      {"stranger_frame_bytes", octets(limits::stranger_frame_bytes)},
      {"stranger_frames", with_commas(limits::stranger_frames)},
      {"frame_bytes", octets(limits::frame_bytes)},
      {"message_bytes", octets(limits::message_bytes)},
      {"topic_bytes", octets(limits::topic_bytes)},
      {"rooms_per_client", with_commas(limits::rooms_per_client)},
      {"enter_burst", with_commas(limits::enter_burst)},
      {"request_burst", with_commas(limits::request_burst)},
      {"place_kept_for", seconds(limits::place_kept_for)},
      {"sealed_overhead", octets(limits::sealed_overhead)},
      {"free_guesses", with_commas(limits::free_guesses)},
      {"guess_wait_first", seconds(limits::guess_wait_first)},
      {"guess_wait_last", seconds(limits::guess_wait_last)},
      {"motd_bytes", octets(limits::motd_bytes)},
      {"frame_deadline", seconds(limits::frame_deadline)},
      {"write_deadline", seconds(limits::write_deadline)},
      {"ping_after", seconds(limits::ping_after)},
      {"gone_after", seconds(limits::gone_after)},
      {"name_characters", with_commas(limits::name_characters)},
      {"room_characters", with_commas(limits::room_characters)},
      {"backlog_posts", with_commas(limits::backlog_posts)},
      {"max_backlog_posts", with_commas(limits::max_backlog_posts)},
      {"history_posts", with_commas(limits::history_posts)},
      {"history_bytes", octets(limits::history_bytes)},
      {"history_burst", with_commas(limits::history_burst)},
      {"store_again", seconds(limits::store_again)},
      {"log_posts", with_commas(limits::log_posts)},
      {"log_bytes", octets(limits::log_bytes)},
      {"crowd_members", with_commas(limits::crowd_members)},
      {"rate_burst", with_commas(limits::rate_burst)},
      {"rate_per_second", with_commas(limits::rate_per_second)},
      {"unacknowledged", with_commas(limits::unacknowledged)},
      {"senders_remembered", with_commas(limits::senders_remembered)},
      {"strangers_per_address", with_commas(limits::strangers_per_address)},
      {"connections_per_address", with_commas(limits::connections_per_address)},
      {"members_per_address", with_commas(limits::members_per_address)},
      {"connect_burst", with_commas(limits::connect_burst)},
  };
  std::map<std::string, std::string> listed;
  for (const auto& cells : table_rows("## 4. States"))
    if (cells[0].starts_with('`')) listed[cells[0].substr(1, cells[0].size() - 2)] = cells[1];
  EXPECT_EQ(listed, values);
}

}  // namespace
}  // namespace chat
