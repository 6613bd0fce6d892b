#include "crypto/spake2plus.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <utility>

#include "crypto/openssl.hpp"

namespace chat {

using namespace ossl;

namespace ossl {

const EC_GROUP* p256() {
  static const GroupPtr group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  ensure(group != nullptr, "OpenSSL has no P-256");
  return group.get();
}

const BIGNUM* p256_order() { return EC_GROUP_get0_order(p256()); }

}  // namespace ossl

namespace {

constexpr std::string_view suite = "P256-SHA256-HKDF-SHA256-HMAC-SHA256";

// RFC 9383 section 4, uncompressed.
PointOctets octets_from_hex(std::string_view hex) {
  PointOctets octets{};
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return octets;
}
const PointOctets& mask_m() {
  static const PointOctets octets = octets_from_hex(
      "04886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
      "5ff355163e43ce224e0b0e65ff02ac8e5c7be09419c785e0ca547d55a12e2d20");
  return octets;
}
const PointOctets& mask_n() {
  static const PointOctets octets = octets_from_hex(
      "04d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"
      "07d60aa6bfade45008a636337f5168c64d9bd36034808cd564490b1e656edbe7");
  return octets;
}

template <class Array>
std::string_view view(const Array& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

void works(bool ok) { ensure(ok, "OpenSSL's curve failed"); }

// The point, checked as SECURITY.md says: this length and form, on the curve, not the identity. Null: it is none.
// EC_POINT_oct2point alone takes compressed and hybrid forms, and the identity, too.
PointPtr point_of(std::string_view octets, BN_CTX* ctx) {
  if (octets.size() != std::tuple_size_v<PointOctets> || octets[0] != '\x04') return nullptr;
  PointPtr point(EC_POINT_new(p256()));
  works(point != nullptr);
  const bool good = EC_POINT_oct2point(p256(), point.get(), reinterpret_cast<const unsigned char*>(octets.data()),
                                       octets.size(), ctx) == 1 &&
                    EC_POINT_is_on_curve(p256(), point.get(), ctx) == 1 &&
                    EC_POINT_is_at_infinity(p256(), point.get()) == 0;
  return good ? std::move(point) : nullptr;
}

PointOctets octets_of(const EC_POINT* point, BN_CTX* ctx) {
  PointOctets octets{};
  works(EC_POINT_point2oct(p256(), point, POINT_CONVERSION_UNCOMPRESSED, octets.data(), octets.size(), ctx) ==
        octets.size());
  return octets;
}

BnPtr scalar_of(const Secret& octets) {
  BnPtr scalar(BN_secure_new());
  works(scalar && BN_bin2bn(octets.data(), static_cast<int>(octets.size()), scalar.get()));
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  return scalar;
}

BnPtr random_scalar() {
  BnPtr scalar(BN_secure_new());
  do {
    works(scalar && BN_priv_rand_range(scalar.get(), p256_order()) == 1);
  } while (BN_is_zero(scalar.get()));
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  return scalar;
}

// scalar * point, or scalar * G; one scalar at a time, which OpenSSL does in constant time.
PointPtr times(const BIGNUM* scalar, const EC_POINT* point, BN_CTX* ctx) {
  PointPtr product(EC_POINT_new(p256()));
  works(product &&
        EC_POINT_mul(p256(), product.get(), point ? nullptr : scalar, point, point ? scalar : nullptr, ctx) == 1);
  return product;
}

PointPtr sum(const EC_POINT* one, const EC_POINT* other, BN_CTX* ctx) {
  PointPtr made(EC_POINT_new(p256()));
  works(made && EC_POINT_add(p256(), made.get(), one, other, ctx) == 1);
  return made;
}

// share - w0 * mask
PointPtr unmasked(const EC_POINT* share, const BIGNUM* w0, const PointOctets& mask, BN_CTX* ctx) {
  const PointPtr mask_point = point_of(view(mask), ctx);
  const PointPtr masking = times(w0, mask_point.get(), ctx);
  works(EC_POINT_invert(p256(), masking.get(), ctx) == 1);
  return sum(share, masking.get(), ctx);
}

// random * G + w0 * mask
PointOctets masked(const BIGNUM* random, const BIGNUM* w0, const PointOctets& mask, BN_CTX* ctx) {
  const PointPtr mask_point = point_of(view(mask), ctx);
  const PointPtr blind = times(random, nullptr, ctx);
  const PointPtr masking = times(w0, mask_point.get(), ctx);
  const PointPtr share = sum(blind.get(), masking.get(), ctx);
  works(EC_POINT_is_at_infinity(p256(), share.get()) == 0);
  return octets_of(share.get(), ctx);
}

BnCtxPtr secure_context() {
  BnCtxPtr ctx(BN_CTX_secure_new());
  works(ctx != nullptr);
  return ctx;
}

void put(Bytes& into, std::string_view field) {
  for (unsigned i = 0; i < 8; ++i) into.push_back(static_cast<char>(field.size() >> 8 * i));
  into.append(field);
}

Bytes sha256(std::string_view octets) {
  Bytes digest(32, '\0');
  works(EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
                   nullptr) == 1);
  return digest;
}

// HKDF of RFC 5869 without salt: Extract, then Expand.
Secret hkdf(const Secret& key, std::string_view info, std::size_t size) {
  const std::array<unsigned char, 32> no_salt{};
  Secret prk(std::size_t{32});
  unsigned written = 0;
  works(HMAC(EVP_sha256(), no_salt.data(), static_cast<int>(no_salt.size()), key.data(), key.size(), prk.data(),
             &written) != nullptr);
  return hkdf_expand(prk, info, size);
}

Confirmation mac(std::string_view key, const PointOctets& share) {
  Confirmation made{};
  unsigned written = 0;
  works(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), share.data(), share.size(), made.data(),
             &written) != nullptr &&
        written == made.size());
  return made;
}

