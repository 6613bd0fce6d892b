// Published vectors of the primitives as this system's OpenSSL has them, of XAES-256-GCM and of SPAKE2+.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/password.hpp"
#include "crypto/spake2plus.hpp"
#include "unit/vectors.hpp"

namespace chat {
namespace {

const unsigned char* raw(const Bytes& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

TEST(Vectors, HkdfExpandOfRfc5869) {
  for (const Json& v : vectors("hkdf_rfc5869", "vectors")) {
    const Bytes info = octets(v.at("info"));
    EXPECT_EQ(to_hex(hkdf_expand(Secret(octets(v.at("PRK"))), info, v.at("L")).view()), v.at("OKM")) << v.at("name");
  }
}

TEST(Vectors, ScryptOfRfc7914) {
  for (const Json& v : vectors("scrypt_rfc7914", "scrypt")) {
    if (v.at("slow")) continue;  // a gibibyte
    const KdfParameters parameters{v.at("N"), v.at("r"), v.at("p"), octets(v.at("salt"))};
    EXPECT_EQ(to_hex(scrypt(octets(v.at("password")), parameters).view()), v.at("dk"));
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
    EXPECT_EQ(to_hex(tag) == v.at("tag"), v.at("result") == "valid") << v.at("tcId");
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
      EXPECT_EQ(to_hex(plain), v.at("msg")) << v.at("tcId");
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
    EXPECT_EQ(to_hex(sealed), v.at("ciphertext"));
    const auto opened = Xaes::decrypt(key, nonce, sealed, octets(v.at("aad")));
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_hex(*opened), v.at("plaintext"));
  }
}

// The accumulated test of C2SP: what to seal is squeezed out of one SHAKE-128, every ciphertext goes into another.
TEST(Vectors, XaesOfC2spAccumulated) {
  const Json v = vector_file("xaes_256_gcm").at("accumulated");
  const Json& test = v.at("tests").at(0);
  const std::size_t size = test.at("rng_bytes_consumed");
  Bytes stream(size, '\0');
  EVP_MD_CTX* source = EVP_MD_CTX_new();
  EVP_MD_CTX* sink = EVP_MD_CTX_new();
  ASSERT_EQ(EVP_DigestInit_ex(source, EVP_shake128(), nullptr), 1);
  ASSERT_EQ(EVP_DigestFinalXOF(source, raw(stream), stream.size()), 1);
  ASSERT_EQ(EVP_DigestInit_ex(sink, EVP_shake128(), nullptr), 1);
  EXPECT_EQ(to_hex(stream.substr(0, 16)), v.at("rng_first_16_bytes"));
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
  EXPECT_EQ(to_hex(hash), test.at("hash"));
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
    EXPECT_EQ(to_hex(registration_record(w1)), v.at("L"));
    PakeTrace p;
    PakeTrace q;
    Prover prover(w0, w1, context, names, Secret(octets(v.at("x"))), &p);
    VerifierRun verifier(w0, array_of<65>(octets(v.at("L"))), context, names, Secret(octets(v.at("y"))), &q);
    EXPECT_EQ(to_hex(prover.share()), v.at("shareP"));
    const auto response = verifier.respond(prover.share());
    ASSERT_TRUE(response);
    EXPECT_EQ(to_hex(response->share), v.at("shareV"));
    EXPECT_EQ(to_hex(response->confirm), v.at("confirmV"));
    const auto confirm = prover.confirm(response->share, response->confirm);
    ASSERT_TRUE(confirm);
    EXPECT_EQ(to_hex(*confirm), v.at("confirmP"));
    EXPECT_TRUE(verifier.confirm(*confirm));
    for (const PakeTrace& trace : {p, q}) {
      EXPECT_EQ(to_hex(trace.transcript), v.at("TT"));
      EXPECT_EQ(to_hex(trace.z), v.at("Z"));
      EXPECT_EQ(to_hex(trace.v), v.at("V"));
      EXPECT_EQ(to_hex(trace.main_key), v.at("K_main"));
      EXPECT_EQ(to_hex(trace.confirm_p_key), v.at("K_confirmP"));
      EXPECT_EQ(to_hex(trace.confirm_v_key), v.at("K_confirmV"));
      EXPECT_EQ(to_hex(trace.shared_key), v.at("K_shared"));
    }
    // As docs/PROTOCOL.md, section 15, has it for this K_main; tests/e2e/accounts.py has pake.py say the same.
    EXPECT_EQ(to_hex(prover.session_id().view()), "c34d4e8030587a96e1962c25d122719fd68d11ad046c5b3ee2d55314d066cc22");
    EXPECT_TRUE(prover.session_id() == verifier.session_id());
  }
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace chat
