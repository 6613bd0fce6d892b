// A client shows inside its session that it knows a password: of a room. The same SPAKE2+ as at the log-in, bound to
// the same connection, with a purpose of its own; and each is a guess of its address like those.
#pragma once

#include <memory>
#include <string>

#include "crypto/verifier.hpp"
#include "host/guess.hpp"
#include "host/session.hpp"

namespace chat {

// Belongs to the session's thread.
class PasswordProof {
 public:
  // purpose: what the password is for ("room inside"); subject: its room, as the two call it.
  PasswordProof(Services& host, const Session& session, std::string_view purpose, std::string subject,
                std::shared_ptr<const Verifier> verifier);
  // The answer to the client's share: ok with the host's share and confirmation in its row, or why not. May pause the
  // session. From then on the client can tell whether its guess is right.
  Answer respond(std::string_view share, Session& session);
  // Whether the client knows the password; once, after respond().
  bool confirm(std::string_view confirmation);
  const std::string& subject() const { return subject_; }
  const std::shared_ptr<const Verifier>& verifier() const { return verifier_; }
  Clock::time_point until() const { return until_; }  // then it has failed

 private:
  const std::string subject_;
  const std::shared_ptr<const Verifier> verifier_;
  const Clock::time_point until_ = Clock::now() + limits::log_in_deadline;
  VerifierRun run_;
  Guess guess_;
};

}  // namespace chat
