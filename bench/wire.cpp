#include "wire.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "client/membership.hpp"
#include "protocol/packets.hpp"

namespace bench {

namespace {

auto contains(std::string_view what) {
  return [what](std::string_view got) { return got.find(what) != std::string_view::npos; };
}
auto at_least(std::size_t size) {
  return [size](std::string_view got) { return got.size() >= size; };
}

// Walks over the frames of one client by their headers; stops at those that are for the client itself.
class FrameWalk {
 public:
  template <class Act>
  void over(std::string_view bytes, Act act) {
    while (!bytes.empty()) {
      // The usual case, without a copy: frames that are skipped.
      while (skip_ == 0 && head_.empty() && bytes.size() >= header_bytes &&
             !whole(static_cast<chat::PacketType>(bytes[size_bytes]))) {
        const std::size_t frame = size_of(bytes) + size_bytes;
        skip_ = static_cast<std::uint32_t>(frame - std::min(frame, bytes.size()));
        bytes.remove_prefix(std::min(frame, bytes.size()));
      }
      if (bytes.empty()) return;
      if (skip_ > 0) {
        const auto step = std::min<std::size_t>(skip_, bytes.size());
        bytes.remove_prefix(step);
        skip_ -= static_cast<std::uint32_t>(step);
        continue;
      }
      const auto part = std::min(wanted() - head_.size(), bytes.size());
      head_.append(bytes.substr(0, part));
      bytes.remove_prefix(part);
      if (head_.size() < wanted()) continue;
      skip_ = size_of(head_) + size_bytes - static_cast<std::uint32_t>(head_.size());
      if (whole(type())) act(type(), std::string_view(head_).substr(header_bytes));
      head_.clear();
    }
  }

 private:
  static constexpr std::uint32_t size_bytes = 4;
  static constexpr std::size_t header_bytes = size_bytes + 1;

  chat::PacketType type() const { return static_cast<chat::PacketType>(head_[size_bytes]); }
  static bool whole(chat::PacketType type) {
    return type == chat::PacketType::ping || type == chat::PacketType::goodbye;
  }
  static std::uint32_t size_of(std::string_view header) {
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < size_bytes; ++i) size = size << 8 | static_cast<unsigned char>(header[i]);
    return size;
  }
  std::size_t wanted() const {
    if (head_.size() < header_bytes || !whole(type())) return header_bytes;
    return size_bytes + size_of(head_);
  }

  std::string head_;        // of the frame that has begun, as far as it is needed
  std::uint32_t skip_ = 0;  // octets of the present frame that do not matter
};

class Clint : public Wire {
 public:
  void log_in(Connection& connection, int i) override {
    begin(i);
    connection.write(chat::Greet{}.encode() + some_join().encode());
    hear(i, connection, until(connection, chat::PacketType::welcome));
    if (rooms() == 0) return;
    const chat::Request enter{1, chat::Verb::enter, {where(i), chat::number_field(0), chat::number_field(0)}};
    connection.write(enter.encode());
    hear(i, connection, until(connection, chat::PacketType::answer));
  }
  // A host ends a client that does not answer its pings.
  void hear(int client, Connection& connection, std::string_view bytes) override {
    walks_[static_cast<std::size_t>(client)].over(bytes, [&](chat::PacketType type, std::string_view body) {
      if (type == chat::PacketType::goodbye)
        fail("the host says goodbye: " + std::string(chat::goodbye_name(chat::Farewell::decode(body).why)));
      connection.write(chat::Ping::decode(body).encode(chat::PacketType::pong));
    });
  }
  std::string message(int client, std::string_view text) override {
    chat::Say say;
    say.room = where(client);
    say.message = ++last_[client];
    say.body = text;
    return say.encode();
  }
  std::string_view alpn() const override { return chat::protocol_alpn; }

 protected:
  void begin(int client) {
    if (walks_.size() <= static_cast<std::size_t>(client)) walks_.resize(static_cast<std::size_t>(client) + 1);
  }
  chat::Join some_join() {
    chat::Join join;
    for (auto& octet : join.key) octet = static_cast<std::uint8_t>(random_());
    return join;
  }
  // What comes up to the first whole packet of this type, with that one and maybe more.
  static std::string until(Connection& connection, chat::PacketType type) {
    return connection.read_until([&](std::string_view so_far) { return find(so_far, type).has_value(); }, "log-in");
  }
  static std::optional<chat::Frame> find(std::string_view bytes, chat::PacketType type) {
    chat::FrameReader frames(chat::limits::frame_bytes);
    frames.feed(bytes);
    while (auto frame = frames.next())
      if (frame->type == static_cast<std::uint8_t>(type)) return frame;
    return std::nullopt;
  }

 private:
  std::string where(int client) const { return rooms() == 0 ? std::string(chat::lobby) : room_of(client); }

