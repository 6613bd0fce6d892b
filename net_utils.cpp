#include "net_utils.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

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
    case Goodbye::wrong_password: return {"wrong_password", "wrong password, or this is not your host"};
    case Goodbye::guesses: return {"guesses", "too many failed log-ins from this address, try again later"};
  }
  die("a goodbye without words");
}

}  // namespace

std::string_view goodbye_name(Goodbye why) { return words_of(why).name; }
std::string_view goodbye_text(Goodbye why) { return words_of(why).text; }

std::optional<Goodbye> goodbye_from(std::uint8_t number) {
  if (number < static_cast<std::uint8_t>(Goodbye::left) || number > static_cast<std::uint8_t>(Goodbye::guesses))
    return std::nullopt;
  return static_cast<Goodbye>(number);
}

void die(const char* what) {
  std::fprintf(stderr, "clint: this is a bug: %s\n", what);
  std::abort();
}

// ---- Validation ----------------------------------------------------------------------------------------------------

namespace {

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
    return refused<std::uint16_t>(quoted(text) + " is not a port: a port is a whole number from 1 to 65535");
  return {static_cast<std::uint16_t>(*value), {}};
}

Checked<std::chrono::seconds> check_timeout(std::string_view text) {
  const auto value = decimal(text);
  if (!value || *value > 31'536'000)
    return refused<std::chrono::seconds>(quoted(text) +
                                         " is not a timeout: it is whole seconds from 0 (none) to 31536000 (a year)");
  return {std::chrono::seconds(*value), {}};
}

Checked<std::string> check_host(std::string_view text) {
  if (is_ipv4(text) || is_ipv6(text) || is_dns_name(text)) return {std::string(text), {}};
  return refused<std::string>(quoted(text) +
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
      return refused<Endpoint>(quoted(text) + " is not an address: write an IPv6 address and port as [fe80::1]:12345");
    host = text.substr(1, close - 1);
    if (!is_ipv6(host))
      return refused<Endpoint>(quoted(text) +
                               " is not an address: between [ and ] stands an IPv6 address, as in [fe80::1]");
    if (!rest.empty()) port = rest.substr(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && text.rfind(':') == colon) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  Endpoint endpoint;
  auto checked_host = check_host(host);
  if (!checked_host) return refused<Endpoint>(std::move(checked_host.error));
  endpoint.host = *checked_host;
  if (port) {
    auto checked_port = check_port(*port);
    if (!checked_port) return refused<Endpoint>(std::move(checked_port.error));
    endpoint.port = *checked_port;
  }
  return {std::move(endpoint), {}};
}

Checked<std::string> check_message(std::string_view text) {
  if (text.empty()) return refused<std::string>("an empty message is not sent");
  if (text.size() > limits::message_bytes)
    return refused<std::string>("the message has " + std::to_string(text.size()) + " bytes; at most " +
                                std::to_string(limits::message_bytes) + " are allowed");
  if (!is_clean_text(text))
    return refused<std::string>(
        "the message is not valid UTF-8 or holds control characters; plain text, new lines and "
        "tabs are allowed");
  return {std::string(text), {}};
}

// ---- Secrets and sealing ------------------------------------------------------------------------------------------

Secret::Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) { other.wipe(); }
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    octets_ = std::move(other.octets_);
    other.wipe();
  }
  return *this;
}
Secret::~Secret() { wipe(); }

// The whole capacity: a short string that was moved leaves its octets behind.
void Secret::wipe() {
  octets_.resize(octets_.capacity());
  OPENSSL_cleanse(octets_.data(), octets_.size());
  octets_.clear();
}

bool Secret::operator==(const Secret& other) const {
  return size() == other.size() && CRYPTO_memcmp(data(), other.data(), size()) == 0;
}

