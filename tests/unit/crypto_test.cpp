// The cryptography: published vectors (tests/vectors/SOURCES.md), and what must not work.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/password.hpp"
#include "crypto/spake2plus.hpp"
#include "crypto/verifier.hpp"

namespace chat {
namespace {

using Json = nlohmann::json;

Json file(const std::string& name) {
  std::ifstream in(std::string(CLINT_SOURCE_DIR "/tests/vectors/") + name + ".json");
  EXPECT_TRUE(in) << name;
  return Json::parse(in);
}

// One list of a file, by value: a loop over a member of a temporary would run over nothing.
std::vector<Json> vectors(const std::string& name, const std::string& list) {
  auto found = file(name).at(list).get<std::vector<Json>>();
  EXPECT_FALSE(found.empty()) << name;
  return found;
}

Bytes octets(std::string_view hex) {
  Bytes made;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    made.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return made;
}
Bytes octets(const Json& hex) { return octets(std::string_view(hex.get_ref<const std::string&>())); }
Bytes octets(const char* hex) { return octets(std::string_view(hex)); }
std::string hex(std::string_view bytes) {
  return hex_text({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}
template <std::size_t Size>
std::string hex(const std::array<std::uint8_t, Size>& bytes) {
  return hex_text(bytes);
}
template <std::size_t Size>
std::array<std::uint8_t, Size> array_of(const Bytes& bytes) {
  std::array<std::uint8_t, Size> made{};
  EXPECT_EQ(bytes.size(), Size);
  std::copy_n(bytes.begin(), std::min(Size, bytes.size()), made.begin());
  return made;
}
PointOctets point(const Bytes& bytes) { return array_of<65>(bytes); }
const unsigned char* raw(const Bytes& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// ---- The primitives as this system's OpenSSL has them --------------------------------------------------------------

TEST(Vectors, HkdfExpandOfRfc5869) {
  for (const Json& v : vectors("hkdf_rfc5869", "vectors")) {
    const Bytes info = octets(v.at("info"));
    EXPECT_EQ(hex(hkdf_expand(Secret(octets(v.at("PRK"))), info, v.at("L")).view()), v.at("OKM")) << v.at("name");
  }
}

TEST(Vectors, ScryptOfRfc7914) {
  for (const Json& v : vectors("scrypt_rfc7914", "scrypt")) {
    if (v.at("slow")) continue;  // a gibibyte
    const KdfParameters parameters{v.at("N"), v.at("r"), v.at("p"), octets(v.at("salt"))};
    EXPECT_EQ(hex(scrypt(octets(v.at("password")), parameters).view()), v.at("dk"));
  }
}

TEST(Vectors, CmacOfWycheproof) {
  EVP_MAC* cmac = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
  int valid = 0;
  for (const Json& v : vectors("aes256cmac_wycheproof", "tests")) {
    const Bytes key = octets(v.at("key"));
    const Bytes message = octets(v.at("msg"));
    std::string cipher = "AES-256-CBC";
    const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
                                           OSSL_PARAM_construct_end()};
    EVP_MAC_CTX* ctx = EVP_MAC_CTX_new(cmac);
    Bytes tag(16, '\0');
    std::size_t size = 0;
    ASSERT_EQ(EVP_MAC_init(ctx, raw(key), key.size(), params.data()), 1);
    ASSERT_EQ(EVP_MAC_update(ctx, raw(message), message.size()), 1);
    ASSERT_EQ(EVP_MAC_final(ctx, raw(tag), &size, tag.size()), 1);
    EVP_MAC_CTX_free(ctx);
    EXPECT_EQ(hex(tag) == v.at("tag"), v.at("result") == "valid") << v.at("tcId");
    valid += v.at("result") == "valid";
  }
  EVP_MAC_free(cmac);
  EXPECT_GT(valid, 0);
}

TEST(Vectors, AesGcmOfWycheproof) {
  int valid = 0;
  for (const Json& v : vectors("aes256gcm_wycheproof", "tests")) {
    const Bytes key = octets(v.at("key"));
    const Bytes iv = octets(v.at("iv"));
    const Bytes aad = octets(v.at("aad"));
    const Bytes sealed = octets(v.at("ct"));
    Bytes tag = octets(v.at("tag"));
    EVP_CIPHER_CTX* ctx = EVP_CIPHER_CTX_new();
    Bytes plain(sealed.size() + 16, '\0');
    int size = 0;
    int rest = 0;
    ASSERT_EQ(EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), raw(key), raw(iv), nullptr), 1);
    ASSERT_EQ(EVP_DecryptUpdate(ctx, nullptr, &size, raw(aad), static_cast<int>(aad.size())), 1);
    ASSERT_EQ(EVP_DecryptUpdate(ctx, raw(plain), &size, raw(sealed), static_cast<int>(sealed.size())), 1);
    ASSERT_EQ(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, raw(tag)), 1);
    const bool good = EVP_DecryptFinal_ex(ctx, raw(plain) + size, &rest) == 1;
    EVP_CIPHER_CTX_free(ctx);
    EXPECT_EQ(good, v.at("result") == "valid") << v.at("tcId");
    if (good) {
      plain.resize(sealed.size());
      EXPECT_EQ(hex(plain), v.at("msg")) << v.at("tcId");
      ++valid;
    }
  }
  EXPECT_GT(valid, 0);
}

TEST(Vectors, XaesOfC2sp) {
  for (const Json& v : vectors("xaes_256_gcm", "vectors")) {
    const RoomKey key{Secret(octets(v.at("key")))};
    const Bytes nonce = octets(v.at("nonce"));
    const Bytes sealed = Xaes::encrypt(key, nonce, octets(v.at("plaintext")), octets(v.at("aad")));
    EXPECT_EQ(hex(sealed), v.at("ciphertext"));
    const auto opened = Xaes::decrypt(key, nonce, sealed, octets(v.at("aad")));
    ASSERT_TRUE(opened);
    EXPECT_EQ(hex(*opened), v.at("plaintext"));
  }
}

// The accumulated test of C2SP: what to seal is squeezed out of one SHAKE-128, every ciphertext goes into another.
TEST(Vectors, XaesOfC2spAccumulated) {
  const Json v = file("xaes_256_gcm").at("accumulated");
  const Json& test = v.at("tests").at(0);
  const std::size_t size = test.at("rng_bytes_consumed");
  Bytes stream(size, '\0');
  EVP_MD_CTX* source = EVP_MD_CTX_new();
  EVP_MD_CTX* sink = EVP_MD_CTX_new();
  ASSERT_EQ(EVP_DigestInit_ex(source, EVP_shake128(), nullptr), 1);
  ASSERT_EQ(EVP_DigestFinalXOF(source, raw(stream), stream.size()), 1);
  ASSERT_EQ(EVP_DigestInit_ex(sink, EVP_shake128(), nullptr), 1);
  EXPECT_EQ(hex(stream.substr(0, 16)), v.at("rng_first_16_bytes"));
  std::size_t at = 0;
  const auto take = [&](std::size_t count) { return stream.substr(std::exchange(at, at + count), count); };
  const auto take_counted = [&] { return take(static_cast<unsigned char>(take(1)[0])); };
  for (int i = 0; i < test.at("iterations"); ++i) {
    const RoomKey key{Secret(take(32))};
    const Bytes nonce = take(24);
    const Bytes plaintext = take_counted();
    const Bytes aad = take_counted();
    const Bytes sealed = Xaes::encrypt(key, nonce, plaintext, aad);
    ASSERT_EQ(EVP_DigestUpdate(sink, sealed.data(), sealed.size()), 1);
  }
  Bytes hash(32, '\0');
  ASSERT_EQ(EVP_DigestFinalXOF(sink, raw(hash), hash.size()), 1);
  EXPECT_EQ(hex(hash), test.at("hash"));
  EXPECT_EQ(at, size);
  EVP_MD_CTX_free(source);
  EVP_MD_CTX_free(sink);
}

TEST(Vectors, PointsOfWycheproof) {
  int good = 0;
  for (const Json& v : vectors("p256_points_wycheproof", "points")) {
    EXPECT_EQ(is_point(octets(v.at("point"))), v.at("accept_strict_uncompressed").get<bool>()) << v.at("tcId");
    good += v.at("accept_strict_uncompressed").get<bool>();
  }
  EXPECT_GT(good, 0);
}

TEST(Vectors, Spake2PlusOfRfc9383) {
  int seen = 0;
  for (const Json& v : vectors("spake2plus_rfc9383", "vectors")) {
    if (v.at("suite") != "P256-SHA256-HKDF-SHA256-HMAC-SHA256") continue;
    ++seen;
    const Secret w0(octets(v.at("w0")));
    const Secret w1(octets(v.at("w1")));
    const PakeNames names{v.at("idProver"), v.at("idVerifier")};
    const Bytes context = octets(v.at("context_hex"));
    EXPECT_EQ(hex(registration_record(w1)), v.at("L"));
    PakeTrace p;
    PakeTrace q;
    Prover prover(w0, w1, context, names, Secret(octets(v.at("x"))), &p);
    VerifierRun verifier(w0, point(octets(v.at("L"))), context, names, Secret(octets(v.at("y"))), &q);
    EXPECT_EQ(hex(prover.share()), v.at("shareP"));
    const auto response = verifier.respond(prover.share());
    ASSERT_TRUE(response);
    EXPECT_EQ(hex(response->share), v.at("shareV"));
    EXPECT_EQ(hex(response->confirm), v.at("confirmV"));
    const auto confirm = prover.confirm(response->share, response->confirm);
    ASSERT_TRUE(confirm);
    EXPECT_EQ(hex(*confirm), v.at("confirmP"));
    EXPECT_TRUE(verifier.confirm(*confirm));
    for (const PakeTrace& trace : {p, q}) {
      EXPECT_EQ(hex(trace.transcript), v.at("TT"));
      EXPECT_EQ(hex(trace.z), v.at("Z"));
      EXPECT_EQ(hex(trace.v), v.at("V"));
      EXPECT_EQ(hex(trace.main_key), v.at("K_main"));
      EXPECT_EQ(hex(trace.confirm_p_key), v.at("K_confirmP"));
      EXPECT_EQ(hex(trace.confirm_v_key), v.at("K_confirmV"));
      EXPECT_EQ(hex(trace.shared_key), v.at("K_shared"));
    }
    // As docs/PROTOCOL.md, section 15, has it for this K_main; tests/e2e/accounts.py has pake.py say the same.
    EXPECT_EQ(hex(prover.session_id().view()), "c34d4e8030587a96e1962c25d122719fd68d11ad046c5b3ee2d55314d066cc22");
    EXPECT_TRUE(prover.session_id() == verifier.session_id());
  }
  EXPECT_EQ(seen, 1);
}

// ---- Ours, made with tests/support/pake.py -------------------------------------------------------------------------

const VerifierId some_id = array_of<16>(octets("0b1e2d3c4b5a69788796a5b4c3d2e1f0"));
const KdfParameters cheap{1U << 15, 8, 1, octets("00112233445566778899aabbccddeeff")};

TEST(Password, GivesTheKeysThatTheProtocolSays) {
  const PasswordKeys keys = derive(Secret("correct horse, b\xc3\xa4ttery"), cheap, some_id);
  EXPECT_EQ(hex(keys.w0.view()), "afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5");
  EXPECT_EQ(hex(keys.w1.view()), "b6ec26b380d19b20c2d43a14f09746384f19f962796a2bf5323fcd7f0126cc50");
  const RoomKey room{Secret(octets("980b4a3b48bc67a52ededa4b8b7a92ae9c9a5f1f3026d831e63eab9631dd54d5"))};
  EXPECT_EQ(keys.room_key.id(), room.id());
  EXPECT_EQ(hex(registration_record(keys.w1)),
            "04f71e2d23bfdb8d37033eadaf5467c470aab48a09e51de154b3979c3ea0ea0ad5"
            "f37147548dc308eab54091666ff5aa0c407a982c73b68c7505e23c2127b18d43");
}

LogInFacts some_facts() {
  return {"room", array_of<32>(Bytes(32, '\1')), array_of<32>(Bytes(32, '\2')), "hello", cheap};
}

std::string digest_of(const Bytes& context) {
  Bytes digest(32, '\0');
  EXPECT_EQ(EVP_Digest(context.data(), context.size(), raw(digest), nullptr, EVP_sha256(), nullptr), 1);
  return hex(digest);
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
       {KdfParameters{1U << 16, 8, 1, cheap.salt}, KdfParameters{1U << 15, 8, 2, cheap.salt},
        KdfParameters{1U << 15, 9, 1, cheap.salt}, KdfParameters{1U << 15, 8, 1, Bytes(16, 's')}}) {
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
  const Bytes id = octets("c34d4e8030587a96e1962c25d122719fd68d11ad046c5b3ee2d55314d066cc22");
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

TEST(Password, IsCleanTextOfUpTo1024Octets) {
  for (const std::string& good :
       {std::string("x"), std::string(" with blanks "), std::string("\xc3\xa9"), std::string(1024, 'x')})
    EXPECT_EQ(password_error(Secret(good)), "") << good;
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("tab\t"), std::string("bell\x07"),
                                 std::string("\xff"), std::string(1025, 'x')})
    EXPECT_NE(password_error(Secret(bad)), "") << bad;
}

