// The vocabulary that both programs share: goodbyes, limits, validation and packet framing.
// Pure: no thread, socket, clock or global state; every function may be called from any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chat {

using namespace std::chrono_literals;

using Bytes = std::string;  // octets, not text
using Seq = std::uint64_t;  // a post's number in its room: 1, 2, 3 ...

// ---- Two kinds of "no" ---------------------------------------------------------------------------------------------

// Why a session ended. The value travels in the goodbye packet (docs/PROTOCOL.md, "goodbye"); never renumber.
enum class Goodbye : std::uint8_t {
  left = 1,              // the client said so
  host_stopping = 2,     // the host shuts down; come back later
  connection_lost = 3,   // the connection ended without a goodbye
  silent = 4,            // nothing heard within limits::gone_after
  stalled = 5,           // took no byte within limits::write_deadline while bytes were pending
  idle = 6,              // said nothing for the host's --timeout
  replaced = 7,          // the same client came back on another connection
  malformed = 8,         // a packet that does not follow the grammar
  too_large = 9,         // a packet or message over its limit
  unknown_type = 10,     // a mandatory packet type that this host does not know
  out_of_state = 11,     // a known packet at a time when it may not come
  bad_text = 12,         // text that is not UTF-8, or holds what no text may hold
  bad_name = 13,         // a name that breaks the rules or looks like somebody else's
  version = 14,          // no common protocol version
  log_in_deadline = 15,  // the log-in took too long
  frame_deadline = 16,   // a frame took too long to arrive
  tls_failed = 17,       // the TLS handshake or a TLS record failed
  full = 18,             // no place left; try again later
  busy = 19,             // the host lacks descriptors or threads right now
  too_many = 20,         // too many connections from this address
  not_clint = 21,        // the first bytes were no Clint packet
  needs_tls = 22,        // a plain packet came to a host that speaks TLS only
  wrong_password = 23,   // the password was wrong, or somebody sits between the two
  guesses = 24,          // too many wrong passwords from this address; it has to wait
  kicked = 25,           // an operator has ended the session
  banned = 26,           // an operator does not let this name or address in
  closed = 27,           // no newcomers at the moment, or only those who are on a list
  account = 28,          // the name is an account's: the way in is its password
};

// One short sentence in English, without a full stop, fit for any terminal.
std::string_view goodbye_text(Goodbye why);
// The enumerator's own name, for logs, counters and tests.
std::string_view goodbye_name(Goodbye why);
// The goodbye with this number, or nothing when there is none.
std::optional<Goodbye> goodbye_from(std::uint8_t number);

// The peer's fault: ends one session, caught once at the session's outermost level.
struct PeerFault {
  Goodbye why;
};
inline void require(bool ok, Goodbye why) {
  if (!ok) throw PeerFault{why};
}
// Our own bug: writes the sentence to stderr and aborts.
[[noreturn]] void die(const char* what);
inline void ensure(bool ok, const char* what) {
  if (!ok) die(what);
}

// ---- Limits: one page, with unit and reason ------------------------------------------------------------------------

