// What seals messages: net_utils.hpp, "Sealing". Its published vectors: crypto_vectors_test.cpp.
#include <gtest/gtest.h>

#include "unit/hex.hpp"

namespace chat {
namespace {

RoomKey some_key() {
  Bytes key;
  for (int i = 0; i < 32; ++i) key.push_back(static_cast<char>(i));
  return RoomKey(Secret(key));
}
constexpr SealContext some_context{"lobby", "alice", 3, 13, 7};

TEST(Sealing, OpensToWhatWasSealedWithAFreshNonceEachTime) {
  const RoomKey key = some_key();
  const SealedText text{1'700'000'000'000, 1, "hello"};
  const Bytes one = seal(key, some_context, text);
  EXPECT_NE(one, seal(key, some_context, text));
  SealedText opened;
  ASSERT_EQ(open(key, some_context, one, opened), Opening::opened);
  EXPECT_EQ(opened.text, "hello");
  EXPECT_EQ(opened.time_ms, text.time_ms);
  EXPECT_EQ(opened.kind, 1);
}

// docs/PROTOCOL.md, the example post_sealed, which was made without this code.
TEST(Sealing, OpensTheExampleOfTheProtocol) {
  const Bytes body = from_hex(
      "84b5787933f2f540bb8b5aadcff4ec2d404142434445464748494a4b4c4d4e4f5051525354555657"
      "7ec147582f160d7938a6238dbb528d825c76ccd7368bd64eb5f15e67710d50576a6a8dca04a94bc8"
      "5d688a7a976fdf2f16d95c30f3bc6308b2cd5df5dec5bf1982091231c5fe57396b389c0307e34d94");
  SealedText opened;
  ASSERT_EQ(open(some_key(), some_context, body, opened), Opening::opened);
  EXPECT_EQ(opened.text, "hello");
  EXPECT_EQ(opened.time_ms, 1'700'000'000'000u);
}

TEST(Sealing, ShowsLengthsInStepsOf64Only) {
  const RoomKey key = some_key();
  const auto size = [&](std::size_t text) { return seal(key, some_context, {0, 1, std::string(text, 'x')}).size(); };
  EXPECT_EQ(size(1), 56u + 64);
  EXPECT_EQ(size(51), 56u + 64);
  EXPECT_EQ(size(52), 56u + 128);
  EXPECT_EQ(size(limits::message_bytes), limits::message_bytes + limits::sealed_overhead);
}

TEST(Sealing, IsTiedToRoomSenderSessionMessageAndKind) {
  const RoomKey key = some_key();
  const Bytes body = seal(key, some_context, {0, 1, "hello"});
  SealedText text;
  for (const SealContext& other : {SealContext{"lobbx", "alice", 3, 13, 7}, SealContext{"lobby", "alicf", 3, 13, 7},
                                   SealContext{"lobby", "alice", 4, 13, 7}, SealContext{"lobby", "alice", 3, 14, 7},
                                   SealContext{"lobby", "alice", 3, 13, 6}, SealContext{"lobbya", "lice", 3, 13, 7}})
    EXPECT_EQ(open(key, other, body, text), Opening::damaged);
}

TEST(Sealing, AnotherKeysMessageIsKnownByItsKeyIdBeforeAnythingIsTried) {
  const RoomKey key = some_key();
  const RoomKey other{Secret(Bytes(32, 'k'))};
  SealedText text;
  Bytes body = seal(other, some_context, {0, 1, "hello"});
  EXPECT_EQ(open(key, some_context, body, text), Opening::other_key);
  // Even when it could be opened: sealed under this key, but with the other's id.
  body = seal(key, some_context, {0, 1, "hello"});
  std::copy(other.id().begin(), other.id().end(), body.begin());
  EXPECT_EQ(open(key, some_context, body, text), Opening::other_key);
}

TEST(Sealing, AnyFlippedBitAndAnyCutIsDamage) {
  const RoomKey key = some_key();
  const Bytes body = seal(key, some_context, {0, 1, "hello"});
  SealedText text;
  for (std::size_t bit = 8 * 16; bit < 8 * body.size(); ++bit) {
    Bytes changed = body;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_EQ(open(key, some_context, changed, text), Opening::damaged) << bit;
  }
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_EQ(open(key, some_context, body.substr(0, size), text), Opening::damaged) << size;
  EXPECT_EQ(open(key, some_context, body + '\0', text), Opening::damaged);
}

TEST(Sealing, AMemberWhoPadsWronglyIsNotOpened) {
  const RoomKey key = some_key();
  const Bytes good = seal(key, some_context, {0, 1, "hello"});
  const Bytes nonce = good.substr(16, 24);
  Bytes aad;
  ByteWriter out(aad);
  const Bytes id(key.id().begin(), key.id().end());
  for (const Bytes& field : {Bytes("clint v1 msg"), id, Bytes("lobby"), Bytes("alice"), Bytes("\0\0\0\0\0\0\0\x03", 8),
                             Bytes("\0\0\0\0\0\0\0\x0d", 8), Bytes("\x07")})
    out.bytes(field);
  auto plain = Xaes::decrypt(key, nonce, good.substr(40), aad);
  ASSERT_TRUE(plain) << "the associated data is not what the protocol says";
  const auto opening = [&](const Bytes& plaintext) {
    SealedText text;
    const Opening result = open(key, some_context, id + nonce + Xaes::encrypt(key, nonce, plaintext, aad), text);
    EXPECT_EQ(text.text, result == Opening::opened ? "hello" : "") << "what was not opened is given to nobody";
    return result;
  };
  EXPECT_EQ(opening(*plain), Opening::opened);
  EXPECT_EQ(opening(*plain + Bytes(64, '\0')), Opening::damaged) << "a step too many";
  EXPECT_EQ(opening(plain->substr(0, 63)), Opening::damaged);
  EXPECT_EQ(opening(""), Opening::damaged);
  (*plain)[63] = 'x';
  EXPECT_EQ(opening(*plain), Opening::damaged) << "padding that is not blank";
}

TEST(Secret, IsComparedByItsOctetsAndGoneWhenMovedFrom) {
  Secret one("octets");
  EXPECT_TRUE(one == Secret("octets"));
  EXPECT_FALSE(one == Secret("octett"));
  EXPECT_FALSE(one == Secret("octet"));
  const Secret other = std::move(one);
  EXPECT_EQ(other.view(), "octets");
  EXPECT_EQ(one.size(), 0u);  // NOLINT(bugprone-use-after-move): that is the question
}

}  // namespace
}  // namespace chat