TEST(Password, ARandomOneHas16CharactersOfBase32AndIsNeverTheSame) {
  const Secret one = random_password();
  EXPECT_EQ(one.size(), 16u);
  EXPECT_EQ(one.view().find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string_view::npos);
  EXPECT_FALSE(one == random_password());
  EXPECT_FALSE(is_weak(one));
  EXPECT_TRUE(is_weak(Secret("tiny")));
}

TEST(Password, AHostsParametersAreFollowedOnlyInRange) {
  const auto with = [](std::uint32_t n, std::uint32_t r, std::uint32_t p, std::size_t salt) {
    return acceptable({n, r, p, Bytes(salt, 's')});
  };
  for (const std::uint32_t n : {1U << 15, 1U << 16, 1U << 17, 1U << 18}) EXPECT_TRUE(with(n, 8, 1, 16)) << n;
  for (const std::uint32_t n : {0U, 1U, 1U << 14, (1U << 15) + 1, 3U << 15, 1U << 19, 1U << 31, ~0U})
    EXPECT_FALSE(with(n, 8, 1, 16)) << n;
  for (const std::uint32_t r : {0U, 1U, 7U, 9U, ~0U}) EXPECT_FALSE(with(1U << 15, r, 1, 16)) << r;
  for (const std::uint32_t p : {1U, 4U}) EXPECT_TRUE(with(1U << 15, 8, p, 32)) << p;
  for (const std::uint32_t p : {0U, 5U, ~0U}) EXPECT_FALSE(with(1U << 15, 8, p, 16)) << p;
  for (const std::size_t salt : {0U, 15U, 33U}) EXPECT_FALSE(with(1U << 15, 8, 1, salt)) << salt;
}