namespace limits {
inline constexpr std::uint16_t default_port = 12345;
inline constexpr std::size_t name_characters = 24;         // code points of a client's name
inline constexpr std::size_t room_characters = 64;         // code points of a room's name
inline constexpr std::size_t host_characters = 253;        // RFC 1035 section 2.3.4, as text
inline constexpr std::size_t message_bytes = 16 * 1024;    // a pasted page of code
inline constexpr std::size_t sealed_overhead = 120;        // what sealing adds to a message of message_bytes
inline constexpr std::size_t topic_bytes = 1024;           // two lines of text
inline constexpr std::size_t status_bytes = 256;           // a line of text
inline constexpr std::size_t members_listed = 1'000;       // of a room, by /who
inline constexpr std::size_t motd_bytes = 16 * 1024;       // one message
inline constexpr std::size_t frame_bytes = 64 * 1024;      // one packet, length field excluded
inline constexpr std::size_t stranger_frame_bytes = 4096;  // the same before log-in
inline constexpr std::size_t stranger_frames = 16;         // packets before log-in, in all
inline constexpr auto tls_deadline = 10s;                  // from accept; absolute
inline constexpr auto log_in_deadline = 20s;               // from accept; absolute
inline constexpr auto frame_deadline = 30s;                // from a frame's first byte to its last
inline constexpr auto write_deadline = 10s;                // bytes pending and none taken
inline constexpr auto ping_after = 15s;                    // of silence
inline constexpr auto gone_after = 45s;                    // of silence
inline constexpr auto stop_flush = 1s;                     // the last bytes of a stopping host
inline constexpr std::size_t log_bytes = 8 * 1024 * 1024;  // of a room kept in memory
inline constexpr std::size_t log_posts = 10'000;           // of a room kept in memory
inline constexpr std::size_t mailbox_bytes = 256 * 1024;   // of one session, unsent
inline constexpr std::size_t unsent_bytes = 64 * 1024;     // ciphertext of one link that its socket did not take
inline constexpr std::size_t crowd_members = 100;          // above it joins and leaves become one line a second
inline constexpr auto crowd_period = 1s;
inline constexpr std::uint32_t clients = 10'000;             // capped by descriptors at start
inline constexpr unsigned descriptors_kept = 64;             // not given to clients
inline constexpr std::size_t strangers_random_drop = 50;     // connections before log-in: from here some are dropped,
inline constexpr std::size_t strangers = 100;                // here all
inline constexpr unsigned strangers_drop_percent = 30;       // the share dropped at strangers_random_drop
inline constexpr unsigned strangers_per_address = 10;        // at once
inline constexpr unsigned connections_per_address = 32;      // at once, logged in or not
inline constexpr unsigned members_per_address = 512;         // the same where a password keeps strangers out
inline constexpr unsigned connect_burst = 20;                // new connections of one address, then
inline constexpr auto connect_interval = 2s;                 // one in this time
inline constexpr std::size_t addresses_remembered = 65'536;  // oldest forgotten first
inline constexpr auto refusals_told_every = 1min;            // at the console, in one line
inline constexpr unsigned free_guesses = 3;                  // at the password, from one address; then it waits
inline constexpr auto guess_wait_first = 5s;                 // so long, twice as long each time,
inline constexpr auto guess_wait_last = 600s;                // up to this: 9 guesses in ten minutes, 153 in a day
inline constexpr auto guess_forgotten_after = 1h;            // of quiet: one failure weighs no more
inline constexpr unsigned failures_a_minute = 100;           // of all addresses: above it the unknown ones
inline constexpr auto brake = 1s;                            // wait so much longer; those that
inline constexpr auto address_known_for = 24h;               // logged in within this time do not
inline constexpr auto failures_told_every = 1min;            // to the members, in one line
inline constexpr std::size_t rooms_per_client = 32;          // at once, the lobby included
inline constexpr unsigned enter_burst = 40;                  // rooms entered by one client at once, then
inline constexpr auto enter_interval = 5s;                   // one in this time; asked faster, it is refused
inline constexpr unsigned rooms_made_burst = 500;            // new rooms of one address, then
inline constexpr auto room_made_interval = 5min;             // one in this time: all there can be take a month
inline constexpr std::size_t rooms = 10'000;                 // in memory at once
inline constexpr auto room_unloaded_after = 60s;             // empty, on a host that keeps its posts elsewhere
inline constexpr auto room_kept_for = 30 * 24h;              // empty, on a host that does not
inline constexpr unsigned request_burst = 32;                // commands at once, then
inline constexpr unsigned requests_per_second = 8;           // so many; who asks faster is slowed
inline constexpr auto place_kept_for = 30s;                  // after a cut: name and rooms, and nobody is told
inline constexpr unsigned rate_burst = 100;                  // messages at once, then
inline constexpr unsigned rate_per_second = 20;              // so many; a faster sender is slowed, nothing is dropped
inline constexpr std::size_t unacknowledged = 256;           // messages a client sends ahead of their acknowledgement
inline constexpr std::size_t senders_remembered = 65'536;    // last message ids kept for clients that may come back
inline constexpr std::uint32_t backlog_posts = 50;           // shown to a newcomer by default
inline constexpr std::uint32_t max_backlog_posts = 1000;     // that a client may ask for
inline constexpr std::uint32_t history_posts = 200;          // of one page of history,
inline constexpr std::size_t history_bytes = 48 * 1024;      // or about so much of them: it fits a frame
inline constexpr unsigned history_burst = 16;                // pages at once, then
inline constexpr unsigned history_per_second = 4;            // so many; who asks faster is slowed
inline constexpr std::size_t unstored_posts = 1024;          // on their way to the disk, then senders wait,
inline constexpr std::size_t unstored_bytes = 1024 * 1024;   // or about so much of them
inline constexpr std::size_t rules = 10'000;                 // bans, and as many of each other list, and accounts
inline constexpr auto store_again = 2s;                      // a client sends again what could not be stored
inline constexpr auto reconnect_first = 2s;                  // first wait: uniform in 0 to this
inline constexpr auto reconnect_cap = 30s;                   // later waits: uniform in 0 to twice as much, up to this
inline constexpr auto connect_timeout = 10s;                 // the client's default --timeout
inline constexpr auto knock_for = 75s;  // at a host that has no place yet; with --timeout as long as that
}  // namespace limits

