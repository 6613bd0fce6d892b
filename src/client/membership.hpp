// What a member makes of the password: the keys to log in with, the key that seals and opens messages.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "client/events.hpp"
#include "client/outbox.hpp"
#include "crypto/password.hpp"
#include "crypto/spake2plus.hpp"
#include "crypto/verifier.hpp"
#include "net/tls.hpp"

namespace chat {

// Keys for one verifier; they stay good for as long as the host keeps it.
class Membership {
 public:
  // Takes some 0.3 s and 128 MiB. Throws HostFault when the host's parameters are not acceptable.
  Membership(const Secret& password, const VerifierId& id, KdfParameters kdf);
  Membership(const Secret& password, const Hello& hello);
  bool is_for(const VerifierId& id, const KdfParameters& kdf) const;
  bool is_for(const Hello& hello) const;
  const PasswordKeys& keys() const { return keys_; }
  // The log-in on the connection with this binding on which the host has said this hello. purpose: "room" for the
  // host itself, "room inside" for a room with a password of its own.
  Prover prover(const Hello& hello, const ChannelBinding& binding, std::string_view purpose) const;
  Verifier verifier() const;  // what a host needs to admit with this password

 private:
  const HostId verifier_id_;
  const KdfParameters kdf_;
  const PasswordKeys keys_;
};

// Seals and opens this client's messages. Lives as long as the client; belongs to its network thread.
class Envelope {
 public:
  // From now on with this membership; null: nothing is sealed. `earlier` may be null, too: it opens, but does not seal.
  void use(std::shared_ptr<const Membership> membership, std::shared_ptr<const Membership> earlier) {
    membership_ = std::move(membership);
    earlier_ = std::move(earlier);
  }
  // And as this session under this name.
  void be(std::string name, std::uint64_t session) {
    name_ = std::move(name);
    session_ = session;
  }
  // A new connection: what comes on it first was said while we were away.
  void connected() { current_.clear(); }
  // The keys of a room with a password of its own; null: it has none.
  void use_in(const std::string& room, std::shared_ptr<const Membership> membership);
  void leave(const std::string& room);  // when we come back, all that is said there is new to us
  Say seal(Said said) const;
  // Our public key as the host shall give it to others, and theirs: in mode secure sealed for those who know the
  // password, and tied to name and session; else as it is.
  Bytes seal_key(std::string_view octets) const;
  std::optional<Bytes> open_key(std::string_view announced, const std::string& name, std::uint64_t session) const;
  // Opens the post in place, and tells what is to be known about that. The host's word counts for nothing here but in
  // one point: what of a room comes before the first message of now may be older than now.
  // in_order: it comes by the room's cursor, so that a message id which does not rise has been there before; else it
  // is from history.
  Seal open(Post& post, bool in_order);

 private:
  bool rises(const Post& post);
  bool is_late(Post& post, std::uint64_t sealed_ms, bool in_order);
  const RoomKey* key_for(const std::string& room) const;

  std::shared_ptr<const Membership> membership_;
  std::shared_ptr<const Membership> earlier_;
  std::map<std::string, std::shared_ptr<const Membership>> of_rooms_;  // with a password of their own
  std::string name_;
  std::uint64_t session_ = 0;
  // The highest message id in each room, of each sender and session there. Ids rise over all rooms, but the rooms do
  // not come in the order of what was said.
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::uint64_t> last_;
  std::set<std::string> current_;  // rooms of which something of now has come on this connection
};

// Two times in ms, where what was sealed at one and comes at the other was kept back, or a clock is wrong.
bool far_apart(std::uint64_t one, std::uint64_t other);

// A sender as it is shown: no name has a blank or a colon, or so many octets, by which a host could let its words pass
// for somebody's, or push what is to be said about them out of sight.
std::string shown_sender(std::string sender);

// A room's topic as an answer has it, a whole frame, opened: nothing when it is none. Throws PeerFault.
std::optional<PostArrived> opened_topic(std::string_view frame, const std::string& room, Envelope& envelope);

}  // namespace chat
