#include "net_utils.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace chat {

// ---- Goodbyes ------------------------------------------------------------------------------------------------------

namespace {

struct Words {
  std::string_view name;
  std::string_view text;
};

Words words_of(Goodbye why) {
  switch (why) {
    case Goodbye::left: return {"left", "left"};
    case Goodbye::host_stopping: return {"host_stopping", "the host is stopping"};
    case Goodbye::connection_lost: return {"connection_lost", "connection lost"};
    case Goodbye::silent: return {"silent", "connection lost: nothing was heard for 45 seconds"};
    case Goodbye::stalled: return {"stalled", "connection lost: nothing was read for 10 seconds"};
    case Goodbye::idle: return {"idle", "said nothing for too long"};
    case Goodbye::replaced: return {"replaced", "came back on another connection"};
    case Goodbye::malformed: return {"malformed", "sent a malformed packet"};
    case Goodbye::too_large: return {"too_large", "sent more in one piece than is allowed"};
    case Goodbye::unknown_type: return {"unknown_type", "sent a packet of an unknown type"};
    case Goodbye::out_of_state: return {"out_of_state", "sent a packet at the wrong time"};
    case Goodbye::bad_text: return {"bad_text", "sent text that is not UTF-8 or holds control characters"};
    case Goodbye::bad_name:
      return {"bad_name", "that name cannot be used here: it breaks the rules or looks like another's"};
    case Goodbye::version: return {"version", "the two programs speak different versions of the protocol"};
    case Goodbye::log_in_deadline: return {"log_in_deadline", "the log-in took too long"};
    case Goodbye::frame_deadline: return {"frame_deadline", "a packet took too long to arrive"};
    case Goodbye::tls_failed: return {"tls_failed", "encryption failed"};
    case Goodbye::full: return {"full", "the server is full"};
    case Goodbye::busy: return {"busy", "the host is busy, try again soon"};
    case Goodbye::too_many: return {"too_many", "too many connections from this address, try again later"};
    case Goodbye::not_clint: return {"not_clint", "what arrived is not the Clint protocol"};
    case Goodbye::needs_tls: return {"needs_tls", "this host speaks TLS only"};
  }
  die("a goodbye without words");
}

}  // namespace

std::string_view goodbye_name(Goodbye why) { return words_of(why).name; }
std::string_view goodbye_text(Goodbye why) { return words_of(why).text; }

std::optional<Goodbye> goodbye_from(std::uint8_t number) {
  if (number < static_cast<std::uint8_t>(Goodbye::left) || number > static_cast<std::uint8_t>(Goodbye::needs_tls))
    return std::nullopt;
  return static_cast<Goodbye>(number);
}

void die(const char* what) {
  std::fprintf(stderr, "clint: this is a bug: %s\n", what);
  std::abort();
}

// ---- Text ----------------------------------------------------------------------------------------------------------

namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t size = 0;  // octets; 0: not UTF-8 here
};

