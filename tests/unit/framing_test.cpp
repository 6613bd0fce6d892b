// The framing catalogue: whatever a stream may do to frames, and what FrameReader makes of it.
#include <gtest/gtest.h>

#include <vector>

#include "net_utils.hpp"

namespace chat {
namespace {

constexpr std::size_t frame_limit = 64;

Bytes header(std::uint32_t length) {
  Bytes octets;
  ByteWriter(octets).u32(length);
  return octets;
}

std::vector<Frame> all_of(FrameReader& reader) {
  std::vector<Frame> frames;
  while (auto frame = reader.next()) frames.push_back(std::move(*frame));
  return frames;
}

// The stream in pieces of `size` octets; what came out after all of them.
std::vector<Frame> feed_in_pieces(std::string_view stream, std::size_t size) {
  FrameReader reader(frame_limit);
  std::vector<Frame> frames;
  for (; !stream.empty(); stream.remove_prefix(std::min(size, stream.size()))) {
    reader.feed(stream.substr(0, size));
    for (auto& frame : all_of(reader)) frames.push_back(std::move(frame));
  }
  EXPECT_FALSE(reader.partial());
  return frames;
}

Goodbye fault_of(std::string_view stream, std::size_t most = frame_limit) {
  FrameReader reader(most);
  try {
    reader.feed(stream);
    all_of(reader);
  } catch (const PeerFault& fault) {
    return fault.why;
  }
  ADD_FAILURE() << "no fault";
  return Goodbye::left;
}

const Bytes two_frames = encode_frame(8, "12345678") + encode_frame(0x80, "");

void expect_two_frames(const std::vector<Frame>& frames) {
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].type, 8);
  EXPECT_EQ(frames[0].body, "12345678");
  EXPECT_EQ(frames[1].type, 0x80);
  EXPECT_EQ(frames[1].body, "");
}

TEST(Framing, AFrameIsLengthTypeAndBody) { EXPECT_EQ(encode_frame(0x0a, "xy"), Bytes("\0\0\0\x03\x0axy", 7)); }
TEST(Framing, AnEmptyBodyIsAFrameOfLengthOne) { EXPECT_EQ(encode_frame(0x80, ""), Bytes("\0\0\0\x01\x80", 5)); }
TEST(Framing, AnEmptyStreamHoldsNoFrame) {
  FrameReader reader(frame_limit);
  reader.feed("");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.partial());
}

TEST(Framing, JoinedFramesComeOutOneByOne) { expect_two_frames(feed_in_pieces(two_frames, two_frames.size())); }
TEST(Framing, FramesThatArriveByteByByteComeOutWhole) { expect_two_frames(feed_in_pieces(two_frames, 1)); }
TEST(Framing, AFrameMayBeCutAtAnyPlace) {
  for (std::size_t size = 2; size < two_frames.size(); ++size) expect_two_frames(feed_in_pieces(two_frames, size));
}

TEST(Framing, ATruncatedFrameIsNoFrameYet) {
  const Bytes frame = encode_frame(8, "12345678");
  for (std::size_t size = 1; size < frame.size(); ++size) {
    FrameReader reader(frame_limit);
    reader.feed(std::string_view(frame).substr(0, size));
    EXPECT_FALSE(reader.next()) << size;
    EXPECT_TRUE(reader.partial()) << size;
    reader.feed(std::string_view(frame).substr(size));
    EXPECT_TRUE(reader.next()) << size;
    EXPECT_FALSE(reader.partial()) << size;
  }
}

TEST(Framing, AFrameFollowedByAPieceOfTheNextLeavesThePiece) {
  FrameReader reader(frame_limit);
  reader.feed(encode_frame(1, "a") + header(2));
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.partial());
}

