// How packets are put together and taken apart: for the files that do it, and nobody else.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "protocol/packets.hpp"

namespace chat {

// Fills a frame's body through `fill(writer)` and puts the header before it. body_size: what it will be, if that is
// known, which saves moving what grows.
template <class Fill>
Bytes frame_of(PacketType type, Fill fill, std::size_t body_size = 0) {
  Bytes frame;
  frame.reserve(5 + body_size);
  frame.resize(4);
  ByteWriter out(frame);
  out.u8(static_cast<std::uint8_t>(type));
  fill(out);
  Bytes length;
  ByteWriter(length).u32(static_cast<std::uint32_t>(frame.size() - 4));
  std::copy(length.begin(), length.end(), frame.begin());
  return frame;
}

// A field that people read.
inline std::string text_field(ByteReader& in) {
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

}  // namespace chat