std::string hex_text(std::span<const std::uint8_t> octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using KdfPtr = std::unique_ptr<EVP_KDF, Deleter<EVP_KDF_free>>;
using KdfCtxPtr = std::unique_ptr<EVP_KDF_CTX, Deleter<EVP_KDF_CTX_free>>;
using MacPtr = std::unique_ptr<EVP_MAC, Deleter<EVP_MAC_free>>;
using MacCtxPtr = std::unique_ptr<EVP_MAC_CTX, Deleter<EVP_MAC_CTX_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

constexpr std::size_t padding_step = 64;
constexpr std::size_t inner_header = 8 + 1 + 4;  // time, kind, length of the text
static_assert(limits::sealed_overhead ==
              sizeof(KeyId) + Xaes::nonce_bytes + Xaes::tag_bytes +
                  (limits::message_bytes + inner_header + padding_step - 1) / padding_step * padding_step -
                  limits::message_bytes);

const EVP_CIPHER* aes_256_gcm() {
  static const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  ensure(cipher != nullptr, "OpenSSL has no AES-256-GCM");
  return cipher.get();
}

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Bytes associated_data(const RoomKey& key, const SealContext& context) {
  Bytes aad;
  ByteWriter out(aad);
  const auto number = [&](std::uint64_t value) {
    out.u32(8);
    out.u64(value);
  };
  out.bytes("clint v1 msg");
  out.bytes({reinterpret_cast<const char*>(key.id().data()), key.id().size()});
  out.bytes(context.room);
  out.bytes(context.sender);
  number(context.session);
  number(context.message);
  out.u32(1);
  out.u8(context.kind);
  return aad;
}

}  // namespace

Secret hkdf_expand(const Secret& key, std::string_view info, std::size_t size) {
  static const KdfPtr hkdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const KdfCtxPtr ctx(EVP_KDF_CTX_new(hkdf.get()));
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  std::string digest = "SHA256";
  std::string info_octets(info);
  Secret key_octets = key.copy();
  const std::array<OSSL_PARAM, 5> params{
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key_octets.data(), key_octets.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_octets.data(), info_octets.size()),
      OSSL_PARAM_construct_end()};
  Secret made(size);
  ensure(ctx && EVP_KDF_derive(ctx.get(), made.data(), made.size(), params.data()) == 1, "OpenSSL's HKDF failed");
  return made;
}

// A CMAC context that has the key: its copies begin there, without a key schedule of their own.
struct RoomKey::Impl {
  MacCtxPtr keyed;
};

RoomKey::RoomKey(Secret key) {
  static const MacPtr cmac(EVP_MAC_fetch(nullptr, "CMAC", nullptr));
  ensure(key.size() == 32, "a room key has 32 octets");
  auto impl = std::make_unique<Impl>();
  impl->keyed = MacCtxPtr(EVP_MAC_CTX_new(cmac.get()));
  std::string cipher = "AES-256-CBC";
  const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
                                         OSSL_PARAM_construct_end()};
  ensure(impl->keyed && EVP_MAC_init(impl->keyed.get(), key.data(), key.size(), params.data()) == 1,
         "OpenSSL's CMAC failed");
  impl_ = std::move(impl);
  const Secret id = hkdf_expand(key, "clint v1 key id", id_.size());
  std::copy_n(id.data(), id_.size(), id_.begin());
}
RoomKey::RoomKey(RoomKey&&) noexcept = default;
RoomKey& RoomKey::operator=(RoomKey&&) noexcept = default;
RoomKey::~RoomKey() = default;

// NIST SP 800-108r1 in counter mode with CMAC, two blocks (C2SP, XAES-256-GCM).
Secret Xaes::subkey(const RoomKey& key, std::string_view nonce) {
  Secret made(std::size_t{32});
  for (unsigned char half = 1; half <= 2; ++half) {
    std::array<unsigned char, 16> block{0, half, 'X', 0};
    std::copy_n(octets(nonce), 12, block.begin() + 4);
    const MacCtxPtr mac(EVP_MAC_CTX_dup(key.impl_->keyed.get()));
    std::size_t size = 0;
    ensure(mac && EVP_MAC_update(mac.get(), block.data(), block.size()) == 1 &&
               EVP_MAC_final(mac.get(), made.data() + 16 * (half - 1), &size, 16) == 1 && size == 16,
           "OpenSSL's CMAC failed");
  }
  return made;
}

