#include "host/host_keys.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "crypto/password.hpp"
#include "net/private_file.hpp"
#include "net/secrets.hpp"
#include "net/socket.hpp"

namespace chat {

// Message ids begin at the time: they rise from one run of the host to the next, too.
HostKeys::HostKeys(Verifier verifier, std::optional<RoomKey> room_key)
    : verifier_(std::move(verifier)), room_key_(std::move(room_key)), last_message_(unix_ms()) {}

namespace {

Verifier read_verifier(const std::string& path) {
  constexpr std::size_t most = 4096;
  if (const auto error = open_to_others(path)) throw std::runtime_error("the verifier: " + *error);
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad() || text.size() > most) throw std::runtime_error("cannot read the verifier " + path);
  auto verifier = parse_verifier(text);
  if (!verifier) throw std::runtime_error(path + " is no verifier: " + verifier.error);
  return std::move(*verifier.value);
}

}  // namespace

std::unique_ptr<const HostKeys> HostKeys::from_password(const Secret& password, bool small_kdf,
                                                        const std::string& keep_in) {
  std::optional<Verifier> kept;
  if (!keep_in.empty() && std::filesystem::exists(keep_in)) kept = read_verifier(keep_in);
  auto made = kept ? make_verifier(password, kept->kdf, kept->id)
                   : make_verifier(password, small_kdf ? small_kdf_parameters() : normal_kdf_parameters());
  const bool same = kept && kept->w0 == made.verifier.w0;
  if (!keep_in.empty() && !same)
    if (const auto error = write_private_file(keep_in, format_verifier(made.verifier).view()))
      throw std::runtime_error(*error);
  std::unique_ptr<HostKeys> keys(new HostKeys(std::move(made.verifier), std::move(made.room_key)));
  keys->is_new_ = !kept && !keep_in.empty();
  keys->replaced_another_ = kept && !same;
  return keys;
}

std::unique_ptr<const HostKeys> HostKeys::from_file(const std::string& path) {
  return std::unique_ptr<const HostKeys>(new HostKeys(read_verifier(path), std::nullopt));
}

std::unique_ptr<const HostKeys> HostKeys::for_reading(const Secret& password, const std::string& verifier_file) {
  if (!std::filesystem::exists(verifier_file))
    throw std::runtime_error("there is no " + verifier_file + ": a blind host's is given with --verifier");
  Verifier verifier = read_verifier(verifier_file);
  auto made = make_verifier(password, verifier.kdf, verifier.id);
  if (!(made.verifier.w0 == verifier.w0)) throw std::runtime_error("that is not the password of " + verifier_file);
  return std::unique_ptr<const HostKeys>(new HostKeys(std::move(verifier), std::move(made.room_key)));
}

HostKeys::Sealed HostKeys::seal(std::string_view room, std::string_view text) const {
  ensure(room_key_.has_value(), "a blind host has nothing to seal with");
  const std::uint64_t message = ++last_message_;
  const SealContext context{room, host_sender, 0, message, static_cast<std::uint8_t>(PostKind::sealed)};
  const SealedText sealed{unix_ms(), static_cast<std::uint8_t>(PostKind::message), std::string(text)};
  return {message, chat::seal(*room_key_, context, sealed)};
}

namespace {

SealContext context_of(const Post& post) {
  return {post.room, post.sender, post.session, post.message, static_cast<std::uint8_t>(post.kind)};
}

}  // namespace

bool HostKeys::open_if_possible(Post& post) const {
  if ((post.kind != PostKind::sealed && post.kind != PostKind::topic) || !room_key_) return false;
  SealedText inside;
  if (chat::open(*room_key_, context_of(post), post.body, inside) != Opening::opened) return false;
  post.body = std::move(inside.text);
  if (post.kind == PostKind::topic) return true;
  const bool action = inside.kind == static_cast<std::uint8_t>(PostKind::action);
  post.kind = action ? PostKind::action : PostKind::message;
  return true;
}

void HostKeys::open(Post& post) const {
  if (post.kind != PostKind::sealed && post.kind != PostKind::topic) return;
  const SealContext context = context_of(post);
  SealedText inside;
  const auto opened = [&]() -> std::string {
    if (!room_key_) return "[sealed, " + std::to_string(post.body.size()) + " bytes]";
    switch (chat::open(*room_key_, context, post.body, inside)) {
      case Opening::opened: return is_clean_text(inside.text) ? inside.text : "[damaged]";
      case Opening::other_key: return "[sealed with another password]";
      case Opening::damaged: return "[damaged]";
    }
    return {};
  };
  post.body = opened();
  if (post.kind == PostKind::topic) return;
  const bool action = inside.kind == static_cast<std::uint8_t>(PostKind::action);
  post.kind = action ? PostKind::action : PostKind::message;
}

}  // namespace chat
