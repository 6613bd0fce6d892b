#include "crypto/letter.hpp"

#include <openssl/evp.h>

namespace chat {

namespace {

Bytes aad_of(const LetterContext& context) {
  Bytes aad;
  ByteWriter out(aad);
  out.u64(context.session);
  out.u64(context.message);
  return aad;
}

}  // namespace

Bytes letter_info(const LetterContext& context) {
  Bytes octets;
  ByteWriter out(octets);
  out.bytes("clint v1 dm");
  out.bytes(context.host_id);
  out.bytes(context.sender);
  out.bytes(view_of(context.sender_key));
  out.bytes(context.recipient);
  out.bytes(view_of(context.recipient_key));
  Bytes digest(32, '\0');
  unsigned size = 0;
  ensure(EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(),
                    nullptr) == 1,
         "OpenSSL's SHA-256 failed");
  return digest;
}

std::optional<Bytes> seal_letter(const KeyPair& from, const LetterContext& context, const SealedText& text) {
  return hpke_seal(from, context.recipient_key, letter_info(context), aad_of(context), padded(text));
}

std::optional<SealedText> open_letter(const KeyPair& to, const LetterContext& context, std::string_view body) {
  const auto inside = hpke_open(to, context.sender_key, letter_info(context), aad_of(context), body);
  return inside ? unpadded(*inside) : std::nullopt;
}

}  // namespace chat