// The character at `at`: shortest form only, no surrogates, nothing above U+10FFFF (RFC 3629 section 3).
Decoded decode_utf8(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = octet(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) return {};
  char32_t point = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(at + i) & 0xc0) != 0x80) return {};
    point = point << 6 | (octet(at + i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return {};
  return {point, size};
}

// Reorders what stands beside it: U+061C, 200E/F, 202A-E, 2066-9 (Unicode TR #9 section 2).
bool is_bidi_control(char32_t c) {
  return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }

// What no text may hold, new line and tab apart.
bool is_forbidden(char32_t c) {
  return is_control(c) || c == 0x2028 || c == 0x2029 || is_bidi_control(c) || (c >= 0xe0000 && c <= 0xe007f);
}

// Invisible, and no script needs it within a word (the zero-width joiners U+200C/D are left alone).
bool is_invisible(char32_t c) {
  return c == 0x200b || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad || c == 0x180e ||
         (c >= 0xfff9 && c <= 0xfffb);
}

// Takes no place of its own. The joiners count too, lest each of them lets eight more marks in.
bool is_mark(char32_t c) {
  return c == 0x200c || c == 0x200d ||
         (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}

constexpr int most_marks = 8;  // shown on one base character

// Calls on_character(point, octets) or on_bad(octet) for each piece of the text.
template <class OnCharacter, class OnBad>
void each_character(std::string_view text, OnCharacter on_character, OnBad on_bad) {
  for (std::size_t at = 0; at < text.size();) {
    const Decoded d = decode_utf8(text, at);
    if (d.size == 0) {
      on_bad(static_cast<unsigned char>(text[at]));
      ++at;
    } else {
      on_character(d.point, text.substr(at, d.size));
      at += d.size;
    }
  }
}

}  // namespace

bool is_clean_text(std::string_view text) {
  bool clean = true;
  each_character(
      text, [&](char32_t c, std::string_view) { clean = clean && (c == '\n' || c == '\t' || !is_forbidden(c)); },
      [&](unsigned char) { clean = false; });
  return clean;
}

std::string clean_text(std::string_view text) {
  std::string clean;
  each_character(
      text,
      [&](char32_t c, std::string_view octets) {
        if (c == '\n' || c == '\t' || !is_forbidden(c)) clean.append(octets);
      },
      [](unsigned char) {});
  return clean;
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  int marks = 0;
  std::array<char, 16> escape{};
  const auto show = [&](const char* format, unsigned value) {
    const int size = std::snprintf(escape.data(), escape.size(), format, value);
    shown.append(escape.data(), static_cast<std::size_t>(size));
    marks = 0;
  };
  each_character(
      text,
      [&](char32_t c, std::string_view octets) {
        if (c >= 0x20 && c < 0x7f) {  // the common case
          marks = 0;
          shown.append(octets);
        } else if (c == '\t') {
          shown.append("    ");
        } else if (c < 0x80) {
          show("\\x%02x", c);
        } else if (is_forbidden(c) || is_invisible(c)) {
          show("\\u{%04x}", c);
        } else {
          marks = is_mark(c) ? marks + 1 : 0;
          if (marks <= most_marks) shown.append(octets);
        }
      },
      [&](unsigned char octet) { show("\\x%02x", octet); });
  return shown;
}

// ---- Validation ----------------------------------------------------------------------------------------------------

namespace {

template <class T>
Checked<T> no(std::string error) {
  return {std::nullopt, std::move(error)};
}

// At most 40 characters of what the user wrote, in quotes, harmless.
std::string quoted(std::string_view text) {
  std::string shown = printable(text.substr(0, 40));
  return "\"" + shown + (text.size() > 40 ? "...\"" : "\"");
}

// A decimal number of up to nine digits, without sign or space.
std::optional<std::uint32_t> decimal(std::string_view text) {
  std::uint32_t value = 0;
  if (text.empty() || text.size() > 9) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const auto value = decimal(part);
    if (!value || *value > 255 || (part.size() > 1 && part[0] == '0')) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

bool is_hex_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// The number of 16-bit groups in "a:b:c"; at the address's end the last may be an IPv4 address. Nothing: it is wrong.
std::optional<int> ipv6_groups(std::string_view text, bool at_end) {
  int groups = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (is_hex_group(group)) {
      ++groups;
    } else if (last && at_end && is_ipv4(group)) {
      groups += 2;
    } else {
      return std::nullopt;
    }
    if (last) return groups;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return groups;
}

// RFC 4291 section 2.2, with an optional zone (RFC 4007 section 11).
bool is_ipv6(std::string_view text) {
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) {
    const std::string_view name = text.substr(zone + 1);
    const auto fits = [](char c) {
      return c == '.' || c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c));
    };
    if (name.empty() || name.size() > 15 || !std::all_of(name.begin(), name.end(), fits)) return false;
    text = text.substr(0, zone);
  }
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8 && !text.empty();
  const auto before = ipv6_groups(text.substr(0, gap), false);
  const auto after = ipv6_groups(text.substr(gap + 2), true);
  return before && after && *before + *after <= 7;
}

