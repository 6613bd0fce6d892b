#include "host/password_proof.hpp"

#include <algorithm>
#include <utility>

#include "host/requests.hpp"

namespace chat {

PasswordProof::PasswordProof(Services& host, const Session& session, std::string_view purpose, std::string subject,
                             std::shared_ptr<const Verifier> verifier)
    : subject_(std::move(subject)),
      verifier_(std::move(verifier)),
      run_(verifier_->w0, verifier_->l,
           log_in_context({purpose, session.binding().exporter, session.binding().certificate, host.hello.encode(),
                           verifier_->kdf}),
           room_names(verifier_->id)),
      guess_(host.guesses, host.announcer, session.address()) {}

Answer PasswordProof::respond(std::string_view share, Session& session) {
  PointOctets point;
  if (share.size() != point.size()) return refusal(Result::bad_value, "that is no share");
  std::copy(share.begin(), share.end(), point.begin());
  if (const auto wait = guess_.begin([&](Clock::duration time) { session.wait_in_request(time); })) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    return refusal(Result::too_many,
                   "too many wrong passwords from this address: retry in " + std::to_string(seconds) + " s");
  }
  const auto response = run_.respond(point);
  if (!response) return refusal(Result::bad_value, "that is no share");
  return done({}, {{Bytes(response->share.begin(), response->share.end()),
                    Bytes(response->confirm.begin(), response->confirm.end())}});
}

bool PasswordProof::confirm(std::string_view confirmation) {
  Confirmation octets{};
  if (confirmation.size() != octets.size()) return false;
  std::copy(confirmation.begin(), confirmation.end(), octets.begin());
  if (!run_.confirm(octets)) return false;
  guess_.succeeded();
  return true;
}

}  // namespace chat