// ---- Validation ----------------------------------------------------------------------------------------------------

// A value, or one sentence that says what was wrong and what is allowed (fit for a terminal).
template <class T>
struct Checked {
  std::optional<T> value;
  std::string error;
  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
};

template <class T>
Checked<T> refused(std::string error) {
  return {std::nullopt, std::move(error)};
}
// At most 40 octets of what the user wrote, in quotes, harmless: for such sentences.
std::string quoted(std::string_view text);
// Which of the names was probably meant: the first that begins so, else the one that takes the fewest letters to
// change, add, take away, or swap with the next. Of what was written at most 32 octets count. Empty: there are no
// names.
std::string_view nearest(std::string_view written, std::span<const std::string_view> names);
// The same where that may be a slip: a third of the letters have to be others at most. Else empty.
std::string_view probably_meant(std::string_view written, std::span<const std::string_view> names);
// Why what was written is none of the values: they are named, and the one that was probably meant.
std::string not_one_of(std::string_view written, std::span<const std::string> values);

struct Endpoint {
  std::string host;  // IPv4, IPv6 without brackets, or a DNS name
  std::optional<std::uint16_t> port;
};

// 1 to 65535, decimal digits only.
Checked<std::uint16_t> check_port(std::string_view text);
// Whole seconds, 0 (none) to 31,536,000 (a year), or a duration up to that.
Checked<std::chrono::milliseconds> check_timeout(std::string_view text);
// Numbers up to 1,000,000, each with its unit: 500ms, 30s, 15m, 1h30m, 7d or 8w, the longer units first. More than
// nothing, at most 100 years.
Checked<std::chrono::milliseconds> check_duration(std::string_view text);
// An IPv4 or IPv6 address (a zone as in fe80::1%eth0 is allowed) or a DNS name (RFC 1123 section 2.1).
Checked<std::string> check_host(std::string_view text);
// HOST, HOST:PORT, [IPv6] or [IPv6]:PORT; an IPv6 address without brackets has no port.
Checked<Endpoint> check_endpoint(std::string_view text);
// 1 to 24 letters, digits and marks of one script each, and _ . -; begins with a letter or digit; NFC; not reserved.
Checked<std::string> check_name(std::string_view text);
// A room's name: the same with up to 64 characters; a leading '#' is dropped.
Checked<std::string> check_room(std::string_view text);
// Two names that share a skeleton look alike or fold to the same (UTS #39 section 4): the first one is the case-folded
// name's, the second one the name's as it is written, so that AIice with a capital i is alice, and Neil is not Nell.
// The text must have passed check_name or check_room.
std::array<std::string, 2> name_skeletons(std::string_view name);
bool look_alike(std::string_view one, std::string_view other);
// The text as it may be sent: valid UTF-8, 1 to limits::message_bytes octets, without what is_clean_text refuses.
Checked<std::string> check_message(std::string_view text);
// Whether the text is valid UTF-8 without C0 (but \n and \t), DEL, C1, U+2028/9, bidi controls and tag characters.
bool is_clean_text(std::string_view text);
// The same text with every byte or character that is_clean_text refuses left out, for text from our own user.
std::string clean_text(std::string_view text);

// Text as it may be shown on a terminal or in a log, one line: whatever could act on a terminal, reorder text or break
// UTF-8 is shown as \xNN or \u{NNNN}; at most 8 marks are kept on one base character. Idempotent on its own output.
std::string printable(std::string_view text);

// ---- Secrets and sealing ------------------------------------------------------------------------------------------

// Octets that nobody else shall see: wiped when they go. Compared in a time that does not depend on them.
class Secret {
 public:
  explicit Secret(std::string_view octets) : octets_(octets) {}
  explicit Secret(std::size_t size) : octets_(size, '\0') {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();
  std::string_view view() const { return octets_; }
  std::size_t size() const { return octets_.size(); }
  unsigned char* data() { return reinterpret_cast<unsigned char*>(octets_.data()); }
  const unsigned char* data() const { return reinterpret_cast<const unsigned char*>(octets_.data()); }
  Secret copy() const { return Secret(view()); }
  bool operator==(const Secret& other) const;

 private:
  void wipe();
  std::string octets_;
};

// HKDF-Expand with SHA-256 (RFC 5869 section 2.3); size up to 8,160.
Secret hkdf_expand(const Secret& key, std::string_view info, std::size_t size);

std::string hex_text(std::span<const std::uint8_t> octets);  // two lower-case digits an octet

using KeyId = std::array<std::uint8_t, 16>;

// The key that the members of a room have, and the host only if it was told the password. Any thread may use one.
class RoomKey {
 public:
  explicit RoomKey(Secret key);  // 32 octets
  RoomKey(RoomKey&&) noexcept;
  RoomKey& operator=(RoomKey&&) noexcept;
  ~RoomKey();
  const KeyId& id() const { return id_; }  // tells keys apart, and nothing about them