// RFC 1123 section 2.1; the underscore and non-ASCII letters are not for host names.
bool is_dns_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > limits::host_characters) return false;
  bool digits_only = true;  // a last label of digits would be a mistyped IPv4 address
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
      if (c != '-' && !std::isalnum(static_cast<unsigned char>(c))) return false;
    digits_only = std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (dot == std::string_view::npos) return !digits_only;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Checked<std::uint16_t> check_port(std::string_view text) {
  const auto value = decimal(text);
  if (!value || *value < 1 || *value > 65535)
    return no<std::uint16_t>(quoted(text) + " is not a port: a port is a whole number from 1 to 65535");
  return {static_cast<std::uint16_t>(*value), {}};
}

Checked<std::chrono::seconds> check_timeout(std::string_view text) {
  const auto value = decimal(text);
  if (!value || *value > 31'536'000)
    return no<std::chrono::seconds>(quoted(text) +
                                    " is not a timeout: it is whole seconds from 0 (none) to 31536000 (a year)");
  return {std::chrono::seconds(*value), {}};
}

Checked<std::string> check_host(std::string_view text) {
  if (is_ipv4(text) || is_ipv6(text) || is_dns_name(text)) return {std::string(text), {}};
  return no<std::string>(quoted(text) +
                         " is not a host: give an IPv4 address (192.168.1.7), an IPv6 address (fe80::1) or a name "
                         "(letters, digits, '-' and '.')");
}

Checked<Endpoint> check_endpoint(std::string_view text) {
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    const std::string_view rest = close == std::string_view::npos ? "?" : text.substr(close + 1);
    if (!(rest.empty() || rest.starts_with(':')))
      return no<Endpoint>(quoted(text) + " is not an address: write an IPv6 address and port as [fe80::1]:12345");
    host = text.substr(1, close - 1);
    if (!is_ipv6(host))
      return no<Endpoint>(quoted(text) + " is not an address: between [ and ] stands an IPv6 address, as in [fe80::1]");
    if (!rest.empty()) port = rest.substr(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && text.rfind(':') == colon) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  Endpoint endpoint;
  auto checked_host = check_host(host);
  if (!checked_host) return no<Endpoint>(std::move(checked_host.error));
  endpoint.host = *checked_host;
  if (port) {
    auto checked_port = check_port(*port);
    if (!checked_port) return no<Endpoint>(std::move(checked_port.error));
    endpoint.port = *checked_port;
  }
  return {std::move(endpoint), {}};
}

Checked<std::string> check_message(std::string_view text) {
  if (text.empty()) return no<std::string>("an empty message is not sent");
  if (text.size() > limits::message_bytes)
    return no<std::string>("the message has " + std::to_string(text.size()) + " bytes; at most " +
                           std::to_string(limits::message_bytes) + " are allowed");
  if (!is_clean_text(text))
    return no<std::string>(
        "the message is not valid UTF-8 or holds control characters; plain text, new lines and "
        "tabs are allowed");
  return {std::string(text), {}};
}

// ---- Names ---------------------------------------------------------------------------------------------------------

namespace {

// ICU's checker for names of one script and known letters; made once, const and so safe in every thread.
const USpoofChecker* spoof_checker() {
  static const USpoofChecker* const checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker* made = uspoof_open(&status);
    uspoof_setRestrictionLevel(made, USPOOF_SINGLE_SCRIPT_RESTRICTIVE);
    uspoof_setChecks(made, USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS | USPOOF_CHAR_LIMIT,
                     &status);
    icu::UnicodeSet allowed(*uspoof_getRecommendedUnicodeSet(&status));
    allowed.add('_').add('.').add('-');
    uspoof_setAllowedUnicodeSet(made, &allowed, &status);
    ensure(U_SUCCESS(status), "ICU has no data to check names with");
    return made;
  }();
  return checker;
}

