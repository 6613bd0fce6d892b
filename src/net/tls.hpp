// TLS 1.3 as a codec: bytes in, bytes out; no socket. OpenSSL's types stay in tls.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chat {

// A certificate, key or trust store that cannot be used; what() is one sentence for the user.
struct TlsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a log-in binds itself to, so that nobody can carry it over to another connection or another certificate.
struct ChannelBinding {
  std::array<std::uint8_t, 32> exporter{};     // RFC 9266 section 4.2, "tls-exporter"
  std::array<std::uint8_t, 32> certificate{};  // SHA-256 of the host's leaf certificate (DER)
};

// Settings of one side, shared by its connections. Any thread may use one at the same time.
class TlsContext {
 public:
  // The host's, with a certificate chain and key in PEM. Throws TlsError: unreadable, no match, key open to others.
  static std::shared_ptr<TlsContext> host(const std::string& cert_file, const std::string& key_file);
  // The host's, with a certificate of its own making (Ed25519, ten years, self-signed). The names (addresses or DNS
  // names) go into subjectAltName. Kept in memory, or with `keep_in`, a file for it and its key, used again next time.
  // Throws TlsError when that cannot be used.
  static std::shared_ptr<TlsContext> host_self_signed(const std::vector<std::string>& names,
                                                      const std::string& keep_in = {});
  // The client's. Any certificate is taken: what it is worth, by the system's roots, or by `trust_file` (PEM) alone if
  // one is given, says HostCertificate::fault(). Throws TlsError: that file cannot be used.
  static std::shared_ptr<TlsContext> client(const std::string& trust_file = {});
  // "SHA256:<base64>" of the own certificate's public key (SPKI); host only.
  const std::string& fingerprint() const { return fingerprint_; }
  ~TlsContext();

 private:
  friend class TlsCodec;
  TlsContext();
  void check_usable() const;  // a handshake in memory: a bad certificate shows at the start, not at the first client
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string fingerprint_;
};

// The certificate that a host showed, with the chain it came in. Outlives its connection. Any thread.
class HostCertificate {
 public:
  HostCertificate() = default;      // none was shown
  std::string fingerprint() const;  // "SHA256:<base64>" of its public key (SPKI)
  // Why chain or name are not good, the end of a sentence; nothing when they are. The first that is checked against
  // the system's roots has them read, which takes some thirty milliseconds: for who has nothing better to go by.
  std::optional<std::string> fault() const;

 private:
  friend class TlsCodec;
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// One TLS connection. Not thread-safe: the owner holds a mutex around every call, and never across a wait.
class TlsCodec {
 public:
  enum class Step {
    ok,           // done, or with read/write: some bytes
    want_input,   // feed() more
    want_output,  // the output is full: take some away, then repeat the call
    end,          // the peer said close_notify
    failed,       // error() says why; the output may hold an alert to send
  };
  struct Result {
    Step step = Step::failed;
    std::size_t bytes = 0;
  };
  // server_name: the client's SNI and the name or address that the certificate is checked for; empty on the host.
  TlsCodec(const TlsContext& context, const std::string& server_name);
  ~TlsCodec();
  TlsCodec(const TlsCodec&) = delete;
  TlsCodec& operator=(const TlsCodec&) = delete;

  void feed(std::string_view ciphertext);    // from the peer; must stay valid during the next handshake() or read()
  std::string& output() { return output_; }  // for the peer; the caller takes from its front, or swaps when empty
  Step handshake();                          // repeat until ok or failed; then ALPN clint/1 was agreed on
  Result read(std::span<char> plaintext);
  Result write(std::string_view plaintext);
  void close();  // close_notify into the output
  const std::string& error() const { return error_; }
  HostCertificate host_certificate() const;  // client, after the handshake
  ChannelBinding binding() const;            // after the handshake; the same on both sides of one connection

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string output_;
  std::string error_;
};

}  // namespace chat
