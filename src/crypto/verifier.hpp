// What a host needs to admit by a password that it need not know (RFC 9383 section 3.2), and the file that holds it.
#pragma once

#include "crypto/password.hpp"
#include "crypto/spake2plus.hpp"

namespace chat {

struct Verifier {
  VerifierId id{};
  KdfParameters kdf;
  Secret w0;      // 32 octets
  PointOctets l;  // w1*P
};

struct MadeVerifier {
  Verifier verifier;
  RoomKey room_key;  // not for a blind host
};
VerifierId random_verifier_id();
// With a new random id. Takes as long as the parameters say.
MadeVerifier make_verifier(const Secret& password, KdfParameters parameters);
// For the same id and salt: with the password that a verifier was made of this gives the same one again.
MadeVerifier make_verifier(const Secret& password, KdfParameters parameters, const VerifierId& id);

// For an account of this name, with a random id. Takes as long.
Verifier make_account_verifier(const Secret& password, KdfParameters parameters, std::string_view account);

// The file: its first line is "clint verifier 1", then a line each for id, n, r, p, salt, w0 and l: the word, a space
// and the value, numbers in decimal and octets in hex. Whoever has it can try passwords offline and pose as the host,
// but neither log in nor read.
Secret format_verifier(const Verifier& verifier);
// Takes exactly what format_verifier gives, with acceptable parameters, a good scalar and a good point.
Checked<Verifier> parse_verifier(std::string_view text);

}  // namespace chat
