// Whether a host's key is to be trusted, by what its user has said about it. Pure.
#pragma once

#include <optional>
#include <string>

namespace chat {

// What speaks for the host at the other end.
enum class Trusted {
  by_certificate,  // its certificate, checked against the system's roots
  by_trust_file,   // its certificate, checked against the file given with --cert
  by_pin,          // its key, which this user trusted before
  by_user,         // its key, which this user has just accepted
  by_password,     // its knowledge of the password, which the log-in proves
  unchecked,       // nothing: --tls-insecure, or no TLS at all
};
// Fit for the terminal, completes "encrypted; ...".
std::string trusted_text(Trusted how);

struct TrustFacts {
  bool insecure = false;           // --tls-insecure
  std::optional<bool> by_file;     // whether the file of --cert vouches for its certificate: that decides alone
  std::string fingerprint;         // of the key the host has now
  std::optional<std::string> pin;  // of the key it had when its user trusted it
};
enum class TrustStep {
  accept,
  unknown,  // the system's roots decide, or else the user; a password takes neither
  refuse_changed,
  refuse_certificate,
};
struct TrustDecision {
  TrustStep step = TrustStep::refuse_certificate;
  Trusted how = Trusted::unchecked;  // with accept
};
// A pin outweighs the system's roots: one of a hundred authorities can err, and the user has looked at this key.
TrustDecision decide_trust(const TrustFacts& facts);

}  // namespace chat