// Z or V: wiped when it goes.
struct SecretPoint {
  PointOctets octets;
  ~SecretPoint() { OPENSSL_cleanse(octets.data(), octets.size()); }
};

bool same(const Confirmation& one, const Confirmation& other) {
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

// Both sides' view of one run.
struct Run {
  Bytes context;
  PakeNames names;
  Secret w0;
  BnPtr w0_number;
  BnPtr random;  // x or y
  PakeTrace* trace = nullptr;
  ~Run() { OPENSSL_cleanse(context.data(), context.size()); }  // an account's has the session id of another run

  struct Conclusion {
    Confirmation p, v;
    Secret session_id;
  };
  // RFC 9383 sections 3.3 and 3.4.
  Conclusion conclude(const PointOctets& share_p, const PointOctets& share_v, const SecretPoint& z,
                      const SecretPoint& v) const {
    Secret transcript{std::string_view()};
    {
      Bytes tt;
      tt.reserve(context.size() + 1024);  // never moved: one place to wipe
      for (const std::string_view field :
           {std::string_view(context), std::string_view(names.prover), std::string_view(names.verifier), view(mask_m()),
            view(mask_n()), view(share_p), view(share_v), view(z.octets), view(v.octets), w0.view()})
        put(tt, field);
      transcript = Secret(tt);
      OPENSSL_cleanse(tt.data(), tt.size());
    }
    Secret main_key(std::size_t{32});
    works(EVP_Digest(transcript.data(), transcript.size(), main_key.data(), nullptr, EVP_sha256(), nullptr) == 1);
    const Secret keys = hkdf(main_key, "ConfirmationKeys", 64);
    if (trace) {
      const Secret shared = hkdf(main_key, "SharedKey", 32);
      *trace = {Bytes(transcript.view()),
                Bytes(view(z.octets)),
                Bytes(view(v.octets)),
                Bytes(main_key.view()),
                Bytes(keys.view().substr(0, 32)),
                Bytes(keys.view().substr(32)),
                Bytes(shared.view())};
    }
    return {mac(keys.view().substr(0, 32), share_v), mac(keys.view().substr(32), share_p),
            hkdf(main_key, "clint v1 session id", 32)};
  }
};

Run make_run(const Secret& w0, Bytes context, PakeNames names, BnPtr random, PakeTrace* trace) {
  ensure(is_scalar(w0), "w0 is no scalar");
  return {std::move(context), std::move(names), w0.copy(), scalar_of(w0), std::move(random), trace};
}

}  // namespace

