#include "net_utils.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
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
    case Goodbye::guesses: return {"guesses", "too many failed log-ins from this address"};
    case Goodbye::kicked: return {"kicked", "shown out by an operator"};
    case Goodbye::banned: return {"banned", "banned by an operator"};
    case Goodbye::closed: return {"closed", "nobody new is let in"};
    case Goodbye::account: return {"account", "names belong to accounts here"};
  }
  die("a goodbye without words");
}

}  // namespace

std::string_view goodbye_name(Goodbye why) { return words_of(why).name; }
std::string_view goodbye_text(Goodbye why) { return words_of(why).text; }

std::optional<Goodbye> goodbye_from(std::uint8_t number) {
  if (number < static_cast<std::uint8_t>(Goodbye::left) || number > static_cast<std::uint8_t>(Goodbye::account))
    return std::nullopt;
  return static_cast<Goodbye>(number);
}

void die(const char* what) {
  std::fprintf(stderr, "clint: this is a bug: %s\n", what);
  std::abort();
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

Bytes padded(const SealedText& text) {
  Bytes octets;
  ByteWriter out(octets);
  out.u64(text.time_ms);
  out.u8(text.kind);
  out.bytes(text.text);
  octets.resize((octets.size() + padding_step - 1) / padding_step * padding_step, '\0');
  return octets;
}

std::optional<SealedText> unpadded(std::string_view octets) {
  if (octets.size() % padding_step != 0) return std::nullopt;
  try {
    ByteReader in(octets);
    SealedText text;
    text.time_ms = in.u64();
    text.kind = in.u8();
    text.text = std::string(in.bytes());
    const std::string_view padding = in.raw(in.left());
    const bool blank = padding.find_first_not_of('\0') == std::string_view::npos;
    if (!blank || padding.size() >= padding_step) return std::nullopt;
    return text;
  } catch (const PeerFault&) {
    return std::nullopt;
  }
}

Bytes seal(const RoomKey& key, const SealContext& context, const SealedText& text) {
  Bytes nonce(Xaes::nonce_bytes, '\0');
  ensure(RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) == 1,
         "the system has no random numbers");
  Bytes body(reinterpret_cast<const char*>(key.id().data()), key.id().size());
  return body + nonce + Xaes::encrypt(key, nonce, padded(text), associated_data(key, context));
}

Opening open(const RoomKey& key, const SealContext& context, std::string_view body, SealedText& text) {
  constexpr std::size_t header = sizeof(KeyId) + Xaes::nonce_bytes;
  if (body.size() < header) return Opening::damaged;
  // First of all: AES-GCM does not commit to a key, so a wrong one is never tried.
  if (CRYPTO_memcmp(body.data(), key.id().data(), key.id().size()) != 0) return Opening::other_key;
  const auto plaintext = Xaes::decrypt(key, body.substr(sizeof(KeyId), Xaes::nonce_bytes), body.substr(header),
                                       associated_data(key, context));
  auto inner = plaintext ? unpadded(*plaintext) : std::nullopt;
  if (!inner) return Opening::damaged;
  text = std::move(*inner);
  return Opening::opened;
}

// ---- Framing -------------------------------------------------------------------------------------------------------

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
  constexpr std::size_t moved_from = 4096;  // octets at the front: fewer are not worth moving the rest
  if (at_ > 0 && at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  } else if (at_ >= moved_from) {
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