std::string fold(std::string_view name) {
  std::string folded;
  icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())))
      .foldCase()
      .toUTF8String(folded);
  return folded;
}

// The skeleton of UTS #39 section 4, with small and capital letters apart.
std::string look_of(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString skeleton;
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  uspoof_getSkeletonUnicodeString(spoof_checker(), 0, text, skeleton, &status);
  ensure(U_SUCCESS(status), "ICU cannot make a skeleton");
  std::string look;
  skeleton.toUTF8String(look);
  return look;
}

// Reserved, or looks it. Small and capital letters are looked at as they are written, so that "aIl" is refused and
// Ali, a common name, is not.
bool is_reserved(std::string_view name) {
  static const auto looks = [] {
    std::vector<std::string> made;
    for (std::string word : {"host", "server", "system", "everyone", "all"}) {
      for (const std::size_t capitals : {std::size_t{0}, std::size_t{1}, word.size()}) {
        for (std::size_t i = 0; i < capitals; ++i) word[i] = static_cast<char>(std::toupper(word[i]));
        made.push_back(look_of(word));
      }
    }
    return made;
  }();
  const auto found = [](const std::string& look) { return std::find(looks.begin(), looks.end(), look) != looks.end(); };
  return found(look_of(name)) || found(fold(look_of(fold(name))));
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

enum class NameFlaw { none, length, characters };

NameFlaw name_flaw(std::string_view name, std::size_t most_characters) {
  if (name.empty() || name.size() > 4 * most_characters) return NameFlaw::length;
  std::size_t characters = 0;
  int marks = 0;
  bool allowed = true;
  bool first = true;
  each_character(
      name,
      [&](char32_t c, std::string_view) {
        const auto category = U_MASK(u_charType(static_cast<UChar32>(c)));
        const bool letter = (category & (U_GC_L_MASK | U_GC_ND_MASK)) != 0;
        const bool later = (category & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0 || c == '_' || c == '.' || c == '-';
        marks = is_mark(c) ? marks + 1 : 0;  // more than printable() shows could tell two names apart unseen
        allowed = allowed && (letter || (!first && later)) && marks <= most_marks;
        first = false;
        ++characters;
      },
      [&](unsigned char) { allowed = false; });
  if (characters > most_characters) return NameFlaw::length;
  if (!allowed) return NameFlaw::characters;
  if (is_ascii(name)) return NameFlaw::none;
  UErrorCode status = U_ZERO_ERROR;
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  if (uspoof_check2UnicodeString(spoof_checker(), text, nullptr, &status) != 0 || U_FAILURE(status))
    return NameFlaw::characters;
  return NameFlaw::none;
}

std::string to_nfc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  ensure(U_SUCCESS(status), "ICU has no data for NFC");
  std::string normal;
  nfc->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))),
                 status)
      .toUTF8String(normal);
  return normal;
}

Checked<std::string> check_any_name(std::string_view given, std::size_t most, const std::string& what) {
  const std::string name = is_ascii(given) || given.size() > 16 * most ? std::string(given) : to_nfc(given);
  switch (name_flaw(name, most)) {
    case NameFlaw::none: return {name, {}};
    case NameFlaw::length:
      return no<std::string>(quoted(given) + " is not " + what + ": it has 1 to " + std::to_string(most) +
                             " characters");
    case NameFlaw::characters: break;
  }
  return no<std::string>(quoted(given) + " is not " + what +
                         ": letters and digits of one script and _ . - are allowed, a letter or digit first");
}

}  // namespace

