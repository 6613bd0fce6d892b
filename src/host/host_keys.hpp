// What a host with a password has: enough to admit whoever knows it, and, unless the host is blind, the key with which
// the members' messages are sealed.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "crypto/verifier.hpp"
#include "protocol/packets.hpp"

namespace chat {

// Any thread may use one: it does not change, but for the number of the host's last message.
class HostKeys {
 public:
  // Takes some 0.3 s and 128 MiB. With `keep_in`, a file, the verifier outlives the host: the same password makes the
  // same key again, another one a new key, with which nothing that was sealed before can be opened. Throws
  // std::runtime_error, fit for the user, when the file cannot be used.
  static std::unique_ptr<const HostKeys> from_password(const Secret& password, bool small_kdf,
                                                       const std::string& keep_in);
  // A blind host, by a file of clint --make-verifier. Throws std::runtime_error, fit for the user.
  static std::unique_ptr<const HostKeys> from_file(const std::string& path);

  // To read what was sealed for this verifier's file. Throws std::runtime_error when it is not its password.
  static std::unique_ptr<const HostKeys> for_reading(const Secret& password, const std::string& verifier_file);

  const Verifier& verifier() const { return verifier_; }
  bool is_new() const { return is_new_; }                      // keep_in was not there
  bool replaced_another() const { return replaced_another_; }  // keep_in had another password's
  bool blind() const { return !room_key_; }

  // The host's own words, sealed as the members seal theirs; not on a blind host.
  struct Sealed {
    std::uint64_t message = 0;
    Bytes body;
  };
  Sealed seal(std::string_view room, std::string_view text) const;
  // A sealed post, for the host's console: in place of its body the text, or what there is to say about it, and of its
  // kind what it is. Others stay as they are.
  void open(Post& post) const;
  // The same, but a post that cannot be opened, or is not sealed, stays as it is: false.
  bool open_if_possible(Post& post) const;

 private:
  HostKeys(Verifier verifier, std::optional<RoomKey> room_key);

  Verifier verifier_;
  bool is_new_ = false;
  bool replaced_another_ = false;
  std::optional<RoomKey> room_key_;
  mutable std::atomic<std::uint64_t> last_message_;
};

}  // namespace chat
