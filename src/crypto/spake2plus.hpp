// SPAKE2+ (RFC 9383 section 3), suite P256-SHA256-HKDF-SHA256-HMAC-SHA256. Pure, but for the random scalars. An object
// is one run: it answers once. Not thread-safe; move-only; secrets are wiped.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "crypto/password.hpp"

namespace chat {

using PointOctets = std::array<std::uint8_t, 65>;  // uncompressed (SEC 1 section 2.3.3): 04 | x | y
using Confirmation = std::array<std::uint8_t, 32>;

// What a log-in is bound to, besides the password.
struct LogInFacts {
  std::string_view purpose;                  // "room", "room inside", "account"
  std::array<std::uint8_t, 32> exporter;     // of the TLS connection (RFC 9266)
  std::array<std::uint8_t, 32> certificate;  // SHA-256 of the host's
  std::string_view hello;                    // the whole frame, as the host sent it
  const KdfParameters& kdf;
  // Of the run with the host's own password before on this connection; empty where the host has none. With the purpose
  // "account", and with no other.
  std::optional<std::string_view> session_id = std::nullopt;
};
// Context of RFC 9383 section 3.3: every field with its length before it, 8 octets, little-endian.
Bytes log_in_context(const LogInFacts& facts);

// L = w1*P (RFC 9383 section 3.2): what the verifier has in place of w1.
PointOctets registration_record(const Secret& w1);
// Whether these are a point of P-256 that is not the identity, in uncompressed form.
bool is_point(std::string_view octets);
// Whether these are 32 octets of a number in [1, n-1].
bool is_scalar(const Secret& octets);

// The intermediate values of a run, for the RFC's vectors.
struct PakeTrace {
  Bytes transcript, z, v, main_key, confirm_p_key, confirm_v_key, shared_key;
};

class Prover {
 public:
  Prover(const Secret& w0, const Secret& w1, Bytes context, PakeNames names);
  // With this x in place of a random one: for vectors alone.
  Prover(const Secret& w0, const Secret& w1, Bytes context, PakeNames names, const Secret& x, PakeTrace* trace);
  Prover(Prover&&) noexcept;
  Prover& operator=(Prover&&) noexcept;
  ~Prover();
  const PointOctets& share() const;  // shareP
  // confirmP, if the other side has shown that it knows the verifier. Nothing: it has not, or its share is no good, or
  // this run has been used.
  std::optional<Confirmation> confirm(const PointOctets& share_v, const Confirmation& confirm_v);
  // Of a run that confirm() has found good: 32 octets that both sides have, and nobody else. Says nothing about any
  // other key of the run.
  Secret session_id() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class VerifierRun {
 public:
  // w0 and L as from a verifier that was checked (crypto/verifier.hpp).
  VerifierRun(const Secret& w0, const PointOctets& l, Bytes context, PakeNames names);
  // With this y in place of a random one: for vectors alone.
  VerifierRun(const Secret& w0, const PointOctets& l, Bytes context, PakeNames names, const Secret& y,
              PakeTrace* trace);
  VerifierRun(VerifierRun&&) noexcept;
  VerifierRun& operator=(VerifierRun&&) noexcept;
  ~VerifierRun();
  struct Response {
    PointOctets share;     // shareV
    Confirmation confirm;  // confirmV
  };
  // Nothing: the share is no good, or this run has been used. What it gives lets the other side test one password.
  std::optional<Response> respond(const PointOctets& share_p);
  // Whether the other side knows the password; once, after respond().
  bool confirm(const Confirmation& confirm_p);
  Secret session_id() const;  // as the prover's

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat
