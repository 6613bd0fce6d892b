// From a password to keys: scrypt (RFC 7914), HKDF (RFC 5869), as docs/PROTOCOL.md, section 12, has it. Pure, but for
// the random numbers of new passwords and salts. Any thread may call anything.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "net_utils.hpp"

namespace chat {

using VerifierId = std::array<std::uint8_t, 16>;  // for whom a password is

// What a guess costs. N is a power of two; memory is 128 * N * r octets.
struct KdfParameters {
  std::uint32_t n = 1U << 17;
  std::uint32_t r = 8;
  std::uint32_t p = 1;
  Bytes salt;  // 16 to 32 octets
};
KdfParameters normal_kdf_parameters();  // 128 MiB, some 0.3 s; with a new salt
KdfParameters small_kdf_parameters();   // 64 MiB, as long; with a new salt
// Whether a client may follow them: they come from a host that it does not know yet. 2^15 <= N <= 2^18, r = 8,
// 1 <= p <= 4, 16 to 32 octets of salt.
bool acceptable(const KdfParameters& parameters);

// Why this is no password, as one sentence; empty when it is one: 1 to 1,024 octets of UTF-8 without control
// characters.
std::string password_error(const Secret& password);
// Whether somebody who holds the verifier, or sealed messages, could soon try all passwords of this kind.
bool is_weak(const Secret& password);
// 16 characters of base32 (RFC 4648 section 6, lower case): 80 random bits.
Secret random_password();

// The two names of a SPAKE2+ run with a room's password.
struct PakeNames {
  std::string prover;    // "room:" and the verifier's id in hex
  std::string verifier;  // "host:" and the same
};
PakeNames room_names(const VerifierId& id);
// With an account's password: "user:" and its name, "host:" and the verifier's id in hex.
PakeNames account_names(std::string_view account, const VerifierId& id);

struct PasswordKeys {
  Secret w0;         // 32 octets, big-endian, in [1, n-1]; n is the order of P-256
  Secret w1;         // likewise
  RoomKey room_key;  // seals the room's messages
};
// Takes as long as the parameters say. The parameters must be acceptable.
PasswordKeys derive(const Secret& password, const KdfParameters& parameters, const VerifierId& id);
// The two keys to log in to an account with: its password seals nothing.
struct AccountKeys {
  Secret w0;
  Secret w1;
};
AccountKeys derive_account(const Secret& password, const KdfParameters& parameters, const VerifierId& id,
                           std::string_view account);
// scrypt alone: 64 octets of it (RFC 7914 section 6). Any parameters that OpenSSL takes.
Secret scrypt(std::string_view password, const KdfParameters& parameters);

}  // namespace chat
