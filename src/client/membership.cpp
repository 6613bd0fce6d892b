#include "client/membership.hpp"

#include "client/reading.hpp"

namespace chat {

namespace {

constexpr std::uint64_t clock_tolerance_ms = 5 * 60 * 1000;
constexpr std::size_t most_senders = 100'000;  // sessions whose last message is remembered

KdfParameters parameters_of(const Hello& hello) {
  KdfParameters parameters{hello.scrypt_n, hello.scrypt_r, hello.scrypt_p, hello.salt};
  if (!acceptable(parameters))
    throw HostFault{"it wants the password to be derived in a way that is too weak or too costly"};
  return parameters;
}

SealContext context_of(const std::string& room, const std::string& sender, std::uint64_t session,
                       std::uint64_t message) {
  return {room, sender, session, message, static_cast<std::uint8_t>(PostKind::sealed)};
}

bool far_apart(std::uint64_t one, std::uint64_t other) {
  return std::max(one, other) - std::min(one, other) > clock_tolerance_ms;
}

}  // namespace

Membership::Membership(const Secret& password, const Hello& hello)
    : verifier_id_(hello.verifier_id), kdf_(parameters_of(hello)), keys_(derive(password, kdf_, hello.verifier_id)) {}

bool Membership::is_for(const Hello& hello) const {
  return hello.verifier_id == verifier_id_ && hello.salt == kdf_.salt && hello.scrypt_n == kdf_.n &&
         hello.scrypt_r == kdf_.r && hello.scrypt_p == kdf_.p;
}

Prover Membership::prover(const Hello& hello, const ChannelBinding& binding) const {
  return {keys_.w0, keys_.w1, log_in_context({"room", binding.exporter, binding.certificate, hello.encode(), kdf_}),
          room_names(verifier_id_)};
}

Say Envelope::seal(Say say) const {
  if (!membership_) return say;
  const SealedText text{unix_ms(), static_cast<std::uint8_t>(PostKind::message), std::move(say.body)};
  say.body = chat::seal(membership_->keys().room_key, context_of(say.room, name_, session_, say.message), text);
  return say;
}

Seal Envelope::open(Post& post, bool live) {
  if (post.kind != PostKind::sealed) return membership_ && post.kind == PostKind::message ? Seal::missing : Seal::none;
  post.kind = PostKind::message;
  if (!membership_) return Seal::other_key;
  SealedText text;
  const SealContext context = context_of(post.room, post.sender, post.session, post.message);
  Opening opening = chat::open(membership_->keys().room_key, context, post.body, text);
  if (opening == Opening::other_key && earlier_)
    opening = chat::open(earlier_->keys().room_key, context, post.body, text);
  switch (opening) {
    case Opening::other_key: return Seal::other_key;
    case Opening::damaged: return Seal::damaged;
    case Opening::opened: break;
  }
  if (text.kind != static_cast<std::uint8_t>(PostKind::message) || !is_clean_text(text.text)) return Seal::damaged;
  if (live && !rises(post)) return Seal::repeated;
  post.body = std::move(text.text);
  // Neither of now nor of when the host says it was: somebody has kept it back, or a clock is wrong.
  const bool late = far_apart(text.time_ms, unix_ms()) && far_apart(text.time_ms, post.time_ms);
  if (!late) return Seal::good;
  post.time_ms = text.time_ms;
  return Seal::late;
}

bool Envelope::rises(const Post& post) {
  if (last_.size() >= most_senders) last_.erase(last_.begin());
  std::uint64_t& last = last_[{post.sender, post.session}];
  if (post.message <= last) return false;
  last = post.message;
  return true;
}

}  // namespace chat
