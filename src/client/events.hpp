// What a Client tells its owner. Texts from the host are raw: show them through printable() only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/trust.hpp"
#include "net/socket.hpp"
#include "protocol/packets.hpp"

namespace chat {

struct Connecting {};  // an attempt begins

struct HostAnswered {  // it speaks Clint and may be trusted; the log-in follows
  Address peer;
  bool secure = false;
  Trusted how = Trusted::unchecked;
  std::string fingerprint;  // of its key, with secure
};

struct LoggedIn {
  bool by_password = false;
  std::string name;
  std::uint32_t members = 0;
  std::string motd;
  bool again = false;                // after a cut
  std::chrono::milliseconds away{};  // with again: how long the cut was
  std::string wanted;                // the name that was asked for; another one than we have: that is taken
  bool changed = false;              // with again: there was no cut, we are somebody else now (Client::log_in)
};

struct CheckingPassword {};  // making keys of it; takes a moment

// What became of a message's seal. Sealed messages arrive opened, as messages.
enum class Seal {
  none,       // the host does not know sealing
  good,       // a member sealed it
  late,       // a member did, more than five minutes before the host says so; time_ms is the member's time
  missing,    // it is not sealed, though all should be: the host's words, or of somebody without the password
  other_key,  // sealed with another password; the body is what came
  damaged,    // not what the one sealed whose name it has; the body is what came
  repeated,   // has been there before: the host says it again
};

// Whether the body is what somebody wrote: it was opened, or came as plain text.
constexpr bool is_legible(Seal seal) {
  return seal == Seal::none || seal == Seal::good || seal == Seal::late || seal == Seal::missing;
}

struct PostArrived {
  Post post;
  Presence presence;  // decoded, for the kinds join, leave and crowd
  bool own = false;   // said by this client
  Seal seal = Seal::none;
};

struct Acknowledged {  // the host has stored this message of ours, and all before it; it was shown if it ever will be
  std::uint64_t message = 0;
};

struct NotStoredYet {  // the host could not store this message and what came after it; both are sent again soon
  std::uint64_t message = 0;
  std::string text;  // the host's own words
};

struct Refusal {  // the host does not take this message, and will not
  std::uint64_t message = 0;
  std::string text;  // the host's own words
};

struct NameAsked {  // an operator wants us to have this name
  std::string name;
};

struct PastArrived {  // the answer to a wish for history
  std::string room;
  std::vector<PostArrived> posts;  // oldest first; empty: there is nothing earlier
  bool kept = true;                // false: this host keeps no history
  std::uint32_t search = 0;        // of Client::look_through(); 0: to be shown
  bool cut = false;                // there is no answer: the connection was lost meanwhile, or we have left the room
};

// The answer to Client::ask().
struct Answered {
  std::uint32_t id = 0;  // of the request
  Verb verb = Verb::enter;
  Answer answer;
};

struct LetterArrived {  // a private message, received, or sent and taken by the host
  std::string from;
  std::string to;
  std::string text;
  std::uint64_t time_ms = 0;
  bool own = false;
  std::uint64_t letter = 0;        // own ones: of Client::write_letter()
  bool compared = false;           // our user has compared the safety number with the other
  Seal seal = Seal::good;          // or late, or damaged: not what the one sealed whose name it has, for us
  Status status = Status::online;  // own ones: of the recipient
  std::string status_text;
};

struct LetterFailed {        // a private message, or the wish to see a safety number
  std::uint64_t letter = 0;  // of Client::write_letter(); 0: it was that wish
  std::string to;
  std::string text;
  std::string why;
};

struct KeyChanged {  // somebody has another key than before: a new session, or somebody else under this name
  std::string name;
  bool was_compared = false;
};

struct SafetyNumber {
  std::string name;
  std::string number;  // empty: it was noted as compared
  bool compared = false;
};

struct RoomEntered {
  std::string room;
  bool again = false;   // after a cut
  bool locked = false;  // it has a password of its own
  std::uint32_t members = 0;
  std::optional<PostArrived> topic;  // the latest one
  bool made = false;                 // with the password that was given: there was none of this name
};

struct RoomRefused {  // Client::enter() did not succeed, or Client::leave_room()
  std::string room;
  Result result = Result::failed;  // proof_wanted: enter it with its password
  std::string text;                // why, in a few words of the host's, or ours
  bool leaving = false;            // it was leave_room()
};

struct RoomLeft {  // we are not in it any more
  std::string room;
  std::string why;         // empty: as we wished
  std::size_t unsaid = 0;  // messages that cannot be sent any more
};

struct GapSeen {
  std::string room;
  std::uint64_t missed = 0;  // posts that cannot be had any more
  bool away = true;          // we were in the room before this connection; else they may be older than our coming
};

struct Warning {  // something that does not end the talk; one sentence
  std::string text;
};

struct Lost {  // the connection is gone; Retrying follows
  Goodbye why = Goodbye::connection_lost;
  std::string text;  // the host's own words, or empty
};

struct Retrying {  // the wait before the next attempt begins
  std::chrono::milliseconds delay{};
  unsigned attempt = 0;  // 1 is the first since the connection was lost, or since the start
  std::string why;       // the last attempt failed; empty when Lost has said it
};

// Why a client is at its end.
enum class End {
  left,              // its owner wanted it
  unreachable,       // no connection, or none that lasted up to the log-in
  unknown_host,      // nothing knows an address of that name
  turned_away,       // the connection was closed before the host said anything: too many came at once, or it is no host
  not_clint,         // something answers, but not in Clint's words
  plain_refused,     // the host does not encrypt, and --tls or --cert asks for it
  no_longer_secure,  // the same, and it did when it was last trusted
  identity_changed,  // the host's key is not the one it had when it was last trusted
  not_trusted,       // nothing and nobody speaks for the host's key
  wrong_password,    // the host does not know it, or it is not the host; nothing was sent to guess it from
  no_password,       // the host wants one, and there is none
  wrong_account,     // the password of the account whose name we want is wrong
  account_wanted,    // the name we want is an account's, and there is no password; `text` is the name
  becoming,          // for Client alone: we are to be somebody else
  password_unused,   // one was given, and the host does not ask for it
  misbehaves,        // the host broke the protocol
  goodbye,           // the host said goodbye, see `why`
  failed,            // this machine failed: no thread, no memory, known_hosts not readable
};

struct Ended {  // always the last event, and there always is one
  End end = End::left;
  Goodbye why = Goodbye::left;  // with goodbye
  std::string text;             // one sentence, or empty
  std::string known_key;        // with identity_changed: the fingerprint it had
  std::string present_key;      // with identity_changed, not_trusted: the fingerprint it has

  static Ended because(End end, std::string text = {}) { return {end, Goodbye::left, std::move(text), {}, {}}; }
  static Ended by(Goodbye why, std::string text = {}) { return {End::goodbye, why, std::move(text), {}, {}}; }
};

using Event =
    std::variant<Connecting, HostAnswered, CheckingPassword, LoggedIn, PostArrived, Acknowledged, NotStoredYet, Refusal,
                 NameAsked, PastArrived, Answered, LetterArrived, LetterFailed, KeyChanged, SafetyNumber, RoomEntered,
                 RoomRefused, RoomLeft, GapSeen, Warning, Lost, Retrying, Ended>;

// Whether it is worth trying again after a client that had been logged in came to this end.
bool worth_retrying(const Ended& end);
// The same before it has ever been logged in: the host is there, and too many came at once.
bool worth_knocking_again(const Ended& end);
// A goodbye in one sentence: what the word means, and what the host said beside it.
std::string reason_text(Goodbye why, const std::string& text);
// How long the host asks to stay away for: its goodbye's text ends in "retry in N s" (docs/PROTOCOL.md, section 9).
// Five minutes at most; 0: it does not say.
std::chrono::seconds asked_to_wait(const Ended& end);

}  // namespace chat
