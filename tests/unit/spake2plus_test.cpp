// The log-in's proof, and what must not work. Its published vectors: crypto_vectors_test.cpp.
#include "crypto/spake2plus.hpp"

#include <openssl/evp.h>

#include "unit/vectors.hpp"

namespace chat {
namespace {

// ---- What a run is bound to (digests: tests/support/pake.py) --------------------------------------------------------

const KdfParameters some_kdf{1U << 15, 8, 1, from_hex("00112233445566778899aabbccddeeff")};

LogInFacts some_facts() {
  return {"room", array_of<32>(Bytes(32, '\1')), array_of<32>(Bytes(32, '\2')), "hello", some_kdf};
}

std::string digest_of(const Bytes& context) {
  std::array<unsigned char, 32> digest{};
  EXPECT_EQ(EVP_Digest(context.data(), context.size(), digest.data(), nullptr, EVP_sha256(), nullptr), 1);
  return to_hex(digest);
}

TEST(Context, IsTheOneOfTheProtocolAndHoldsEveryFact) {
  const Bytes context = log_in_context(some_facts());
  EXPECT_EQ(digest_of(context), "f3a0f1f06f580f3adc9e79196e254238fb2d87072020da0262cd44fc361d285c");
  const auto changed_by = [](auto change) {
    LogInFacts facts = some_facts();
    change(facts);
    return log_in_context(facts);
  };
  EXPECT_NE(changed_by([](LogInFacts& facts) { facts.purpose = "user"; }), context);
  EXPECT_NE(changed_by([](LogInFacts& facts) { facts.exporter[31] ^= 1; }), context);
  EXPECT_NE(changed_by([](LogInFacts& facts) { facts.certificate[0] ^= 1; }), context);
  EXPECT_NE(changed_by([](LogInFacts& facts) { facts.hello = "hellp"; }), context);
  for (const KdfParameters& kdf :
       {KdfParameters{1U << 16, 8, 1, some_kdf.salt}, KdfParameters{1U << 15, 8, 2, some_kdf.salt},
        KdfParameters{1U << 15, 9, 1, some_kdf.salt}, KdfParameters{1U << 15, 8, 1, Bytes(16, 's')}}) {
    const LogInFacts changed{"room", some_facts().exporter, some_facts().certificate, "hello", kdf};
    EXPECT_NE(log_in_context(changed), context);
  }
}

TEST(Context, OfAnAccountHoldsTheRunBeforeIt) {
  const auto bound_to = [](std::string_view session_id) {
    LogInFacts facts = some_facts();
    facts.purpose = "account";
    facts.session_id = session_id;
    return log_in_context(facts);
  };
  const Bytes id = from_hex("c34d4e8030587a96e1962c25d122719fd68d11ad046c5b3ee2d55314d066cc22");
  EXPECT_EQ(digest_of(bound_to(id)), "c5335a6ef47d771aaa35f46dbf3514e2ae00a27789ec088888f71f3971039f76");
  EXPECT_EQ(digest_of(bound_to({})), "7d9283803269a0770256668c3fbc47bf4d91db201730922e1bed6984cce5945d");
}

TEST(ContextDeathTest, OfAnAccountAloneIsBoundToARunBefore) {
  LogInFacts account = some_facts();
  account.purpose = "account";
  EXPECT_DEATH(log_in_context(account), "bound to the run before");
  LogInFacts room = some_facts();
  room.session_id = "";
  EXPECT_DEATH(log_in_context(room), "bound to the run before");
}

// ---- A run ---------------------------------------------------------------------------------------------------------

struct Pair {
  Secret w0{from_hex("afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5")};
  Secret w1{from_hex("b6ec26b380d19b20c2d43a14f09746384f19f962796a2bf5323fcd7f0126cc50")};
  PakeNames names{"room:1", "host:1"};
  Prover prover{w0, w1, "context", names};
  VerifierRun verifier{w0, registration_record(w1), "context", names};
};

TEST(Spake2Plus, AgreesWhenAllIsTheSame) {
  Pair pair;
  const auto response = pair.verifier.respond(pair.prover.share());
  ASSERT_TRUE(response);
  const auto confirm = pair.prover.confirm(response->share, response->confirm);
  ASSERT_TRUE(confirm);
  EXPECT_TRUE(pair.verifier.confirm(*confirm));
}

TEST(Spake2Plus, GivesBothSidesOneSessionIdAndEachRunAnother) {
  const auto id = [] {
    Pair pair;
    const auto response = pair.verifier.respond(pair.prover.share());
    EXPECT_TRUE(pair.verifier.confirm(*pair.prover.confirm(response->share, response->confirm)));
    EXPECT_TRUE(pair.prover.session_id() == pair.verifier.session_id());
    return pair.prover.session_id();
  };
  const Secret one = id();
  EXPECT_EQ(one.size(), 32u);
  EXPECT_FALSE(one == id());
}

TEST(Spake2Plus, FailsWithAnotherRunBefore) {
  const Pair p;
  const auto agrees = [&](std::string_view one, std::string_view other) {
    LogInFacts facts = some_facts();
    facts.purpose = "account";
    facts.session_id = one;
    Prover prover(p.w0, p.w1, log_in_context(facts), p.names);
    facts.session_id = other;
    VerifierRun verifier(p.w0, registration_record(p.w1), log_in_context(facts), p.names);
    const auto response = verifier.respond(prover.share());
    return response && prover.confirm(response->share, response->confirm).has_value();
  };
  const Bytes id(32, 'i');
  const Bytes another = id.substr(1) + "j";
  EXPECT_TRUE(agrees(id, id));
  EXPECT_TRUE(agrees({}, {}));
  EXPECT_FALSE(agrees(id, another));
  EXPECT_FALSE(agrees(id, {}));
  EXPECT_FALSE(agrees({}, id));
}

TEST(Spake2PlusDeathTest, ARunThatIsNotGoodGivesNoSessionId) {
  Pair pair;
  const auto response = pair.verifier.respond(pair.prover.share());
  EXPECT_DEATH(pair.verifier.session_id(), "not good");
  EXPECT_FALSE(pair.verifier.confirm(Confirmation{}));
  EXPECT_DEATH(pair.verifier.session_id(), "not good");
  EXPECT_FALSE(pair.prover.confirm(response->share, Confirmation{}));
  EXPECT_DEATH(pair.prover.session_id(), "not good");
}

TEST(Spake2Plus, FailsWithAnotherPasswordContextOrName) {
  const Secret other(from_hex("0000000000000000000000000000000000000000000000000000000000000001"));
  const auto agrees = [](Prover prover, VerifierRun verifier) {
    const auto response = verifier.respond(prover.share());
    return response && prover.confirm(response->share, response->confirm).has_value();
  };
  Pair p;
  const PointOctets l = registration_record(p.w1);
  EXPECT_FALSE(agrees(Prover(other, p.w1, "context", p.names), VerifierRun(p.w0, l, "context", p.names)));
  EXPECT_FALSE(agrees(Prover(p.w0, other, "context", p.names), VerifierRun(p.w0, l, "context", p.names)));
  EXPECT_FALSE(agrees(Prover(p.w0, p.w1, "kontext", p.names), VerifierRun(p.w0, l, "context", p.names)));
  EXPECT_FALSE(agrees(Prover(p.w0, p.w1, "context", {p.names.verifier, p.names.prover}),
                      VerifierRun(p.w0, l, "context", p.names)));
}

TEST(Spake2Plus, EveryFlippedBitOfAShareOrConfirmationFails) {
  for (std::size_t bit = 0; bit < 8 * 65; bit += 1) {
    Pair pair;
    PointOctets share = pair.prover.share();
    share[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto response = pair.verifier.respond(share);
    if (response) {
      EXPECT_FALSE(pair.prover.confirm(response->share, response->confirm)) << "shareP, bit " << bit;
    }
  }
  for (std::size_t bit = 0; bit < 8 * 65; bit += 1) {
    Pair pair;
    auto response = pair.verifier.respond(pair.prover.share());
    ASSERT_TRUE(response);
    response->share[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(pair.prover.confirm(response->share, response->confirm)) << "shareV, bit " << bit;
  }
  for (std::size_t bit = 0; bit < 8 * 32; ++bit) {
    const auto flip = static_cast<std::uint8_t>(1U << bit % 8);
    Pair pair;
    auto response = pair.verifier.respond(pair.prover.share());
    ASSERT_TRUE(response);
    response->confirm[bit / 8] ^= flip;
    EXPECT_FALSE(pair.prover.confirm(response->share, response->confirm)) << "confirmV, bit " << bit;
    Pair other;
    const auto answer = other.verifier.respond(other.prover.share());
    ASSERT_TRUE(answer);
    auto confirm = other.prover.confirm(answer->share, answer->confirm);
    ASSERT_TRUE(confirm);
    (*confirm)[bit / 8] ^= flip;
    EXPECT_FALSE(other.verifier.confirm(*confirm)) << "confirmP, bit " << bit;
  }
}

TEST(Spake2Plus, ARunAnswersOnce) {
  Pair pair;
  EXPECT_FALSE(pair.verifier.confirm(Confirmation{})) << "before a response";
  EXPECT_FALSE(pair.verifier.respond(pair.prover.share())) << "after a confirmation";
  Pair other;
  const auto response = other.verifier.respond(other.prover.share());
  ASSERT_TRUE(response);
  EXPECT_FALSE(other.verifier.respond(other.prover.share()));
  EXPECT_TRUE(other.prover.confirm(response->share, response->confirm));
  EXPECT_FALSE(other.prover.confirm(response->share, response->confirm));
  Pair third;
  const auto again = third.verifier.respond(third.prover.share());
  const auto confirm = third.prover.confirm(again->share, again->confirm);
  EXPECT_TRUE(third.verifier.confirm(*confirm));
  EXPECT_FALSE(third.verifier.confirm(*confirm));
}

TEST(Spake2Plus, RefusesPointsThatAreNone) {
  const PointOctets good = registration_record(Pair().w1);
  Bytes compressed(1, static_cast<char>(2 + good[64] % 2));
  compressed.append(reinterpret_cast<const char*>(good.data()) + 1, 32);
  EXPECT_FALSE(is_point(compressed));
  EXPECT_FALSE(is_point(Bytes(1, '\0'))) << "the identity";
  EXPECT_FALSE(is_point(Bytes(65, '\0')));
  EXPECT_FALSE(is_point(""));
  for (const int form : {0x00, 0x02, 0x03, 0x06, 0x07, 0x44}) {  // 06 and 07 are the hybrid forms
    PointOctets changed = good;
    changed[0] = static_cast<std::uint8_t>(form);
    EXPECT_FALSE(Pair().verifier.respond(changed)) << form;
    Pair pair;
    PakeTrace trace;  // stays empty: the point is refused before anything is computed with it
    Prover prover(pair.w0, pair.w1, "context", pair.names, pair.w1, &trace);
    EXPECT_FALSE(prover.confirm(changed, Confirmation{})) << form;
    EXPECT_TRUE(trace.transcript.empty()) << form;
  }
  PointOctets off_curve = good;
  off_curve[64] ^= 1;
  EXPECT_FALSE(Pair().verifier.respond(off_curve));
  PointOctets too_large = good;  // x is not below the field's prime
  std::fill(too_large.begin() + 1, too_large.begin() + 33, std::uint8_t{0xff});
  EXPECT_FALSE(Pair().verifier.respond(too_large));
}

// A share that is w0 times the mask makes Z the identity, whatever the other side's secret is.
TEST(Spake2Plus, RefusesTheShareThatWouldMakeZTheIdentity) {
  Pair pair;
  // w0*M, as shareP = x*G + w0*M with x*G taken away: here for w0 = 1, where it is M itself.
  const Secret one(from_hex("0000000000000000000000000000000000000000000000000000000000000001"));
  const Json v = vector_file("spake2plus_rfc9383");
  VerifierRun verifier(one, registration_record(pair.w1), "context", pair.names);
  EXPECT_FALSE(verifier.respond(array_of<65>(octets(v.at("M").at("uncompressed")))));
  PakeTrace trace;  // stays empty: nothing is computed with it
  Prover prover(one, pair.w1, "context", pair.names, pair.w1, &trace);
  EXPECT_FALSE(prover.confirm(array_of<65>(octets(v.at("N").at("uncompressed"))), Confirmation{}));
  EXPECT_TRUE(trace.transcript.empty());
}

TEST(Spake2Plus, ScalarsAreFromOneToTheOrderMinusOne) {
  EXPECT_FALSE(is_scalar(Secret(Bytes(32, '\0'))));
  EXPECT_FALSE(is_scalar(Secret(from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))));
  EXPECT_TRUE(is_scalar(Secret(from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"))));
  EXPECT_FALSE(is_scalar(Secret(Bytes(31, '\1'))));
  EXPECT_FALSE(is_scalar(Secret(Bytes(33, '\1'))));
}

}  // namespace
}  // namespace chat
