// The typed packets and their one encoding (docs/PROTOCOL.md is the authority). Pure; any thread may call anything.
// decode() takes a frame's body and throws PeerFault: malformed (short, trailing or out-of-range fields), bad_text.
// encode() gives the whole frame, header included.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "net_utils.hpp"

namespace chat {

inline constexpr std::uint16_t protocol_version = 1;
inline constexpr std::string_view protocol_alpn = "clint/1";
inline constexpr std::string_view greet_magic = "clint";
inline constexpr std::string_view lobby = "lobby";
inline constexpr std::string_view host_sender = "server";  // the sender of the host's own posts; reserved as a name

enum class PacketType : std::uint8_t {
  greet = 0x01,
  hello = 0x02,
  join = 0x03,
  welcome = 0x04,
  say = 0x05,
  post = 0x06,
  gap = 0x07,
  ping = 0x08,
  pong = 0x09,
  goodbye = 0x0a,
  share = 0x0b,
  proof = 0x0c,
  confirm = 0x0d,
  request = 0x10,
  answer = 0x11,
  letter = 0x12,
  refused = 0x13,
  account = 0x14,
  name_wanted = 0x15,
  not_stored = 0x80,
  history = 0x81,
  past = 0x82,
};
inline constexpr std::uint8_t first_optional_type = 0x80;  // from here up: skipped when unknown

// secure: TLS, a log-in with a password, and bodies sealed with a key that comes from it.
enum class Mode : std::uint8_t { plain = 0, tls = 1, secure = 2 };

// Bits of Hello::capabilities.
inline constexpr std::uint32_t keeps_history = 1;  // the host answers history packets
inline constexpr std::uint32_t keeps_its_key = 2;  // the host's TLS key outlives its process: worth remembering

using HostId = std::array<std::uint8_t, 16>;     // random, new whenever the host's logs begin anew
using ClientKey = std::array<std::uint8_t, 16>;  // random, drawn by the client, known to it and the host alone

// Client to host, first: who is calling.
struct Greet {
  std::uint16_t version = protocol_version;
  std::uint32_t capabilities = 0;  // none defined
  Bytes encode() const;
  static Greet decode(std::string_view body);
};

// Host to client: who answers. What a password's log-in binds is this packet, octet by octet.
struct Hello {
  std::uint16_t version = protocol_version;
  std::uint32_t capabilities = 0;  // keeps_history
  Mode mode = Mode::plain;
  HostId host_id{};
  std::uint32_t frame_bytes = limits::frame_bytes;
  std::uint32_t message_bytes = limits::message_bytes;
  // In mode secure only: for whom the password is, and what makes keys of it (RFC 7914). Any values: the client judges.
  HostId verifier_id{};  // stays when the logs begin anew with the same verifier
  Bytes salt;
  std::uint32_t scrypt_n = 0;
  std::uint32_t scrypt_r = 0;
  std::uint32_t scrypt_p = 0;
  Bytes encode() const;
  static Hello decode(std::string_view body);
};

// Where a client wants to be served from in one room: after `seq`; 0 means "the last `backlog` posts".
struct RoomCursor {
  std::string room;
  Seq after = 0;
};

// Client to host: let me in.
struct Join {
  ClientKey key{};
  std::string name;  // empty: the host gives one
  std::uint32_t backlog = 0;
  std::vector<RoomCursor> cursors;  // at most 32; empty for a newcomer
  Bytes encode() const;
  static Join decode(std::string_view body);
};

// The log-in with a password: SPAKE2+ (RFC 9383 section 3.3) between join and welcome, in mode secure only.
inline constexpr std::size_t share_bytes = 65;    // a point of P-256, uncompressed (SEC 1 section 2.3.3)
inline constexpr std::size_t confirm_bytes = 32;  // HMAC-SHA256
struct Share {                                    // client to host, after join
  std::array<std::uint8_t, share_bytes> point{};  // shareP
  Bytes encode() const;
  static Share decode(std::string_view body);
};
struct Proof {                                        // host to client
  std::array<std::uint8_t, share_bytes> point{};      // shareV
  std::array<std::uint8_t, confirm_bytes> confirm{};  // confirmV
  Bytes encode() const;
  static Proof decode(std::string_view body);
};
struct Confirm {                                      // client to host
  std::array<std::uint8_t, confirm_bytes> confirm{};  // confirmP
  Bytes encode() const;
  static Confirm decode(std::string_view body);
};

// Host to client: you are in.
struct Welcome {
  std::string name;
  std::uint64_t session = 0;
  std::uint64_t last_message = 0;  // the highest message id this client key has had stored; 0: none
  std::uint32_t members = 0;       // logged in, you included
  std::string motd;                // may be empty
  Bytes encode() const;
  static Welcome decode(std::string_view body);
};

enum class PostKind : std::uint8_t {
  message = 1,  // body: text
  join = 2,     // body: members (u32)
  leave = 3,    // body: members (u32) | goodbye (u8)
  crowd = 4,    // body: members (u32) | joined (u32) | left (u32) since the last one
  notice = 5,   // body: text of the host
  action = 6,   // body: text; what the sender does
  sealed = 7,   // body: a message or an action that only members can open (net_utils.hpp, seal)
  topic = 8,    // body: text, may be empty, or in mode secure sealed octets: what the room is about from now on
  rename = 9,   // body: text, the sender's new name
};

// Client to host: say this. Message ids rise within one client key; one that does not rise is dropped as a repetition.
struct Say {
  std::string room;
  std::uint64_t message = 0;
  Bytes body;                         // text, or in mode secure sealed octets
  PostKind kind = PostKind::message;  // message, topic, or action; no action where bodies are sealed: it is said inside
  Bytes encode() const;
  // Whether kind and body may be said where bodies are sealed, or are not, is for check() to tell.
  static Say decode(std::string_view body);
  void check(bool sealed) const;
};

// Host to client: an entry of a room's log; the same octets for everyone.
struct Post {
  std::string room;
  Seq seq = 0;
  std::string sender;
  std::uint64_t session = 0;  // the sender's; 0 for the host
  std::uint64_t message = 0;  // the sender's message id; 0 for joins, leaves and the host's
  std::uint64_t time_ms = 0;  // the host's clock, Unix epoch
  PostKind kind = PostKind::message;
  Bytes body;
  Bytes encode() const;
  void write(ByteWriter& out) const;  // what encode() puts behind the frame's header
  // Where `seq` stands in the encoded frame: the log writes it there.
  static std::size_t seq_offset(std::string_view room) { return 4 + 1 + 4 + room.size(); }
  static Post decode(std::string_view body);
};

// Bodies of the kinds that are not text.
struct Presence {
  std::uint32_t members = 0;
  std::uint32_t joined = 0;     // crowd only
  std::uint32_t left = 0;       // crowd only
  Goodbye why = Goodbye::left;  // leave only
  Bytes encode(PostKind kind) const;
  static Presence decode(PostKind kind, std::string_view body);
};

// Host to client: posts `first` to `last` of this room are no longer kept, the next one sent is last + 1.
struct Gap {
  std::string room;
  Seq first = 0;
  Seq last = 0;
  Bytes encode() const;
  static Gap decode(std::string_view body);
};

// Host to client: this message of yours, and all after it, could not be stored. Send them again later, in order.
struct NotStored {
  std::uint64_t message = 0;
  std::string text;  // why, in a few words
  Bytes encode() const;
  static NotStored decode(std::string_view body);
};

// Host to client: this message of yours is not taken, and will not be; those after it may be.
struct Refused {
  std::uint64_t message = 0;
  std::string text;  // why, in a few words
  Bytes encode() const;
  static Refused decode(std::string_view body);
};

// Host to client, during the log-in: the name wanted is an account's. A SPAKE2+ run with its password follows, as with
// the host's own; with what makes keys of that password (RFC 7914). Any values: the client judges.
struct AccountWanted {
  std::string name;
  std::array<std::uint8_t, 16> verifier_id{};
  Bytes salt;
  std::uint32_t scrypt_n = 0;
  std::uint32_t scrypt_r = 0;
  std::uint32_t scrypt_p = 0;
  Bytes encode() const;
  static AccountWanted decode(std::string_view body);
};

// Host to client: an operator wants you to have this name; ask for it (Verb::nick).
struct NameWanted {
  std::string name;
  Bytes encode() const;
  static NameWanted decode(std::string_view body);
};

// Client to host: show me what was said in a room before I came. One at a time; the answer is one Past.
struct History {
  std::string room;
  Seq before = 0;              // posts before this one; 0: the last ones
  std::uint64_t since_ms = 0;  // none that is older; 0: however old
  std::uint32_t count = 0;     // the last so many of them; the host may give fewer
  Bytes encode() const;
  static History decode(std::string_view body);
};

// Host to client: posts of a room that do not belong to what is being served from the cursor. Their seqs rise.
struct Past {
  std::string room;
  std::vector<Post> posts;  // empty: there are none
  Bytes encode() const;
  static Past decode(std::string_view body);
};

// What a client may ask of its host. Arguments and rows of the answer: docs/PROTOCOL.md, section 13.
enum class Verb : std::uint8_t {
  enter = 0x01,          // a room, from a post on
  leave = 0x02,          // a room
  rooms = 0x03,          // which there are
  lock = 0x04,           // make a new room with a password
  share = 0x05,          // SPAKE2+ for a room with a password, first packet
  confirm = 0x06,        // the same, last packet
  who = 0x20,            // is in a room
  whois = 0x21,          // one person
  nick = 0x22,           // a new name for oneself
  status = 0x23,         // online, away ..., for all to see
  key = 0x24,            // announce the public key of this session
  key_of = 0x25,         // somebody's, as announced
  letter = 0x26,         // a private message
  register_name = 0x40,  // makes the name that one has an account's
  passwd = 0x41,         // its account gets another password
  unregister = 0x42,     // its account is taken away
  logout = 0x43,         // out of the account, under another name
  order = 0x60,          // an operator's command
};

enum class Status : std::uint8_t { online = 0, away = 1, busy = 2, invisible = 3 };

enum class Result : std::uint8_t {
  ok = 0,
  no_such = 1,         // there is none, or none that you may know of
  bad_value = 2,       // an argument breaks its rule
  taken = 3,           // somebody else has it
  too_many = 4,        // a limit is reached
  not_here = 5,        // this host does not do that
  proof_wanted = 6,    // a password: the row has what makes keys of it
  wrong_password = 7,  // or somebody sits between the two
  not_allowed = 8,     // you may not
  failed = 9,          // the host could not, and says why
};

// Client to host: do this. Answered in order, each by one Answer with the same id.
struct Request {
  std::uint32_t id = 0;
  Verb verb = Verb::enter;
  std::vector<Bytes> args;  // at most most_args
  static constexpr std::size_t most_args = 16;
  Bytes encode() const;
  // Any verb and any octets: whoever carries it out judges.
  static Request decode(std::string_view body);
};

// Host to client.
struct Answer {
  using Row = std::vector<Bytes>;
  std::uint32_t id = 0;
  Result result = Result::ok;
  std::string text;  // one line for people, may be empty
  std::vector<Row> rows;
  std::uint32_t left_out = 0;  // rows that did not fit
  // Leaves rows at the end out when the frame would be too large, and counts them.
  Bytes encode() const;
  static Answer decode(std::string_view body);
};

// Flag of Verb::enter: only into a room with a password, and make none.
inline constexpr std::uint64_t only_if_locked = 1;

// Host to client: a private message. The host cannot read it.
struct Letter {
  std::string sender;         // the name, as the host stamps it
  std::uint64_t session = 0;  // the sender's
  std::uint64_t message = 0;  // rises within the sender's session
  std::uint64_t time_ms = 0;  // the host's clock
  Bytes key;                  // the sender's public key, as it was announced
  Bytes body;                 // sealed for the recipient (docs/PROTOCOL.md, section 14)
  Bytes encode() const;
  static Letter decode(std::string_view body);
};

// A number as an argument or in a row: 8 octets, big-endian.
Bytes number_field(std::uint64_t number);
std::optional<std::uint64_t> number_of(std::string_view field);

// Either way; the answer to a ping is a pong with the same token.
struct Ping {
  std::uint64_t token = 0;
  Bytes encode(PacketType type) const;  // ping or pong
  static Ping decode(std::string_view body);
};

// Either way, last: why this session ends.
struct Farewell {
  Goodbye why = Goodbye::left;
  std::string text;  // may add to goodbye_text(why), or be empty
  Bytes encode() const;
  static Farewell decode(std::string_view body);
};

}  // namespace chat