  std::mt19937 random_{std::random_device{}()};
  std::map<int, std::uint64_t> last_;  // message ids
  std::vector<FrameWalk> walks_;       // by client
};

// A host with the password "bench". What is said is not sealed, but the host cannot know: to it bodies are octets.
class SecureClint final : public Clint {
 public:
  // The key derivation: some 0.3 s, once for each person, whatever the host does.
  void prepare(Connection& connection) override {
    membership_ = std::make_unique<chat::Membership>(chat::Secret("bench"), hello_of(connection));
    connection.write(chat::Farewell{}.encode());
  }
  void log_in(Connection& connection, int i) override {
    using chat::PacketType;
    begin(i);
    const auto hello = hello_of(connection);
    auto prover = membership_->prover(hello, connection.binding(), "room");
    connection.write(some_join().encode() + chat::Share{prover.share()}.encode());
    const auto proof = chat::Proof::decode(find(until(connection, PacketType::proof), PacketType::proof)->body);
    const auto confirm = prover.confirm(proof.point, proof.confirm);
    if (!confirm) fail("the host does not know the password");
    connection.write(chat::Confirm{*confirm}.encode());
    hear(i, connection, until(connection, PacketType::welcome));
  }

 private:
  static chat::Hello hello_of(Connection& connection) {
    using chat::PacketType;
    connection.write(chat::Greet{}.encode());
    return chat::Hello::decode(find(until(connection, PacketType::hello), PacketType::hello)->body);
  }
  std::unique_ptr<chat::Membership> membership_;
};

class Lines final : public Wire {
 public:
  explicit Lines(bool echoes) : echoes_(echoes) {}
  // In a room of its own, or nearly: the least that a log-in can be, a connection and a line there and back.
  void log_in(Connection& connection, int) override {
    if (rooms() == 0) return;
    connection.write("\n");
    connection.read_until(at_least(1), "echo");
  }
  // The floor itself puts each new connection into the next room.
  bool use_rooms(int rooms) override { return echoes_ && Wire::use_rooms(rooms); }
  std::string message(int, std::string_view text) override { return std::string(text) + "\n"; }
  bool echoes() const override { return echoes_; }

 private:
  const bool echoes_;
};

class Irc final : public Wire {
 public:
  void log_in(Connection& connection, int i) override {
    const std::string name = "u" + std::to_string(i);
    connection.write("NICK " + name + "\r\nUSER " + name + " 0 * :u\r\n");
    connection.read_until(contains(" 001 "), "IRC welcome");
    connection.write("JOIN #" + room_of(i) + "\r\n");
    connection.read_until(contains(" 366 "), "IRC end of names");
  }
  std::string message(int client, std::string_view text) override {
    return "PRIVMSG #" + room_of(client) + " :" + std::string(text) + "\r\n";
  }
  bool echoes() const override { return false; }
};

class Nats final : public Wire {
 public:
  void log_in(Connection& connection, int i) override {
    if (!connection.secure()) connection.read_until(contains("\r\n"), "NATS info");
    connection.write("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + room_of(i) + " 1\r\nPING\r\n");
    connection.read_until(contains("PONG"), "NATS pong");
  }
  std::string message(int client, std::string_view text) override {
    return "PUB " + room_of(client) + " " + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
  }
  bool plain_line_first() const override { return true; }
};

// MQTT 3.1.1: CONNECT, SUBSCRIBE and PUBLISH with QoS 0.
class Mqtt final : public Wire {
 public:
  void log_in(Connection& connection, int i) override {
    const std::string id = "u" + std::to_string(i);
    connection.write(packet('\x10', text("MQTT") + std::string("\x04\x02\x00\x00", 4) + text(id)));
    connection.read_until(at_least(4), "MQTT CONNACK");
    connection.write(packet('\x82', std::string("\x00\x01", 2) + text(room_of(i)) + std::string(1, '\0')));
    connection.read_until(at_least(5), "MQTT SUBACK");
  }
  std::string message(int client, std::string_view body) override {
    return packet('\x30', text(room_of(client)) + std::string(body));
  }

 private:
  static std::string text(std::string_view s) {
    return std::string{static_cast<char>(s.size() >> 8), static_cast<char>(s.size())} + std::string(s);
  }
  static std::string packet(char type, const std::string& rest) {
    std::string out(1, type);
    std::size_t left = rest.size();
    do {
      const std::size_t seven = left % 128;
      left /= 128;
      out += static_cast<char>(seven | (left > 0 ? 128 : 0));
    } while (left > 0);
    return out + rest;
  }
};

}  // namespace

std::unique_ptr<Wire> make_wire(std::string_view protocol) {
  if (protocol == "clint") return std::make_unique<Clint>();
  if (protocol == "clint-secure") return std::make_unique<SecureClint>();
  if (protocol == "echo") return std::make_unique<Lines>(true);
  if (protocol == "line") return std::make_unique<Lines>(false);
  if (protocol == "irc") return std::make_unique<Irc>();
  if (protocol == "nats") return std::make_unique<Nats>();
  if (protocol == "mqtt") return std::make_unique<Mqtt>();
  return nullptr;
}

}  // namespace bench
