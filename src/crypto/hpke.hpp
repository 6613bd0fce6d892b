// Private messages: HPKE (RFC 9180), single-shot, mode auth, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Only
// who has the recipient's private key can open, and knows that somebody with the sender's sealed. Pure, but for random
// keys; any thread may call anything.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "net_utils.hpp"

namespace chat {

using PublicKey = std::array<std::uint8_t, 32>;  // X25519 (RFC 7748 section 5), little-endian
inline std::string_view view_of(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

// A private key and its public half; the private one is wiped when it goes.
class KeyPair {
 public:
  static KeyPair generate();
  explicit KeyPair(Secret private_key);  // 32 octets
  const PublicKey& public_key() const { return public_; }
  const Secret& private_key() const { return private_; }

 private:
  Secret private_;
  PublicKey public_{};
};

// X25519 (RFC 7748 section 6.1). Nothing when the result is all zero: the public key is one of a few that nobody has.
std::optional<Secret> x25519(const Secret& private_key, const PublicKey& public_key);

inline constexpr std::size_t hpke_overhead = 32 + 16;  // an encapsulated key before the ciphertext, a tag behind it

// enc (32) | ciphertext | tag (16), RFC 9180 section 6.1. Nothing when `to` is no good key.
std::optional<Bytes> hpke_seal(const KeyPair& from, const PublicKey& to, std::string_view info, std::string_view aad,
                               std::string_view text);
// Nothing when it is not what `from` sealed for `to` with this info and aad.
std::optional<Bytes> hpke_open(const KeyPair& to, const PublicKey& from, std::string_view info, std::string_view aad,
                               std::string_view sealed);

// The steps of it, for test vectors alone.
struct HpkeTrace {
  Bytes shared_secret, key_schedule_context, secret, key, base_nonce;
};
std::optional<Bytes> hpke_seal(const KeyPair& from, const PublicKey& to, std::string_view info, std::string_view aad,
                               std::string_view text, const KeyPair& ephemeral, HpkeTrace* trace);

}  // namespace chat
