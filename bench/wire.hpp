// How each server wants to be spoken to.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace bench {

class Wire {
 public:
  virtual ~Wire() = default;
  // What is done once, before the first log-in, on a connection of its own: it is not part of what is measured.
  virtual void prepare(Connection& /*connection*/) {}
  // Logs client number `i` in and joins it to the one room; returns when the server has confirmed as far as it does.
  virtual void log_in(Connection& connection, int i) = 0;
  // From now on client `i` speaks in room i % rooms, of `rooms` (at least 1). False: this server has one room only.
  virtual bool use_rooms(int rooms) {
    rooms_ = rooms;
    return true;
  }
  // One message to the room with this text, as bytes. Messages of one connection are asked for in order.
  virtual std::string message(int client, std::string_view text) = 0;
  // Sees every byte that comes after the log-in, for what wants an answer (a ping). Cheap.
  virtual void hear(int /*client*/, Connection&, std::string_view /*bytes*/) {}
  // Whether a sender gets its own message.
  virtual bool echoes() const { return true; }
  virtual std::string_view alpn() const { return {}; }
  // Whether the server says a line before TLS begins.
  virtual bool plain_line_first() const { return false; }

 protected:
  // The room's name, for a server whose rooms are made by being named.
  std::string room_of(int client) const { return "room" + std::to_string(rooms_ > 0 ? client % rooms_ : 0); }
  int rooms() const { return rooms_; }  // 0: all are in one

 private:
  int rooms_ = 0;
};

// clint, clint-secure (with the password "bench"), echo (the floor), line (ncat --chat), irc, mqtt (QoS 0), nats. Null:
// no such protocol.
std::unique_ptr<Wire> make_wire(std::string_view protocol);

}  // namespace bench