 private:
  friend class Xaes;
  struct Impl;
  std::unique_ptr<const Impl> impl_;
  KeyId id_{};
};

// What a sealed message is tied to: opened anywhere else it is damaged.
struct SealContext {
  std::string_view room;
  std::string_view sender;    // the name as the host stamps it
  std::uint64_t session = 0;  // the sender's
  std::uint64_t message = 0;  // the sender's message id
  std::uint8_t kind = 0;      // of the post
};
struct SealedText {
  std::uint64_t time_ms = 0;  // the sender's clock, Unix epoch
  std::uint8_t kind = 0;      // of what is inside
  std::string text;
};
// What is encrypted of it, here and in private messages: time (u64), kind (u8) and text, then zeros up to a multiple of
// 64 octets, in steps of which alone its length shows.
Bytes padded(const SealedText& text);
// Nothing when it is not what padded() makes of any text.
std::optional<SealedText> unpadded(std::string_view octets);
// XAES-256-GCM (C2SP) with a random nonce: key id (16) | nonce (24) | ciphertext | tag (16).
Bytes seal(const RoomKey& key, const SealContext& context, const SealedText& text);
// other_key: sealed with another key, nothing was tried. damaged: not what seal() made in this context. The text is
// written only when opened.
enum class Opening { opened, other_key, damaged };
Opening open(const RoomKey& key, const SealContext& context, std::string_view body, SealedText& text);

// The cipher alone, for test vectors and for seal() and open(): whoever passes a nonce must never pass it twice.
class Xaes {
 public:
  static constexpr std::size_t nonce_bytes = 24;
  static constexpr std::size_t tag_bytes = 16;
  static Bytes encrypt(const RoomKey& key, std::string_view nonce, std::string_view plaintext, std::string_view aad);
  // Nothing when it is not authentic.
  static std::optional<Bytes> decrypt(const RoomKey& key, std::string_view nonce, std::string_view ciphertext,
                                      std::string_view aad);

 private:
  static Secret subkey(const RoomKey& key, std::string_view nonce);
};

// ---- Framing: length (u32, big-endian, of what follows) | type (u8) | body ----------------------------------------

struct Frame {
  std::uint8_t type = 0;
  Bytes body;
};

// Appends integers big-endian; strings and byte fields as length (u32) and octets.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}
  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { big_endian(v); }
  void u32(std::uint32_t v) { big_endian(v); }
  void u64(std::uint64_t v) { big_endian(v); }
  void raw(std::string_view v) { out_.append(v); }
  void bytes(std::string_view v);

 private:
  template <class Unsigned>
  void big_endian(Unsigned v) {
    std::array<char, sizeof v> octets;
    for (std::size_t i = 0; i < sizeof v; ++i) octets[i] = static_cast<char>(v >> (8 * (sizeof v - 1 - i)));
    out_.append(octets.data(), octets.size());
  }
  Bytes& out_;
};

// Reads what ByteWriter wrote. Every method throws PeerFault{malformed} when the input is too short.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::string_view raw(std::size_t size);
  std::string_view bytes() { return raw(u32()); }
  std::size_t left() const { return in_.size(); }
  void end() const { require(in_.empty(), Goodbye::malformed); }  // trailing bytes are a fault

 private:
  std::string_view in_;
};

// One frame as it goes on the wire.
Bytes encode_frame(std::uint8_t type, std::string_view body);

// Puts frames together from a stream that may be cut anywhere. A declared length is checked before anything is
// allocated, and the buffer grows only as bytes arrive. Not thread-safe.
class FrameReader {
 public:
  explicit FrameReader(std::size_t limit) : limit_(limit) {}  // octets of a frame, length field excluded
  void set_limit(std::size_t limit) { limit_ = limit; }
  void feed(std::string_view bytes);
  // The next whole frame; nothing when more bytes are needed. Throws PeerFault{too_large} or {malformed} (length 0).
  std::optional<Frame> next();
  bool ready() const;                                    // next() has one
  bool partial() const { return at_ < buffer_.size(); }  // some bytes of a frame are here
  // Gives the buffer's memory back when it holds nothing.
  void release();

 private:
  std::size_t limit_;
  Bytes buffer_;
  std::size_t at_ = 0;  // consumed bytes at the buffer's front
};

}  // namespace chat
