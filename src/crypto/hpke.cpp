#include "crypto/hpke.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "crypto/openssl.hpp"

namespace chat {

namespace {

using PkeyPtr = std::unique_ptr<EVP_PKEY, ossl::Deleter<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, ossl::Deleter<EVP_PKEY_CTX_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER_CTX, ossl::Deleter<EVP_CIPHER_CTX_free>>;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t nonce_bytes = 12;
constexpr char mode_auth = 2;

// RFC 9180 sections 7.1 to 7.3: KEM 0x0020, KDF 0x0001, AEAD 0x0002.
constexpr std::string_view kem_suite("KEM\x00\x20", 5);
constexpr std::string_view hpke_suite("HPKE\x00\x20\x00\x01\x00\x02", 10);

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// HKDF-Extract with SHA-256 (RFC 5869 section 2.2).
Secret extract(std::string_view salt, const Secret& material) {
  Secret made(key_bytes);
  unsigned size = 0;
  const unsigned char* const key = salt.empty() ? octets("\0") : octets(salt);
  ensure(HMAC(EVP_sha256(), key, static_cast<int>(salt.size()), material.data(), material.size(), made.data(), &size) &&
             size == key_bytes,
         "OpenSSL's HMAC failed");
  return made;
}

Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  Secret made(size);
  auto* to = made.data();
  for (const auto part : parts) to = std::copy(part.begin(), part.end(), to);
  return made;
}

// RFC 9180 section 4.
Secret labeled_extract(std::string_view suite, std::string_view salt, std::string_view label,
                       std::string_view material) {
  return extract(salt, joined({"HPKE-v1", suite, label, material}));
}

Secret labeled_expand(std::string_view suite, const Secret& key, std::string_view label, std::string_view info,
                      std::size_t size) {
  const std::array<char, 2> length{static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
  const Secret whole = joined({{length.data(), length.size()}, "HPKE-v1", suite, label, info});
  return hkdf_expand(key, whole.view(), size);
}

// AuthEncap and AuthDecap from their two Diffie-Hellman results on (RFC 9180 section 4.1).
Secret shared_secret(const Secret& one, const Secret& other, const PublicKey& enc, const PublicKey& to,
                     const PublicKey& from) {
  const Secret dh = joined({one.view(), other.view()});
  const Secret prk = labeled_extract(kem_suite, "", "eae_prk", dh.view());
  const Secret context = joined({view_of(enc), view_of(to), view_of(from)});
  return labeled_expand(kem_suite, prk, "shared_secret", context.view(), key_bytes);
}

struct Keys {
  Secret key;
  Secret nonce;
};

// KeySchedule and the first nonce (RFC 9180 sections 5.1 and 5.2): each key seals one message.
Keys schedule(const Secret& shared, std::string_view info, HpkeTrace* trace) {
  const Secret psk_id = labeled_extract(hpke_suite, "", "psk_id_hash", "");
  const Secret info_hash = labeled_extract(hpke_suite, "", "info_hash", info);
  const Secret context = joined({{&mode_auth, 1}, psk_id.view(), info_hash.view()});
  const Secret secret = labeled_extract(hpke_suite, shared.view(), "secret", "");
  Keys keys{labeled_expand(hpke_suite, secret, "key", context.view(), key_bytes),
            labeled_expand(hpke_suite, secret, "base_nonce", context.view(), nonce_bytes)};
  if (trace)
    *trace = {Bytes(shared.view()), Bytes(context.view()), Bytes(secret.view()), Bytes(keys.key.view()),
              Bytes(keys.nonce.view())};
  return keys;
}

int length(std::string_view text) { return static_cast<int>(text.size()); }

Bytes encrypt(const Keys& keys, std::string_view aad, std::string_view text) {
  const CipherPtr ctx(EVP_CIPHER_CTX_new());
  Bytes made(text.size() + tag_bytes, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(made.data());
  int size = 0;
  int last = 0;
  const bool done =
      ctx && EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, keys.key.data(), keys.nonce.data()) == 1 &&
      EVP_EncryptUpdate(ctx.get(), nullptr, &size, octets(aad), length(aad)) == 1 &&
      EVP_EncryptUpdate(ctx.get(), out, &size, octets(text), length(text)) == 1 &&
      EVP_EncryptFinal_ex(ctx.get(), out + size, &last) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, out + text.size()) == 1;
  ensure(done && size + last == length(text), "OpenSSL's AES-GCM failed");
  return made;
}

std::optional<Bytes> decrypt(const Keys& keys, std::string_view aad, std::string_view sealed) {
  const std::string_view text = sealed.substr(0, sealed.size() - tag_bytes);
  Bytes tag(sealed.substr(text.size()));
  const CipherPtr ctx(EVP_CIPHER_CTX_new());
  Bytes made(text.size(), '\0');
  auto* const out = reinterpret_cast<unsigned char*>(made.data());
  int size = 0;
  int last = 0;
  ensure(ctx && EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, keys.key.data(), keys.nonce.data()) == 1,
         "OpenSSL's AES-GCM failed");
  const bool authentic = EVP_DecryptUpdate(ctx.get(), nullptr, &size, octets(aad), length(aad)) == 1 &&
                         EVP_DecryptUpdate(ctx.get(), out, &size, octets(text), length(text)) == 1 &&
                         EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
                         EVP_DecryptFinal_ex(ctx.get(), out + size, &last) == 1;
  if (!authentic) return std::nullopt;
  return made;
}

}  // namespace