std::array<std::string, 2> name_skeletons(std::string_view name) {
  if (!is_ascii(name)) return {fold(look_of(fold(name))), fold(look_of(name))};
  // The look of ASCII text is that of its characters, one by one: looked up, since every log-in asks.
  static const auto folded_looks = [] {
    std::array<std::string, 128> made;
    for (std::size_t c = 0x21; c < 0x7f; ++c) made[c] = fold(look_of(std::string(1, static_cast<char>(c))));
    return made;
  }();
  std::array<std::string, 2> skeletons;
  for (const char c : name) {
    skeletons[0] += folded_looks[static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)];
    skeletons[1] += folded_looks[static_cast<unsigned char>(c)];
  }
  return skeletons;
}

bool look_alike(std::string_view one, std::string_view other) {
  for (const std::string& a : name_skeletons(one))
    for (const std::string& b : name_skeletons(other))
      if (a == b) return true;
  return false;
}

Checked<std::string> check_name(std::string_view text) {
  auto checked = check_any_name(text, limits::name_characters, "a name");
  if (checked && is_reserved(*checked))
    return no<std::string>(quoted(text) + " is not a name for people: host, server, system, everyone and all, and " +
                           "what looks like them, are reserved");
  return checked;
}

Checked<std::string> check_room(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  return check_any_name(text, limits::room_characters, "a room");
}

// ---- Framing -------------------------------------------------------------------------------------------------------

void ByteWriter::u16(std::uint16_t v) {
  u8(static_cast<std::uint8_t>(v >> 8));
  u8(static_cast<std::uint8_t>(v));
}
void ByteWriter::u32(std::uint32_t v) {
  u16(static_cast<std::uint16_t>(v >> 16));
  u16(static_cast<std::uint16_t>(v));
}
void ByteWriter::u64(std::uint64_t v) {
  u32(static_cast<std::uint32_t>(v >> 32));
  u32(static_cast<std::uint32_t>(v));
}
void ByteWriter::bytes(std::string_view v) {
  u32(static_cast<std::uint32_t>(v.size()));
  raw(v);
}

std::string_view ByteReader::raw(std::size_t size) {
  require(size <= in_.size(), Goodbye::malformed);
  const std::string_view taken = in_.substr(0, size);
  in_.remove_prefix(size);
  return taken;
}
std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(raw(1)[0]); }
std::uint16_t ByteReader::u16() {
  const auto high = u8();
  return static_cast<std::uint16_t>(high << 8 | u8());
}
std::uint32_t ByteReader::u32() {
  const std::uint32_t high = u16();
  return high << 16 | u16();
}
std::uint64_t ByteReader::u64() {
  const std::uint64_t high = u32();
  return high << 32 | u32();
}

Bytes encode_frame(std::uint8_t type, std::string_view body) {
  Bytes frame;
  frame.reserve(5 + body.size());
  ByteWriter out(frame);
  out.u32(static_cast<std::uint32_t>(body.size() + 1));
  out.u8(type);
  out.raw(body);
  return frame;
}

void FrameReader::feed(std::string_view bytes) {
  if (at_ > 0 && at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  } else if (at_ >= 4096) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<Frame> FrameReader::next() {
  const std::string_view here = std::string_view(buffer_).substr(at_);
  if (here.size() < 4) return std::nullopt;
  const std::uint32_t length = ByteReader(here).u32();
  require(length > 0, Goodbye::malformed);
  require(length <= limit_, Goodbye::too_large);
  if (here.size() - 4 < length) return std::nullopt;
  at_ += 4 + length;
  return Frame{static_cast<std::uint8_t>(here[4]), Bytes(here.substr(5, length - 1))};
}

bool FrameReader::ready() const {
  const std::string_view here = std::string_view(buffer_).substr(at_);
  return here.size() >= 4 && here.size() - 4 >= ByteReader(here).u32();
}

void FrameReader::release() {
  if (partial() || buffer_.capacity() == 0) return;
  Bytes().swap(buffer_);
  at_ = 0;
}

}  // namespace chat