Bytes log_in_context(const LogInFacts& facts) {
  ensure(facts.session_id.has_value() == (facts.purpose == "account"),
         "an account's log-in, and no other, is bound to the run before");
  Bytes costs;
  ByteWriter out(costs);
  out.u32(facts.kdf.n);
  out.u32(facts.kdf.r);
  out.u32(facts.kdf.p);
  const Bytes hello = sha256(facts.hello);
  Bytes context;
  context.reserve(512);  // never moved: one place to wipe
  for (const std::string_view field :
       {std::string_view("clint v1"), facts.purpose, suite, view(facts.exporter), view(facts.certificate),
        std::string_view(hello), std::string_view(facts.kdf.salt), std::string_view(costs)})
    put(context, field);
  if (facts.session_id) put(context, *facts.session_id);
  return context;
}

PointOctets registration_record(const Secret& w1) {
  ensure(is_scalar(w1), "w1 is no scalar");
  const BnCtxPtr ctx = secure_context();
  return octets_of(times(scalar_of(w1).get(), nullptr, ctx.get()).get(), ctx.get());
}

bool is_point(std::string_view octets) {
  const BnCtxPtr ctx = secure_context();
  return point_of(octets, ctx.get()) != nullptr;
}

bool is_scalar(const Secret& octets) {
  if (octets.size() != 32) return false;
  const BnPtr number = scalar_of(octets);
  return !BN_is_zero(number.get()) && BN_cmp(number.get(), p256_order()) < 0;
}

// ---- Prover --------------------------------------------------------------------------------------------------------

namespace {

BnPtr checked_scalar(const Secret& octets) {
  ensure(is_scalar(octets), "w1 is no scalar");
  return scalar_of(octets);
}

}  // namespace

struct Prover::Impl {
  Run run;
  BnPtr w1;
  PointOctets share{};
  bool used = false;
  std::optional<Secret> session_id{};  // once the run is good
};

Prover::Prover(const Secret& w0, const Secret& w1, Bytes context, PakeNames names)
    : impl_(
          new Impl{make_run(w0, std::move(context), std::move(names), random_scalar(), nullptr), checked_scalar(w1)}) {
  impl_->share = masked(impl_->run.random.get(), impl_->run.w0_number.get(), mask_m(), secure_context().get());
}
Prover::Prover(const Secret& w0, const Secret& w1, Bytes context, PakeNames names, const Secret& x, PakeTrace* trace)
    : impl_(new Impl{make_run(w0, std::move(context), std::move(names), scalar_of(x), trace), checked_scalar(w1)}) {
  impl_->share = masked(impl_->run.random.get(), impl_->run.w0_number.get(), mask_m(), secure_context().get());
}
Prover::Prover(Prover&&) noexcept = default;
Prover& Prover::operator=(Prover&&) noexcept = default;
Prover::~Prover() = default;

const PointOctets& Prover::share() const { return impl_->share; }