KeyPair KeyPair::generate() {
  Secret key(key_bytes);
  ensure(RAND_priv_bytes(key.data(), static_cast<int>(key.size())) == 1, "the system has no random numbers");
  return KeyPair(std::move(key));
}

KeyPair::KeyPair(Secret private_key) : private_(std::move(private_key)) {
  const PkeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_.data(), private_.size()));
  std::size_t size = public_.size();
  ensure(key && EVP_PKEY_get_raw_public_key(key.get(), public_.data(), &size) == 1 && size == public_.size(),
         "OpenSSL's X25519 failed");
}

std::optional<Secret> x25519(const Secret& private_key, const PublicKey& public_key) {
  const PkeyPtr own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_key.data(), private_key.size()));
  const PkeyPtr peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, public_key.data(), public_key.size()));
  ensure(own && peer, "OpenSSL's X25519 failed");
  const PkeyCtxPtr ctx(EVP_PKEY_CTX_new(own.get(), nullptr));
  Secret made(key_bytes);
  std::size_t size = made.size();
  ensure(ctx && EVP_PKEY_derive_init(ctx.get()) == 1 && EVP_PKEY_derive_set_peer(ctx.get(), peer.get()) == 1,
         "OpenSSL's X25519 failed");
  ossl::ForgetErrors forget;
  if (EVP_PKEY_derive(ctx.get(), made.data(), &size) != 1 || made == Secret(key_bytes)) return std::nullopt;
  return made;
}

std::optional<Bytes> hpke_seal(const KeyPair& from, const PublicKey& to, std::string_view info, std::string_view aad,
                               std::string_view text) {
  return hpke_seal(from, to, info, aad, text, KeyPair::generate(), nullptr);
}

std::optional<Bytes> hpke_seal(const KeyPair& from, const PublicKey& to, std::string_view info, std::string_view aad,
                               std::string_view text, const KeyPair& ephemeral, HpkeTrace* trace) {
  const auto one = x25519(ephemeral.private_key(), to);
  const auto other = x25519(from.private_key(), to);
  if (!one || !other) return std::nullopt;
  const Secret shared = shared_secret(*one, *other, ephemeral.public_key(), to, from.public_key());
  return Bytes(view_of(ephemeral.public_key())) + encrypt(schedule(shared, info, trace), aad, text);
}

std::optional<Bytes> hpke_open(const KeyPair& to, const PublicKey& from, std::string_view info, std::string_view aad,
                               std::string_view sealed) {
  if (sealed.size() < hpke_overhead) return std::nullopt;
  PublicKey enc{};
  std::copy_n(sealed.begin(), enc.size(), enc.begin());
  const auto one = x25519(to.private_key(), enc);
  const auto other = x25519(to.private_key(), from);
  if (!one || !other) return std::nullopt;
  const Secret shared = shared_secret(*one, *other, enc, to.public_key(), from);
  return decrypt(schedule(shared, info, nullptr), aad, sealed.substr(enc.size()));
}

}  // namespace chat
