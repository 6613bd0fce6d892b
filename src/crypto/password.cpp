#include "crypto/password.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <bit>

#include "crypto/openssl.hpp"

namespace chat {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t wide_bytes = 40;    // of w0s and w1s: 64 bits more than the order, so that mod n shows no bias
constexpr std::size_t scalar_bytes = 32;  // of P-256
constexpr std::size_t most_password_bytes = 1024;
constexpr std::size_t strong_characters = 12;

Bytes random_octets(std::size_t size) {
  Bytes octets(size, '\0');
  ensure(RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(size)) == 1,
         "the system has no random numbers");
  return octets;
}

// le64(|field|) | field
void put(Secret& into, std::size_t& at, std::string_view field) {
  for (unsigned i = 0; i < 8; ++i) into.data()[at++] = static_cast<unsigned char>(field.size() >> 8 * i);
  std::copy(field.begin(), field.end(), into.data() + at);
  at += field.size();
}

// Octets, big-endian, reduced modulo the order of P-256.
Secret scalar_of(std::string_view wide) {
  using namespace ossl;
  const BnCtxPtr ctx(BN_CTX_secure_new());
  const BnPtr number(BN_secure_new());
  const BnPtr reduced(BN_secure_new());
  Secret scalar(scalar_bytes);
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  ensure(ctx && reduced &&
             BN_bin2bn(reinterpret_cast<const unsigned char*>(wide.data()), static_cast<int>(wide.size()),
                       number.get()) != nullptr &&
             BN_nnmod(reduced.get(), number.get(), p256_order(), ctx.get()) == 1 &&
             BN_bn2binpad(reduced.get(), scalar.data(), static_cast<int>(scalar.size())) == scalar_bytes,
         "OpenSSL's numbers failed");
  ensure(!BN_is_zero(reduced.get()), "a password that gives zero: one in 2^256");
  return scalar;
}

}  // namespace

KdfParameters normal_kdf_parameters() { return {1U << 17, 8, 1, random_octets(salt_bytes)}; }
KdfParameters small_kdf_parameters() { return {1U << 16, 8, 2, random_octets(salt_bytes)}; }

bool acceptable(const KdfParameters& parameters) {
  return std::has_single_bit(parameters.n) && parameters.n >= 1U << 15 && parameters.n <= 1U << 18 &&
         parameters.r == 8 && parameters.p >= 1 && parameters.p <= 4 && parameters.salt.size() >= 16 &&
         parameters.salt.size() <= 32;
}

std::string password_error(const Secret& password) {
  const std::string_view text = password.view();
  if (text.empty()) return "a password has at least one character";
  if (text.size() > most_password_bytes)
    return "a password has at most " + std::to_string(most_password_bytes) + " bytes";
  if (!is_clean_text(text) || text.find_first_of("\n\t") != std::string_view::npos)
    return "a password is valid UTF-8 without control characters";
  return {};
}

bool is_weak(const Secret& password) { return password.size() < strong_characters; }

Secret random_password() {
  constexpr std::string_view base32 = "abcdefghijklmnopqrstuvwxyz234567";
  Secret password(std::size_t{16});
  ensure(RAND_priv_bytes(password.data(), static_cast<int>(password.size())) == 1, "the system has no random numbers");
  for (std::size_t i = 0; i < password.size(); ++i)
    password.data()[i] = static_cast<unsigned char>(base32[password.data()[i] % base32.size()]);
  return password;
}

PakeNames room_names(const VerifierId& id) { return {"room:" + hex_text(id), "host:" + hex_text(id)}; }

PakeNames account_names(std::string_view account, const VerifierId& id) {
  return {"user:" + std::string(account), "host:" + hex_text(id)};
}

Secret scrypt(std::string_view password, const KdfParameters& parameters) {
  using namespace ossl;
  static const KdfPtr kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  const KdfCtxPtr ctx(EVP_KDF_CTX_new(kdf.get()));
  Secret password_octets(password);
  Bytes salt = parameters.salt;
  std::uint64_t n = parameters.n;
  std::uint32_t r = parameters.r;
  std::uint32_t p = parameters.p;
  std::uint64_t most = 128 * n * r + 128ULL * r * p + (1U << 20);  // OpenSSL refuses more than 32 MiB unless told
  const std::array<OSSL_PARAM, 7> params{
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, password_octets.data(), password_octets.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
      OSSL_PARAM_construct_end()};
  Secret made(std::size_t{64});
  if (!ctx) throw std::bad_alloc();
  if (EVP_KDF_derive(ctx.get(), made.data(), made.size(), params.data()) != 1) throw std::bad_alloc();
  return made;
}

namespace {

// PRK of docs/PROTOCOL.md, section 12: what all keys of one password come from.
Secret stretched(const Secret& password, const KdfParameters& parameters, const PakeNames& names) {
  ensure(acceptable(parameters), "keys are derived with parameters that nobody has judged");
  Secret input(3 * 8 + password.size() + names.prover.size() + names.verifier.size());
  std::size_t at = 0;
  for (const std::string_view field :
       {password.view(), std::string_view(names.prover), std::string_view(names.verifier)})
    put(input, at, field);
  return scrypt(input.view(), parameters);
}

AccountKeys log_in_keys(const Secret& prk) {
  const Secret wide = hkdf_expand(prk, "clint v1 spake2+ w0 w1", 2 * wide_bytes);
  return {scalar_of(wide.view().substr(0, wide_bytes)), scalar_of(wide.view().substr(wide_bytes))};
}

}  // namespace

PasswordKeys derive(const Secret& password, const KdfParameters& parameters, const VerifierId& id) {
  const Secret prk = stretched(password, parameters, room_names(id));
  AccountKeys keys = log_in_keys(prk);
  return {std::move(keys.w0), std::move(keys.w1), RoomKey(hkdf_expand(prk, "clint v1 room key", 32))};
}

AccountKeys derive_account(const Secret& password, const KdfParameters& parameters, const VerifierId& id,
                           std::string_view account) {
  return log_in_keys(stretched(password, parameters, account_names(account, id)));
}

}  // namespace chat
