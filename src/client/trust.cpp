#include "client/trust.hpp"

namespace chat {

std::string trusted_text(Trusted how) {
  switch (how) {
    case Trusted::by_certificate: return "the host's certificate is good";
    case Trusted::by_trust_file: return "the host's certificate is the one given";
    case Trusted::by_pin: return "the host's key is the one known from before";
    case Trusted::by_user: return "the host's key was accepted and will be remembered";
    case Trusted::by_password: return "whoever knows the password, and nobody else, can read what is said";
    case Trusted::unchecked: return "but who the host is was not checked";
  }
  return {};
}

TrustDecision decide_trust(const TrustFacts& facts) {
  if (facts.insecure) return {TrustStep::accept, Trusted::unchecked};
  if (facts.by_file)
    return *facts.by_file ? TrustDecision{TrustStep::accept, Trusted::by_trust_file}
                          : TrustDecision{TrustStep::refuse_certificate};
  if (facts.pin)
    return *facts.pin == facts.fingerprint ? TrustDecision{TrustStep::accept, Trusted::by_pin}
                                           : TrustDecision{TrustStep::refuse_changed};
  return {TrustStep::unknown};
}

}  // namespace chat