TEST(Framing, LengthZeroIsMalformed) { EXPECT_EQ(fault_of(header(0)), Goodbye::malformed); }
TEST(Framing, LengthAtTheLimitPasses) {
  FrameReader reader(frame_limit);
  reader.feed(encode_frame(1, Bytes(frame_limit - 1, 'x')));
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->body.size(), frame_limit - 1);
}
TEST(Framing, LengthOverTheLimitIsTooLarge) { EXPECT_EQ(fault_of(header(frame_limit + 1)), Goodbye::too_large); }
TEST(Framing, TheLimitHoldsFromTheFourthOctetOn) {
  FrameReader reader(frame_limit);
  const Bytes octets = header(frame_limit + 1);
  reader.feed(std::string_view(octets).substr(0, 3));
  EXPECT_FALSE(reader.next());
  reader.feed(std::string_view(octets).substr(3));
  EXPECT_THROW(reader.next(), PeerFault);
}
TEST(Framing, GoodFramesBeforeABadOneStillCount) {
  FrameReader reader(frame_limit);
  reader.feed(encode_frame(1, "a") + header(0));
  EXPECT_TRUE(reader.next());
  EXPECT_THROW(reader.next(), PeerFault);
}
TEST(Framing, HugeDeclaredLengthsAreTooLarge) {
  for (const std::uint32_t length : {0x40000000U, 0x7fffffffU, 0x80000000U, 0xffffffffU})
    EXPECT_EQ(fault_of(header(length), limits::frame_bytes), Goodbye::too_large) << length;
}
TEST(Framing, ADeclaredLengthAllocatesNothing) {
  // With a limit of 4 GiB the length itself is allowed; only what arrived may take memory. A reservation of 4 GiB
  // for each of these readers would not be survived.
  std::vector<FrameReader> readers;
  for (int i = 0; i < 1000; ++i) {
    readers.emplace_back(0xffffffffU);
    readers.back().feed(header(0xffffffffU) + "x");
    EXPECT_FALSE(readers.back().next());
  }
}
TEST(Framing, TextProtocolsOnThePortAreTooLarge) {
  for (const std::string_view first : {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\n", "SSH-2.0-OpenSSH_9.2\r\n"})
    EXPECT_EQ(fault_of(first, limits::frame_bytes), Goodbye::too_large) << first;
}
TEST(Framing, ATlsHelloOrAlertIsTooLarge) {
  EXPECT_EQ(fault_of(Bytes("\x16\x03\x01\x02\0\x01", 6), limits::frame_bytes), Goodbye::too_large);
  EXPECT_EQ(fault_of(Bytes("\x15\x03\x03\0\x02\x02\x46", 7), limits::frame_bytes), Goodbye::too_large);
}

TEST(Framing, TheLimitMayGrowAfterLogIn) {
  FrameReader reader(8);
  reader.feed(encode_frame(1, "small"));
  EXPECT_TRUE(reader.next());
  reader.set_limit(frame_limit);
  reader.feed(encode_frame(1, Bytes(frame_limit - 1, 'x')));
  EXPECT_TRUE(reader.next());
}

TEST(Framing, AnEmptyReaderGivesItsMemoryBackAndGoesOn) {
  FrameReader reader(frame_limit);
  reader.feed(two_frames);
  EXPECT_EQ(all_of(reader).size(), 2u);
  reader.release();
  reader.feed(two_frames);
  expect_two_frames(all_of(reader));
}
TEST(Framing, ReleaseKeepsThePieceOfAFrame) {
  FrameReader reader(frame_limit);
  reader.feed(std::string_view(two_frames).substr(0, 6));
  reader.release();
  reader.feed(std::string_view(two_frames).substr(6));
  expect_two_frames(all_of(reader));
}

TEST(Framing, AMillionFramesThroughOneReaderKeepTheirOrder) {
  FrameReader reader(frame_limit);
  std::uint64_t next = 0;
  Bytes batch;
  for (std::uint64_t sent = 0; sent < 1'000'000; ++sent) {
    Bytes body;
    ByteWriter(body).u64(sent);
    batch += encode_frame(8, body);
    if (batch.size() < 5000) continue;
    reader.feed(batch);
    batch.clear();
    while (auto frame = reader.next()) ASSERT_EQ(ByteReader(frame->body).u64(), next++);
  }
  reader.feed(batch);
  while (auto frame = reader.next()) ASSERT_EQ(ByteReader(frame->body).u64(), next++);
  EXPECT_EQ(next, 1'000'000u);
}

TEST(Integers, AreBigEndian) {
  Bytes octets;
  ByteWriter out(octets);
  out.u8(0x01);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090a0b0c0d0e0f);
  EXPECT_EQ(octets, Bytes("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"));
}
TEST(Integers, TheLargestComeBack) {
  Bytes octets;
  ByteWriter out(octets);
  out.u8(0xff);
  out.u16(0xffff);
  out.u32(0xffffffff);
  out.u64(0xffffffffffffffff);
  ByteReader in(octets);
  EXPECT_EQ(in.u8(), 0xff);
  EXPECT_EQ(in.u16(), 0xffff);
  EXPECT_EQ(in.u32(), 0xffffffff);
  EXPECT_EQ(in.u64(), 0xffffffffffffffff);
  EXPECT_NO_THROW(in.end());
}
TEST(Integers, ThatAreCutAreMalformed) {
  const std::string_view octets = "1234567";
  for (std::size_t size = 0; size < 8; ++size)
    EXPECT_THROW(ByteReader(octets.substr(0, size)).u64(), PeerFault) << size;
  for (std::size_t size = 0; size < 4; ++size)
    EXPECT_THROW(ByteReader(octets.substr(0, size)).u32(), PeerFault) << size;
  for (std::size_t size = 0; size < 2; ++size)
    EXPECT_THROW(ByteReader(octets.substr(0, size)).u16(), PeerFault) << size;
  EXPECT_THROW(ByteReader("").u8(), PeerFault);
}
TEST(ByteFields, AreLengthAndOctets) {
  Bytes octets;
  ByteWriter(octets).bytes("abc");
  EXPECT_EQ(octets, Bytes("\0\0\0\x03"
                          "abc",
                          7));
  EXPECT_EQ(ByteReader(octets).bytes(), "abc");
}
TEST(ByteFields, LongerThanTheirPacketAreMalformed) {
  for (const std::uint32_t length : {4U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    const Bytes octets = header(length) + "abc";
    EXPECT_THROW(ByteReader(octets).bytes(), PeerFault) << length;
  }
}
TEST(ByteFields, TrailingOctetsAreAFault) {
  ByteReader in("x");
  EXPECT_THROW(in.end(), PeerFault);
  in.u8();
  EXPECT_NO_THROW(in.end());
}

}  // namespace
}  // namespace chat
