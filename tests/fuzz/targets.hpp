// What must hold for any input at all. Each target takes octets from a fuzzer or from tests/fuzz/corpus and ends the
// program by ensure() when its promise is broken. docs/PROTOCOL.md has the rules.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "net_utils.hpp"
#include "protocol/packets.hpp"

namespace chat::fuzz {

// The first octet chooses the pieces in which the rest arrives: that must make no difference to the frames.
inline void frames(std::string_view input) {
  if (input.empty()) return;
  const std::size_t piece = 1 + static_cast<unsigned char>(input[0]);
  const std::string_view stream = input.substr(1);
  const auto read = [&](std::size_t size) {
    FrameReader reader(limits::stranger_frame_bytes);
    Bytes taken;
    try {
      for (std::size_t at = 0; at < stream.size(); at += size) {
        reader.feed(stream.substr(at, size));
        while (const auto frame = reader.next()) taken += encode_frame(frame->type, frame->body);
      }
    } catch (const PeerFault& fault) {
      ensure(fault.why == Goodbye::malformed || fault.why == Goodbye::too_large, "a frame's fault has another name");
      return taken + "fault";
    }
    ensure(reader.partial() == (taken.size() < stream.size()), "octets are left, or are not");
    ensure(stream.starts_with(taken), "the frames are not the stream");
    return taken;
  };
  ensure(read(piece) == read(stream.size() + 1), "the pieces make a difference");
}

// The first octet is the type. Whatever decodes encodes back to the same octets.
inline void packets(std::string_view input) {
  if (input.empty()) return;
  const auto type = static_cast<PacketType>(input[0]);
  const std::string_view body = input.substr(1);
  const auto again = [&]() -> Bytes {
    switch (type) {
      case PacketType::greet: return Greet::decode(body).encode();
      case PacketType::hello: return Hello::decode(body).encode();
      case PacketType::join: return Join::decode(body).encode();
      case PacketType::welcome: return Welcome::decode(body).encode();
      case PacketType::say: return Say::decode(body).encode();
      case PacketType::share: return Share::decode(body).encode();
      case PacketType::proof: return Proof::decode(body).encode();
      case PacketType::confirm: return Confirm::decode(body).encode();
      case PacketType::post: return Post::decode(body).encode();
      case PacketType::gap: return Gap::decode(body).encode();
      case PacketType::ping:
      case PacketType::pong: return Ping::decode(body).encode(type);
      case PacketType::goodbye: return Farewell::decode(body).encode();
      case PacketType::request: return Request::decode(body).encode();
      case PacketType::answer: return Answer::decode(body).encode();
      case PacketType::letter: return Letter::decode(body).encode();
      case PacketType::refused: return Refused::decode(body).encode();
      case PacketType::account: return AccountWanted::decode(body).encode();
      case PacketType::name_wanted: return NameWanted::decode(body).encode();
      case PacketType::not_stored: return NotStored::decode(body).encode();
      case PacketType::history: return History::decode(body).encode();
      case PacketType::past: return Past::decode(body).encode();
    }
    throw PeerFault{Goodbye::unknown_type};
  };
  try {
    ensure(again() == encode_frame(static_cast<std::uint8_t>(type), body), "a packet has two encodings");
  } catch (const PeerFault&) {
    return;
  }
}

// What is shown is harmless and stays as it is; the two checks of text agree; an accepted name is accepted for good.
inline void text(std::string_view input) {
  const std::string shown = printable(input);
  ensure(is_clean_text(shown) && shown.find_first_of("\n\t") == std::string::npos, "what is shown may do harm");
  ensure(printable(shown) == shown, "what is shown is shown otherwise");
  const std::string clean = clean_text(input);
  ensure(is_clean_text(clean) && clean_text(clean) == clean, "what was cleaned is not clean");
  ensure(is_clean_text(input) == (clean == input), "the checks of text disagree");
  if (const auto name = check_name(input)) {
    ensure(check_name(*name).value == *name, "an accepted name is refused");
    ensure(printable(*name) == *name, "a name is not shown as it is");
    ensure(!name_skeletons(*name)[0].empty(), "a name has no skeleton");
  }
  for (const auto& error : {check_port(input).error, check_host(input).error, check_endpoint(input).error,
                            check_name(input).error, check_room(input).error, check_message(input).error})
    ensure(printable(error) == error && error.size() < 1000, "an error may do harm");
}

struct Target {
  std::string_view name;
  void (*run)(std::string_view);
};
inline const std::vector<Target> targets{{"frames", frames}, {"packets", packets}, {"text", text}};

}  // namespace chat::fuzz