Bytes Xaes::encrypt(const RoomKey& key, std::string_view nonce, std::string_view plaintext, std::string_view aad) {
  ensure(nonce.size() == nonce_bytes, "a nonce of XAES-256-GCM has 24 octets");
  const Secret derived = subkey(key, nonce);
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Bytes made(plaintext.size() + tag_bytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(made.data());
  int size = 0;
  int rest = 0;
  ensure(ctx && EVP_EncryptInit_ex2(ctx.get(), aes_256_gcm(), derived.data(), octets(nonce) + 12, nullptr) == 1 &&
             EVP_EncryptUpdate(ctx.get(), nullptr, &size, octets(aad), static_cast<int>(aad.size())) == 1 &&
             EVP_EncryptUpdate(ctx.get(), out, &size, octets(plaintext), static_cast<int>(plaintext.size())) == 1 &&
             EVP_EncryptFinal_ex(ctx.get(), out + size, &rest) == 1 &&
             EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, out + plaintext.size()) == 1,
         "OpenSSL's AES-256-GCM failed");
  return made;
}

std::optional<Bytes> Xaes::decrypt(const RoomKey& key, std::string_view nonce, std::string_view ciphertext,
                                   std::string_view aad) {
  if (nonce.size() != nonce_bytes || ciphertext.size() < tag_bytes) return std::nullopt;
  const std::string_view content = ciphertext.substr(0, ciphertext.size() - tag_bytes);
  Bytes tag(ciphertext.substr(content.size()));
  const Secret derived = subkey(key, nonce);
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Bytes made(content.size() + 1, '\0');  // never empty: EVP takes a null output for associated data
  auto* out = reinterpret_cast<unsigned char*>(made.data());
  int size = 0;
  int rest = 0;
  ensure(ctx && EVP_DecryptInit_ex2(ctx.get(), aes_256_gcm(), derived.data(), octets(nonce) + 12, nullptr) == 1 &&
             EVP_DecryptUpdate(ctx.get(), nullptr, &size, octets(aad), static_cast<int>(aad.size())) == 1 &&
             EVP_DecryptUpdate(ctx.get(), out, &size, octets(content), static_cast<int>(content.size())) == 1 &&
             EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) == 1,
         "OpenSSL's AES-256-GCM failed");
  if (EVP_DecryptFinal_ex(ctx.get(), out + size, &rest) != 1) return std::nullopt;
  made.resize(content.size());
  return made;
}

Bytes seal(const RoomKey& key, const SealContext& context, const SealedText& text) {
  Bytes plaintext;
  ByteWriter out(plaintext);
  out.u64(text.time_ms);
  out.u8(text.kind);
  out.bytes(text.text);
  plaintext.resize((plaintext.size() + padding_step - 1) / padding_step * padding_step, '\0');
  Bytes nonce(Xaes::nonce_bytes, '\0');
  ensure(RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) == 1,
         "the system has no random numbers");
  Bytes body(reinterpret_cast<const char*>(key.id().data()), key.id().size());
  return body + nonce + Xaes::encrypt(key, nonce, plaintext, associated_data(key, context));
}

Opening open(const RoomKey& key, const SealContext& context, std::string_view body, SealedText& text) {
  constexpr std::size_t header = sizeof(KeyId) + Xaes::nonce_bytes;
  if (body.size() < header) return Opening::damaged;
  // First of all: AES-GCM does not commit to a key, so a wrong one is never tried.
  if (CRYPTO_memcmp(body.data(), key.id().data(), key.id().size()) != 0) return Opening::other_key;
  const auto plaintext = Xaes::decrypt(key, body.substr(sizeof(KeyId), Xaes::nonce_bytes), body.substr(header),
                                       associated_data(key, context));
  if (!plaintext || plaintext->size() % padding_step != 0) return Opening::damaged;
  try {
    ByteReader in(*plaintext);
    text.time_ms = in.u64();
    text.kind = in.u8();
    text.text = std::string(in.bytes());
    const std::string_view padding = in.raw(in.left());
    const bool blank = padding.find_first_not_of('\0') == std::string_view::npos;
    return blank && padding.size() < padding_step ? Opening::opened : Opening::damaged;
  } catch (const PeerFault&) {
    return Opening::damaged;
  }
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