// ---- SPAKE2+: what must not work -----------------------------------------------------------------------------------

struct Pair {
  Secret w0{octets("afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5")};
  Secret w1{octets("b6ec26b380d19b20c2d43a14f09746384f19f962796a2bf5323fcd7f0126cc50")};
  PakeNames names = room_names(some_id);
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
  const Secret other(octets("0000000000000000000000000000000000000000000000000000000000000001"));
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
  const Secret one(octets("0000000000000000000000000000000000000000000000000000000000000001"));
  const Json v = file("spake2plus_rfc9383");
  VerifierRun verifier(one, registration_record(pair.w1), "context", pair.names);
  EXPECT_FALSE(verifier.respond(point(octets(v.at("M").at("uncompressed")))));
  PakeTrace trace;  // stays empty: nothing is computed with it
  Prover prover(one, pair.w1, "context", pair.names, pair.w1, &trace);
  EXPECT_FALSE(prover.confirm(point(octets(v.at("N").at("uncompressed"))), Confirmation{}));
  EXPECT_TRUE(trace.transcript.empty());
}

TEST(Spake2Plus, ScalarsAreFromOneToTheOrderMinusOne) {
  EXPECT_FALSE(is_scalar(Secret(Bytes(32, '\0'))));
  EXPECT_FALSE(is_scalar(Secret(octets("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))));
  EXPECT_TRUE(is_scalar(Secret(octets("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"))));
  EXPECT_FALSE(is_scalar(Secret(Bytes(31, '\1'))));
  EXPECT_FALSE(is_scalar(Secret(Bytes(33, '\1'))));
}

// ---- The verifier's file -------------------------------------------------------------------------------------------

Verifier some_verifier() {
  Pair pair;
  return {some_id, cheap, std::move(pair.w0), registration_record(pair.w1)};
}

TEST(VerifierFile, ComesBackAsItWasWritten) {
  const Secret text = format_verifier(some_verifier());
  const auto again = parse_verifier(text.view());
  ASSERT_TRUE(again) << again.error;
  EXPECT_EQ((*again).id, some_id);
  EXPECT_EQ((*again).kdf.n, cheap.n);
  EXPECT_EQ((*again).kdf.salt, cheap.salt);
  EXPECT_TRUE((*again).w0 == some_verifier().w0);
  EXPECT_TRUE(format_verifier(*again) == text);
}

TEST(VerifierFile, IsRefusedWhenAnythingInItIsWrong) {
  const std::string good(format_verifier(some_verifier()).view());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const std::string& text :
       {std::string(),
        good.substr(0, good.size() - 1),
        good + "\n",
        good + "more 1\n",
        with("verifier 1", "verifier 2"),
        with("n 32768", "n 32767"),
        with("n 32768", "n 1048576"),
        with("n 32768", "n 032768"),
        with("r 8", "r 9"),
        with("p 1", "p 5"),
        with("salt 00", "salt 0"),
        with("salt 0011223344", "salt "),
        with("id 0b", "id "),
        with("w0 af", "w0 "),
        with("l 04", "l 02"),
        with("l 04f7", "l 04f6"),
        with("n 32768\n", ""),
        with("w0 afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5", "w0 " + std::string(64, '0')),
        with("w0 afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5", "w0 " + std::string(64, 'f')),
        with("w0 afa0", "w0 AFA0")}) {
    const auto parsed = parse_verifier(text);
    EXPECT_FALSE(parsed) << text;
    EXPECT_FALSE(parsed.error.empty());
  }
}

// ---- Sealing -------------------------------------------------------------------------------------------------------

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
  const Bytes body = octets(
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

TEST(AccountKeys, AreNeitherTheRoomsNorAnotherAccountsNorAnotherPasswords) {
  const KdfParameters kdf{1U << 15, 8, 1, Bytes(16, 's')};
  const Secret password("hunter two two");
  const AccountKeys alice = derive_account(password, kdf, some_id, "alice");
  EXPECT_TRUE(alice.w0 == derive_account(password, kdf, some_id, "alice").w0);
  EXPECT_FALSE(alice.w0 == derive_account(password, kdf, some_id, "bob").w0);
  EXPECT_FALSE(alice.w0 == derive_account(Secret("hunter two"), kdf, some_id, "alice").w0);
  EXPECT_FALSE(alice.w0 == derive(password, kdf, some_id).w0);
  EXPECT_FALSE(alice.w0 == alice.w1);
}

TEST(AccountKeys, AVerifierAdmitsItsPasswordUnderItsNameAlone) {
  const KdfParameters kdf{1U << 15, 8, 1, Bytes(16, 's')};
  const Verifier verifier = make_account_verifier(Secret("hunter two two"), kdf, "alice");
  const auto admitted = [&](const char* password, const char* name) {
    const AccountKeys keys = derive_account(Secret(password), kdf, verifier.id, name);
    Prover prover(keys.w0, keys.w1, "context", account_names(name, verifier.id));
    VerifierRun run(verifier.w0, verifier.l, "context", account_names("alice", verifier.id));
    const auto response = run.respond(prover.share());
    const auto proof = prover.confirm(response->share, response->confirm);
    return proof && run.confirm(*proof);
  };
  EXPECT_TRUE(admitted("hunter two two", "alice"));
  EXPECT_FALSE(admitted("hunter two two", "bob"));
  EXPECT_FALSE(admitted("hunter two", "alice"));
}

}  // namespace
}  // namespace chat
