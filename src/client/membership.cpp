#include "client/membership.hpp"

#include <algorithm>
#include <cctype>

#include "client/reading.hpp"

namespace chat {

namespace {

constexpr std::uint64_t clock_tolerance_ms = 5 * 60 * 1000;
constexpr std::size_t most_senders = 100'000;  // sessions in rooms whose last message is remembered

KdfParameters checked(KdfParameters parameters) {
  if (!acceptable(parameters))
    throw HostFault{"it wants the password to be derived in a way that is too weak or too costly"};
  return parameters;
}

SealContext context_of(const std::string& room, const std::string& sender, std::uint64_t session, std::uint64_t message,
                       PostKind kind) {
  return {room, sender, session, message, static_cast<std::uint8_t>(kind)};
}

}  // namespace

bool far_apart(std::uint64_t one, std::uint64_t other) {
  return std::max(one, other) - std::min(one, other) > clock_tolerance_ms;
}

Membership::Membership(const Secret& password, const VerifierId& id, KdfParameters kdf)
    : verifier_id_(id), kdf_(checked(std::move(kdf))), keys_(derive(password, kdf_, id)) {}

Membership::Membership(const Secret& password, const Hello& hello)
    : Membership(password, hello.verifier_id, {hello.scrypt_n, hello.scrypt_r, hello.scrypt_p, hello.salt}) {}

bool Membership::is_for(const VerifierId& id, const KdfParameters& kdf) const {
  return id == verifier_id_ && kdf.salt == kdf_.salt && kdf.n == kdf_.n && kdf.r == kdf_.r && kdf.p == kdf_.p;
}

bool Membership::is_for(const Hello& hello) const {
  return is_for(hello.verifier_id, {hello.scrypt_n, hello.scrypt_r, hello.scrypt_p, hello.salt});
}

Prover Membership::prover(const Hello& hello, const ChannelBinding& binding, std::string_view purpose) const {
  return {keys_.w0, keys_.w1, log_in_context({purpose, binding.exporter, binding.certificate, hello.encode(), kdf_}),
          room_names(verifier_id_)};
}

Verifier Membership::verifier() const { return {verifier_id_, kdf_, keys_.w0.copy(), registration_record(keys_.w1)}; }

void Envelope::use_in(const std::string& room, std::shared_ptr<const Membership> membership) {
  if (membership)
    of_rooms_[room] = std::move(membership);
  else
    of_rooms_.erase(room);
}

void Envelope::leave(const std::string& room) {
  of_rooms_.erase(room);
  current_.erase(room);
  const auto first = last_.lower_bound({room, {}, 0});
  last_.erase(first, std::find_if(first, last_.end(), [&](const auto& one) { return std::get<0>(one.first) != room; }));
}

const RoomKey* Envelope::key_for(const std::string& room) const {
  if (const auto own = of_rooms_.find(room); own != of_rooms_.end()) return &own->second->keys().room_key;
  return membership_ ? &membership_->keys().room_key : nullptr;
}

Say Envelope::seal(Said said) const {
  const std::uint64_t said_ms = said.said_ms;
  Say say = std::move(said);
  const RoomKey* const key = key_for(say.room);
  if (!key) return say;
  const SealedText text{said_ms, static_cast<std::uint8_t>(say.kind), std::move(say.body)};
  if (say.kind == PostKind::action) say.kind = PostKind::message;  // as the host sees it
  const PostKind shown = say.kind == PostKind::topic ? PostKind::topic : PostKind::sealed;
  say.body = chat::seal(*key, context_of(say.room, name_, session_, say.message, shown), text);
  return say;
}

namespace {
constexpr std::uint8_t key_kind = 0x10;  // among the kinds of what is sealed
}

Bytes Envelope::seal_key(std::string_view octets) const {
  if (!membership_) return Bytes(octets);
  const SealContext context{{}, name_, session_, 0, key_kind};
  return chat::seal(membership_->keys().room_key, context, {unix_ms(), key_kind, Bytes(octets)});
}

std::optional<Bytes> Envelope::open_key(std::string_view announced, const std::string& name,
                                        std::uint64_t session) const {
  if (!membership_) return Bytes(announced);
  SealedText inside;
  const SealContext context{{}, name, session, 0, key_kind};
  if (chat::open(membership_->keys().room_key, context, announced, inside) != Opening::opened) return std::nullopt;
  return std::move(inside.text);
}

Seal Envelope::open(Post& post, bool in_order) {
  const RoomKey* const key = key_for(post.room);
  const bool topic = post.kind == PostKind::topic;
  if (topic && !key) return is_clean_text(post.body) ? Seal::none : Seal::other_key;
  if (post.kind != PostKind::sealed && !topic) {
    const bool worded =
        post.kind == PostKind::message || post.kind == PostKind::action || post.kind == PostKind::notice;
    return key && worded ? Seal::missing : Seal::none;
  }
  const SealContext context = context_of(post.room, post.sender, post.session, post.message, post.kind);
  if (!topic) post.kind = PostKind::message;
  if (!key) return Seal::other_key;
  SealedText text;
  Opening opening = chat::open(*key, context, post.body, text);
  if (opening == Opening::other_key && earlier_)
    opening = chat::open(earlier_->keys().room_key, context, post.body, text);
  switch (opening) {
    case Opening::other_key: return Seal::other_key;
    case Opening::damaged: return Seal::damaged;
    case Opening::opened: break;
  }
  const bool action = !topic && text.kind == static_cast<std::uint8_t>(PostKind::action);
  const PostKind kind = action ? PostKind::action : post.kind;
  if (text.kind != static_cast<std::uint8_t>(kind) || !is_clean_text(text.text)) return Seal::damaged;
  post.kind = kind;
  if (in_order && !rises(post)) return Seal::repeated;
  post.body = std::move(text.text);
  return is_late(post, text.time_ms, in_order) ? Seal::late : Seal::good;
}

// Somebody has kept it back or brings it again, or a clock is wrong. The post is shown with its sealed time then.
bool Envelope::is_late(Post& post, std::uint64_t sealed_ms, bool in_order) {
  const bool of_now = !far_apart(sealed_ms, unix_ms());
  const bool as_host_says = !far_apart(sealed_ms, post.time_ms);
  if (!as_host_says) post.time_ms = sealed_ms;
  if (in_order && of_now) current_.insert(post.room);
  if (in_order && current_.contains(post.room)) return !of_now;
  return !of_now && !as_host_says;
}

std::string shown_sender(std::string sender) {
  constexpr std::size_t most = 4 * limits::name_characters;
  if (sender.size() > most) {
    std::size_t end = most;
    while ((static_cast<unsigned char>(sender[end]) & 0xc0) == 0x80) --end;
    sender.resize(end);
  }
  const auto strange = [](unsigned char c) {
    return c < 0x80 && !(std::isalnum(c) || c == '_' || c == '.' || c == '-');
  };
  std::replace_if(sender.begin(), sender.end(), strange, '?');
  return sender;
}

std::optional<PostArrived> opened_topic(std::string_view octets, const std::string& room, Envelope& envelope) {
  FrameReader reader(limits::frame_bytes);
  reader.feed(octets);
  const auto frame = reader.next();
  if (!frame || frame->type != static_cast<std::uint8_t>(PacketType::post)) return std::nullopt;
  PostArrived topic;
  topic.post = Post::decode(frame->body);
  if (topic.post.kind != PostKind::topic || topic.post.room != room) return std::nullopt;
  topic.seal = envelope.open(topic.post, false);
  topic.post.sender = shown_sender(std::move(topic.post.sender));
  return topic;
}

bool Envelope::rises(const Post& post) {
  if (last_.size() >= most_senders) last_.erase(last_.begin());
  std::uint64_t& last = last_[{post.room, post.sender, post.session}];
  if (post.message <= last) return false;
  last = post.message;
  return true;
}

}  // namespace chat
