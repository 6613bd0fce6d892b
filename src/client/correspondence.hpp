// Private messages of this client: its key, those of others, what is on its way.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "client/events.hpp"
#include "client/membership.hpp"
#include "crypto/letter.hpp"

namespace chat {

// Lives as long as the client, across its connections; belongs to its network thread. Its key is drawn anew for each
// client: what was recorded cannot be opened later, not even by whoever takes the machine.
class Correspondence {
 public:
  using Tell = std::function<void(const Event&)>;
  Correspondence(Envelope& envelope, const Tell& tell) : envelope_(envelope), tell_(tell) {}

  // Each appends what is to be sent to `out`.
  // A new connection on which we are this session under this name: announces the key, sends again what was not
  // answered.
  void resume(const HostId& host, const std::string& name, std::uint64_t session, Bytes& out);
  void renamed(const std::string& name, Bytes& out);
  bool writing() const { return !pending_.empty(); }  // letters and questions that the host has not answered
  // letter: its number in LetterArrived and LetterFailed, one of which comes of it.
  // said_ms: when our user wrote it, Unix epoch.
  void send(std::uint64_t letter, std::string to, std::string text, std::uint64_t said_ms, Bytes& out);
  void verify(const std::string& name, Bytes& out);  // comes back as SafetyNumber, or LetterFailed
  void compared(const std::string& name);            // our user has compared the number that was told last
  // Somebody has another name now; whoever comes to have the old one is somebody else.
  void renamed_peer(const std::string& was, const std::string& now);
  // True: the answer was to a request made here. Throws HostFault.
  bool answered(const Answer& answer, Bytes& out);
  // Told at once, or when the letter under way to its sender is answered: so that no reply comes before what it is
  // about.
  void arrived(const Letter& letter);
  void cut();  // the connection is gone: what waited so is told

 private:
  static constexpr std::uint32_t first_id = 0xc0000000;  // of requests; Residence and the owner have lower ones

  struct Peer {
    std::uint64_t session = 0;
    PublicKey key{};
  };
  struct Compared {
    PublicKey key{};
    bool by_rename = false;  // under another name: the host says that it is the same one's
  };
  using Keys = std::map<std::string, PublicKey>;  // by name, as the host spells it
  struct Pending {
    std::uint64_t letter = 0;
    std::string to;
    std::string text;
    std::uint64_t message = 0;  // its id; 0: not a letter, but the wish to see the safety number
    std::uint64_t said_ms = 0;  // Unix epoch
    bool asked_again = false;   // for the key, since another session has the name
    bool wants_key = false;     // before it goes on
  };
  void announce(Bytes& out);
  void go_on(Bytes& out);
  void ask(Verb verb, std::vector<Bytes> args, Bytes& out);
  void fail(std::string why, Bytes& out);
  void refuse_all_to(const std::string& name);
  void done(const Answer& answer, Bytes& out);
  void tell_held();
  void open(const Letter& letter);
  void take_key(const Answer& answer, Bytes& out);
  std::optional<PublicKey> key_in(const Bytes& announced, const std::string& name, std::uint64_t session) const;
  void meet(const std::string& name, std::uint64_t session, const PublicKey& key);
  void remember(const std::string& name, const Peer& peer);
  bool is_compared(const std::string& name, const PublicKey& key) const;
  bool is_another(const std::string& name, const PublicKey& key) const;
  LetterContext context(const std::string& from, const PublicKey& from_key, const std::string& to,
                        const PublicKey& to_key, std::uint64_t session, std::uint64_t message) const;

  Envelope& envelope_;
  const Tell& tell_;
  const KeyPair own_ = KeyPair::generate();
  Bytes host_id_;
  std::string name_;
  std::uint64_t session_ = 0;
  std::map<std::string, Peer> peers_;  // by name, as the host spells it
  Keys told_;                          // whose numbers our user was told
  // And has compared: under that name, or one that looks like it, nothing is sealed for any other.
  std::map<std::string, Compared> compared_;
  // Message id by key: each clint has one of its own, and its ids rise for as long as it runs, also over sessions.
  std::map<PublicKey, std::uint64_t> last_;
  std::deque<Pending> pending_;       // the first one is under way
  std::deque<Letter> held_;           // of the one whom ours is under way to
  std::uint32_t last_id_ = first_id;  // of a request
  std::uint32_t awaited_ = 0;         // the request that pending_.front() waits for; 0: none
  Verb awaited_verb_ = Verb::key_of;
  std::uint64_t last_message_ = 0;
};

}  // namespace chat
