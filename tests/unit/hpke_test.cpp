// Private messages: published vectors (tests/vectors/SOURCES.md), and what must not open.
#include "crypto/hpke.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/identity.hpp"
#include "crypto/letter.hpp"
#include "unit/vectors.hpp"

namespace chat {
namespace {

TEST(X25519, FollowsWycheproofAndRefusesAResultOfZero) {
  int zero = 0;
  for (const Json& v : vectors("x25519_wycheproof", "tests")) {
    const auto shared = x25519(Secret(octets(v.at("private"))), array_of<32>(octets(v.at("public"))));
    const Bytes wanted = octets(v.at("shared"));
    if (wanted == Bytes(32, '\0')) {
      EXPECT_FALSE(shared) << v.at("tcId");
      ++zero;
    } else {
      ASSERT_TRUE(shared) << v.at("tcId");
      EXPECT_EQ(Bytes(shared->view()), wanted) << v.at("tcId");
    }
  }
  EXPECT_EQ(zero, 31);
}

TEST(Hpke, FollowsTheVectorOfRfc9180InModeAuth) {
  int seen = 0;
  for (const Json& v : vectors("hpke_rfc9180", "vectors")) {
    if (v.at("mode") != 2 || v.at("aead_id") != 2) continue;
    ++seen;
    const KeyPair sender(Secret(octets(v.at("skSm"))));
    const KeyPair recipient(Secret(octets(v.at("skRm"))));
    const KeyPair ephemeral(Secret(octets(v.at("skEm"))));
    EXPECT_EQ(sender.public_key(), array_of<32>(octets(v.at("pkSm"))));
    EXPECT_EQ(recipient.public_key(), array_of<32>(octets(v.at("pkRm"))));
    const Json first = v.at("encryptions").at(0);
    ASSERT_EQ(first.at("seq"), 0);
    HpkeTrace trace;
    const auto sealed = hpke_seal(sender, recipient.public_key(), octets(v.at("info")), octets(first.at("aad")),
                                  octets(first.at("pt")), ephemeral, &trace);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(trace.shared_secret, octets(v.at("shared_secret")));
    EXPECT_EQ(trace.key_schedule_context, octets(v.at("key_schedule_context")));
    EXPECT_EQ(trace.secret, octets(v.at("secret")));
    EXPECT_EQ(trace.key, octets(v.at("key")));
    EXPECT_EQ(trace.base_nonce, octets(v.at("base_nonce")));
    EXPECT_EQ(*sealed, octets(v.at("enc")) + octets(first.at("ct")));
    EXPECT_EQ(hpke_open(recipient, sender.public_key(), octets(v.at("info")), octets(first.at("aad")), *sealed),
              octets(first.at("pt")));
  }
  EXPECT_EQ(seen, 1);
}

struct Correspondents {
  KeyPair alice = KeyPair::generate();
  KeyPair bob = KeyPair::generate();
  Bytes sealed = *hpke_seal(alice, bob.public_key(), "info", "aad", "meet me at four");
};

TEST(Hpke, OnlyTheRecipientOpensAndOnlyAsTheSenders) {
  const Correspondents p;
  const KeyPair eve = KeyPair::generate();
  EXPECT_EQ(hpke_open(p.bob, p.alice.public_key(), "info", "aad", p.sealed), "meet me at four");
  EXPECT_FALSE(hpke_open(eve, p.alice.public_key(), "info", "aad", p.sealed)) << "another recipient";
  EXPECT_FALSE(hpke_open(p.alice, p.alice.public_key(), "info", "aad", p.sealed)) << "the sender itself";
  EXPECT_FALSE(hpke_open(p.bob, eve.public_key(), "info", "aad", p.sealed)) << "another sender";
  EXPECT_FALSE(hpke_open(p.bob, p.alice.public_key(), "inf", "aad", p.sealed));
  EXPECT_FALSE(hpke_open(p.bob, p.alice.public_key(), "info", "", p.sealed));
}

TEST(Hpke, EveryBitCounts) {
  const Correspondents p;
  for (std::size_t bit = 0; bit < 8 * p.sealed.size(); ++bit) {
    Bytes changed = p.sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    const auto opened = hpke_open(p.bob, p.alice.public_key(), "info", "aad", changed);
    // X25519 ignores the highest bit of a public key (RFC 7748 section 5), but the encapsulated key is in the context.
    EXPECT_FALSE(opened) << bit;
  }
  for (std::size_t size = 0; size < p.sealed.size(); ++size)
    EXPECT_FALSE(hpke_open(p.bob, p.alice.public_key(), "info", "aad", p.sealed.substr(0, size))) << size;
}

TEST(Hpke, TheSameTextIsNeverSealedTheSameWay) {
  const Correspondents p;
  EXPECT_NE(*hpke_seal(p.alice, p.bob.public_key(), "info", "aad", "meet me at four"), p.sealed);
}

TEST(Hpke, AKeyThatNobodyHasIsRefused) {
  const Correspondents p;
  EXPECT_FALSE(hpke_seal(p.alice, PublicKey{}, "info", "aad", "text"));
  EXPECT_FALSE(hpke_open(p.bob, p.alice.public_key(), "info", "aad", Bytes(32, '\0') + p.sealed.substr(32)));
  EXPECT_FALSE(hpke_open(p.bob, PublicKey{}, "info", "aad", p.sealed));
}

TEST(Letter, OfASenderWhoPadsWronglyIsNotOpened) {
  const Correspondents p;
  const LetterContext context{"host", "alice", p.alice.public_key(), "bob", p.bob.public_key(), 3, 7};
  const auto opened = [&](const Bytes& plaintext) {
    const Bytes aad = from_hex("0000000000000003 0000000000000007");
    return open_letter(p.bob, context, *hpke_seal(p.alice, p.bob.public_key(), letter_info(context), aad, plaintext));
  };
  const Bytes plain = padded({1'700'000'000'000, 1, "meet me at four"});
  ASSERT_TRUE(opened(plain));
  EXPECT_EQ(opened(plain)->text, "meet me at four");
  EXPECT_EQ(opened(plain)->time_ms, 1'700'000'000'000u);
  EXPECT_FALSE(opened(plain + Bytes(64, '\0'))) << "a step too many";
  EXPECT_FALSE(opened(plain + '\0')) << "no whole step";
  EXPECT_FALSE(opened(plain.substr(0, 63)));
  EXPECT_FALSE(opened(plain.substr(0, 63) + "x")) << "padding that is not blank";
  EXPECT_FALSE(opened(""));
}

TEST(SafetyNumber, IsTheSameOnBothSidesAndAnotherForAnyOtherPair) {
  const PublicKey a = KeyPair(Secret(Bytes(32, 'a'))).public_key();
  const PublicKey b = KeyPair(Secret(Bytes(32, 'b'))).public_key();
  const PublicKey c = KeyPair(Secret(Bytes(32, 'c'))).public_key();
  const std::string number = safety_number(a, "alice", b, "bob");
  EXPECT_EQ(number, safety_number(b, "bob", a, "alice"));
  EXPECT_EQ(number.size(), 12u * 5 + 11);
  EXPECT_EQ(number.find_first_not_of("0123456789 "), std::string::npos);
  const std::set<std::string> all{number, safety_number(a, "alice", c, "bob"), safety_number(c, "alice", b, "bob"),
                                  safety_number(a, "alice", b, "bobby"), safety_number(a, "eve", b, "bob")};
  EXPECT_EQ(all.size(), 5u);
}

// Frozen: another program has to come to the same digits.
TEST(SafetyNumber, HasTheseDigits) { EXPECT_EQ(safety_half(PublicKey{}, "alice"), "673222780327981776269976194921"); }

}  // namespace
}  // namespace chat