std::optional<Confirmation> Prover::confirm(const PointOctets& share_v, const Confirmation& confirm_v) {
  if (std::exchange(impl_->used, true)) return std::nullopt;
  const BnCtxPtr ctx = secure_context();
  const Run& run = impl_->run;
  const PointPtr share = point_of(view(share_v), ctx.get());
  if (!share) return std::nullopt;
  const PointPtr y = unmasked(share.get(), run.w0_number.get(), mask_n(), ctx.get());
  if (EC_POINT_is_at_infinity(p256(), y.get()) == 1) return std::nullopt;  // then Z and V would be, too
  const PointPtr z = times(run.random.get(), y.get(), ctx.get());
  const PointPtr v = times(impl_->w1.get(), y.get(), ctx.get());
  auto conclusion = run.conclude(impl_->share, share_v, SecretPoint{octets_of(z.get(), ctx.get())},
                                 SecretPoint{octets_of(v.get(), ctx.get())});
  if (!same(conclusion.v, confirm_v)) return std::nullopt;
  impl_->session_id = std::move(conclusion.session_id);
  return conclusion.p;
}

Secret Prover::session_id() const {
  ensure(impl_->session_id.has_value(), "the session id of a run that is not good");
  return impl_->session_id->copy();
}

// ---- Verifier ------------------------------------------------------------------------------------------------------

struct VerifierRun::Impl {
  Run run;
  PointOctets l{};
  PointOctets share{};
  enum class State { fresh, responded, confirmed, done } state = State::fresh;
  Confirmation expected{};
  std::optional<Secret> session_id{};  // once there is a response
  ~Impl() { OPENSSL_cleanse(expected.data(), expected.size()); }
};

VerifierRun::VerifierRun(const Secret& w0, const PointOctets& l, Bytes context, PakeNames names)
    : impl_(new Impl{make_run(w0, std::move(context), std::move(names), random_scalar(), nullptr), l}) {}
VerifierRun::VerifierRun(const Secret& w0, const PointOctets& l, Bytes context, PakeNames names, const Secret& y,
                         PakeTrace* trace)
    : impl_(new Impl{make_run(w0, std::move(context), std::move(names), scalar_of(y), trace), l}) {}
VerifierRun::VerifierRun(VerifierRun&&) noexcept = default;
VerifierRun& VerifierRun::operator=(VerifierRun&&) noexcept = default;
VerifierRun::~VerifierRun() = default;

std::optional<VerifierRun::Response> VerifierRun::respond(const PointOctets& share_p) {
  using State = Impl::State;
  if (std::exchange(impl_->state, State::done) != State::fresh) return std::nullopt;
  const BnCtxPtr ctx = secure_context();
  const Run& run = impl_->run;
  const PointPtr share = point_of(view(share_p), ctx.get());
  const PointPtr l = point_of(view(impl_->l), ctx.get());
  ensure(l != nullptr, "a verifier's L is no point");
  if (!share) return std::nullopt;
  const PointPtr x = unmasked(share.get(), run.w0_number.get(), mask_m(), ctx.get());
  if (EC_POINT_is_at_infinity(p256(), x.get()) == 1) return std::nullopt;  // X = w0*M: Z would be the identity
  impl_->share = masked(run.random.get(), run.w0_number.get(), mask_n(), ctx.get());
  const PointPtr z = times(run.random.get(), x.get(), ctx.get());
  const PointPtr v = times(run.random.get(), l.get(), ctx.get());
  auto conclusion = run.conclude(share_p, impl_->share, SecretPoint{octets_of(z.get(), ctx.get())},
                                 SecretPoint{octets_of(v.get(), ctx.get())});
  impl_->expected = conclusion.p;
  impl_->session_id = std::move(conclusion.session_id);
  impl_->state = State::responded;
  return Response{impl_->share, conclusion.v};
}

bool VerifierRun::confirm(const Confirmation& confirm_p) {
  using State = Impl::State;
  const bool good = std::exchange(impl_->state, State::done) == State::responded && same(impl_->expected, confirm_p);
  if (good) impl_->state = State::confirmed;
  return good;
}

Secret VerifierRun::session_id() const {
  ensure(impl_->state == Impl::State::confirmed, "the session id of a run that is not good");
  return impl_->session_id->copy();
}

}  // namespace chat
