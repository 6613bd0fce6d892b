#include "crypto/identity.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace chat {

namespace {

constexpr int iterations = 5200;
constexpr std::size_t groups = 6;  // of a half, five digits each

using Digest = std::array<unsigned char, 64>;

Digest sha512(std::string_view octets) {
  Digest made{};
  unsigned size = 0;
  ensure(
      EVP_Digest(octets.data(), octets.size(), made.data(), &size, EVP_sha512(), nullptr) == 1 && size == made.size(),
      "OpenSSL's SHA-512 failed");
  return made;
}

}  // namespace

std::string safety_half(const PublicKey& key, std::string_view id) {
  const Bytes own = Bytes("\0\1", 2) + Bytes(key.begin(), key.end()) + Bytes(id);
  Digest digest = sha512(own);
  // The key goes into each step: no two keys can share a way to the end.
  for (int i = 1; i < iterations; ++i)
    digest = sha512(Bytes(digest.begin(), digest.end()) + Bytes(key.begin(), key.end()));
  std::string digits;
  for (std::size_t group = 0; group < groups; ++group) {
    std::uint64_t number = 0;
    for (std::size_t octet = 5 * group; octet < 5 * (group + 1); ++octet) number = number << 8 | digest[octet];
    std::string five = std::to_string(number % 100'000);
    digits += std::string(5 - five.size(), '0') + five;
  }
  return digits;
}

std::string safety_number(const PublicKey& one, std::string_view one_id, const PublicKey& other,
                          std::string_view other_id) {
  std::string first = safety_half(one, one_id);
  std::string second = safety_half(other, other_id);
  if (second < first) std::swap(first, second);
  const std::string digits = first + second;
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += 5) text += (at == 0 ? "" : " ") + digits.substr(at, 5);
  return text;
}

}  // namespace chat
