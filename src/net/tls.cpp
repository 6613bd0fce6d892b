#include "net/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <vector>

#include "net/private_file.hpp"
#include "net/secrets.hpp"
#include "net_utils.hpp"

namespace chat {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
void free_chain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using SslPtr = std::unique_ptr<SSL, Deleter<SSL_free>>;
using SslCtxPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free>>;
using BioMethodPtr = std::unique_ptr<BIO_METHOD, Deleter<BIO_meth_free>>;
using ChainPtr = std::unique_ptr<STACK_OF(X509), Deleter<free_chain>>;
using StorePtr = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;
using VerifyParamPtr = std::unique_ptr<X509_VERIFY_PARAM, Deleter<X509_VERIFY_PARAM_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

constexpr std::array<unsigned char, 8> alpn{7, 'c', 'l', 'i', 'n', 't', '/', '1'};  // RFC 7301: length, name

std::string openssl_words() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason ? reason : "unknown reason";
}

void check(bool ok, const std::string& what) {
  if (!ok) throw TlsError(what + ": " + openssl_words());
}

// "SHA256:<base64>" of the certificate's SubjectPublicKeyInfo, as OpenSSH writes fingerprints: without padding.
std::string spki_fingerprint(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  ensure(size > 0, "a certificate without a public key");
  std::array<unsigned char, 32> digest{};
  EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::array<unsigned char, 48> text{};
  const int written = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  std::string base64(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(written));
  while (base64.ends_with('=')) base64.pop_back();
  return "SHA256:" + base64;
}

void set_common(SSL_CTX* ctx) {
  ensure(SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
             SSL_CTX_set_ciphersuites(
                 ctx, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") == 1 &&
             SSL_CTX_set1_groups_list(ctx, "X25519:P-256") == 1,
         "OpenSSL does not take our TLS settings");
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, alpn.data(), alpn.size(), in, in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

SslCtxPtr host_context() {
  SslCtxPtr ctx(SSL_CTX_new(TLS_server_method()));
  ensure(ctx != nullptr, "OpenSSL has no TLS");
  set_common(ctx.get());
  SSL_CTX_set_num_tickets(ctx.get(), 0);  // SSL_OP_NO_TICKET alone still sends two in TLS 1.3
  SSL_CTX_set_max_early_data(ctx.get(), 0);
  SSL_CTX_set_alpn_select_cb(ctx.get(), choose_alpn, nullptr);
  return ctx;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "cannot make a certificate");
}

X509Ptr self_signed(EVP_PKEY* key, const std::vector<std::string>& names) {
  X509Ptr made(X509_new());
  X509* certificate = made.get();
  std::array<unsigned char, 16> serial{};
  check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "no random numbers");
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x40);  // positive, of full length (RFC 5280 4.1.2.2)
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  X509_set_version(certificate, X509_VERSION_3);
  constexpr long hour = 3600;                                // seconds
  X509_gmtime_adj(X509_getm_notBefore(certificate), -hour);  // a client's clock may be slow
  X509_gmtime_adj(X509_getm_notAfter(certificate), 10 * 365 * 24 * hour);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("clint host"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate, NID_ext_key_usage, "serverAuth");
  std::string subject_names;
  for (const std::string& each : names) {
    ASN1_OCTET_STRING* ip = a2i_IPADDRESS(each.c_str());
    subject_names += (subject_names.empty() ? "" : ",") + std::string(ip ? "IP:" : "DNS:") + each;
    ASN1_OCTET_STRING_free(ip);
  }
  if (!subject_names.empty()) add_extension(certificate, NID_subject_alt_name, subject_names);
  check(X509_sign(certificate, key, nullptr) > 0, "cannot sign a certificate");
  return made;
}

// Key and certificate, one after the other.
Secret pem_of(EVP_PKEY* key, X509* certificate) {
  const BioPtr memory(BIO_new(BIO_s_secmem()));
  check(memory && PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
            PEM_write_bio_X509(memory.get(), certificate) == 1,
        "cannot write down the key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return Secret(std::string_view(text, static_cast<std::size_t>(size)));
}

X509_STORE* system_roots() {
  static const StorePtr roots = [] {
    StorePtr made(X509_STORE_new());
    if (made) X509_STORE_set_default_paths(made.get());
    ERR_clear_error();  // a system without roots: no certificate is good
    return made;
  }();
  return roots.get();
}

// What a file given with --cert vouches for.
struct TrustFile {
  StorePtr roots;
  std::vector<X509Ptr> trusted;  // as they are, whatever their names
};

}  // namespace

// ---- TlsContext ----------------------------------------------------------------------------------------------------

struct TlsContext::Impl {
  SslCtxPtr ctx;
  std::shared_ptr<const TrustFile> trust_file;  // client, if one was given
};

TlsContext::TlsContext() : impl_(std::make_unique<Impl>()) {}
TlsContext::~TlsContext() = default;

std::shared_ptr<TlsContext> TlsContext::host(const std::string& cert_file, const std::string& key_file) {
  if (const auto error = open_to_others(key_file)) throw TlsError("the key: " + *error);
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->impl_->ctx = host_context();
  SSL_CTX* ctx = made->impl_->ctx.get();
  check(SSL_CTX_use_certificate_chain_file(ctx, cert_file.c_str()) == 1, "cannot use the certificate " + cert_file);
  check(SSL_CTX_use_PrivateKey_file(ctx, key_file.c_str(), SSL_FILETYPE_PEM) == 1, "cannot use the key " + key_file);
  check(SSL_CTX_check_private_key(ctx) == 1, "the key " + key_file + " does not belong to " + cert_file);
  made->fingerprint_ = spki_fingerprint(SSL_CTX_get0_certificate(ctx));
  made->check_usable();
  return made;
}

std::shared_ptr<TlsContext> TlsContext::host_self_signed(const std::vector<std::string>& names,
                                                         const std::string& keep_in) {
  if (!keep_in.empty() && std::filesystem::exists(keep_in)) return host(keep_in, keep_in);
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->impl_->ctx = host_context();
  SSL_CTX* ctx = made->impl_->ctx.get();
  const PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  check(key != nullptr, "cannot make a key");
  const X509Ptr certificate = self_signed(key.get(), names);
  check(SSL_CTX_use_certificate(ctx, certificate.get()) == 1 && SSL_CTX_use_PrivateKey(ctx, key.get()) == 1,
        "cannot use the certificate just made");
  if (!keep_in.empty())
    if (const auto error = write_private_file(keep_in, pem_of(key.get(), certificate.get()).view()))
      throw TlsError(*error);
  made->fingerprint_ = spki_fingerprint(certificate.get());
  made->check_usable();
  return made;
}

std::shared_ptr<TlsContext> TlsContext::client(const std::string& trust_file) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->impl_->ctx = SslCtxPtr(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* ctx = made->impl_->ctx.get();
  ensure(ctx != nullptr, "OpenSSL has no TLS");
  set_common(ctx);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);  // HostCertificate::fault() does, when it is asked
  SSL_CTX_set_alpn_protos(ctx, alpn.data(), alpn.size());
  if (trust_file.empty()) return made;
  auto own = std::make_shared<TrustFile>();
  own->roots = StorePtr(X509_STORE_new());
  check(own->roots && X509_STORE_load_file(own->roots.get(), trust_file.c_str()) == 1,
        "cannot use the certificate " + trust_file);
  const BioPtr file(BIO_new_file(trust_file.c_str(), "r"));
  while (file) {
    X509Ptr certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    own->trusted.push_back(std::move(certificate));
  }
  made->impl_->trust_file = std::move(own);
  ERR_clear_error();
  return made;
}

void TlsContext::check_usable() const {
  TlsCodec host(*this, {});
  TlsCodec client(*TlsContext::client(), "localhost");
  for (int flight = 0; flight < 4; ++flight) {
    const TlsCodec::Step asked = client.handshake();
    std::string bytes = std::exchange(client.output(), {});
    host.feed(bytes);
    const TlsCodec::Step answered = host.handshake();
    if (answered == TlsCodec::Step::failed || asked == TlsCodec::Step::failed)
      throw TlsError("the certificate cannot be used for TLS 1.3: " + host.error() + client.error());
    if (answered == TlsCodec::Step::ok) return;
    bytes = std::exchange(host.output(), {});
    client.feed(bytes);
    client.handshake();
  }
  throw TlsError("the certificate cannot be used for TLS 1.3");
}

// ---- HostCertificate -----------------------------------------------------------------------------------------------

struct HostCertificate::Impl {
  X509Ptr leaf;
  ChainPtr chain;           // the leaf and what came with it
  VerifyParamPtr expected;  // the name or address, the security level
  std::shared_ptr<const TrustFile> trust_file;
};

std::string HostCertificate::fingerprint() const { return impl_ ? spki_fingerprint(impl_->leaf.get()) : std::string(); }

std::optional<std::string> HostCertificate::fault() const {
  if (!impl_) return "there is none";
  const TrustFile* own = impl_->trust_file.get();
  if (own && std::ranges::any_of(
                 own->trusted, [&](const X509Ptr& trusted) { return X509_cmp(trusted.get(), impl_->leaf.get()) == 0; }))
    return std::nullopt;
  const StoreCtxPtr checker(X509_STORE_CTX_new());
  X509_STORE* roots = own ? own->roots.get() : system_roots();
  if (!checker || !roots || X509_STORE_CTX_init(checker.get(), roots, impl_->leaf.get(), impl_->chain.get()) != 1 ||
      X509_STORE_CTX_set_default(checker.get(), "ssl_server") != 1 ||
      X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(checker.get()), impl_->expected.get()) != 1)
    throw std::bad_alloc();
  const bool good = X509_verify_cert(checker.get()) == 1;
  const int error = X509_STORE_CTX_get_error(checker.get());
  ERR_clear_error();
  if (good && error == X509_V_OK) return std::nullopt;
  return X509_verify_cert_error_string(error);
}

// ---- TlsCodec ------------------------------------------------------------------------------------------------------

struct TlsCodec::Impl {
  std::shared_ptr<const TrustFile> trust_file;  // client, if one was given
  SslPtr ssl;
  std::string_view input;  // not yet read by OpenSSL: the caller's bytes
  std::string carried;     // what was left of them when the call returned
  std::string* output = nullptr;

  static int bio_read(BIO* bio, char* into, int size) {
    auto* self = static_cast<Impl*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (self->input.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t taken = self->input.copy(into, static_cast<std::size_t>(size));
    self->input.remove_prefix(taken);
    return static_cast<int>(taken);
  }
  static int bio_write(BIO* bio, const char* from, int size) {
    auto* self = static_cast<Impl*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (self->output->size() >= limits::unsent_bytes) {
      BIO_set_retry_write(bio);
      return -1;
    }
    self->output->append(from, static_cast<std::size_t>(size));
    return size;
  }
  static long bio_ctrl(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static BIO_METHOD* bio_method() {
    static const BioMethodPtr method = [] {
      BioMethodPtr made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "clint"));
      BIO_meth_set_read(made.get(), bio_read);
      BIO_meth_set_write(made.get(), bio_write);
      BIO_meth_set_ctrl(made.get(), bio_ctrl);
      return made;
    }();
    return method.get();
  }

  // Keeps what OpenSSL left unread, since the caller's bytes go away.
  void keep_rest() {
    if (input.empty())
      carried.clear();
    else
      carried = std::string(input);
    if (carried.empty() && carried.capacity() > 64) std::string().swap(carried);
    input = carried;
  }

  Step step_of(int result, std::string& error) {
    keep_rest();
    switch (SSL_get_error(ssl.get(), result)) {
      case SSL_ERROR_NONE: return Step::ok;
      case SSL_ERROR_WANT_READ: return Step::want_input;
      case SSL_ERROR_WANT_WRITE: return Step::want_output;
      case SSL_ERROR_ZERO_RETURN: return Step::end;
      default: error = openssl_words(); return Step::failed;
    }
  }
};

TlsCodec::TlsCodec(const TlsContext& context, const std::string& server_name) : impl_(std::make_unique<Impl>()) {
  impl_->trust_file = context.impl_->trust_file;
  impl_->output = &output_;
  impl_->ssl = SslPtr(SSL_new(context.impl_->ctx.get()));
  BIO* bio = BIO_new(Impl::bio_method());
  if (!impl_->ssl || !bio) throw std::bad_alloc();
  SSL* ssl = impl_->ssl.get();
  BIO_set_data(bio, impl_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  if (SSL_is_server(ssl)) {
    SSL_set_accept_state(ssl);
    return;
  }
  SSL_set_connect_state(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), server_name.c_str()) != 1) {
    ERR_clear_error();
    SSL_set_tlsext_host_name(ssl, server_name.c_str());
    if (SSL_set1_host(ssl, server_name.c_str()) != 1) throw std::bad_alloc();  // no name would be any name
  }
}
TlsCodec::~TlsCodec() = default;

void TlsCodec::feed(std::string_view ciphertext) {
  if (impl_->input.empty()) {
    impl_->input = ciphertext;
    return;
  }
  std::string joined(impl_->input);
  joined.append(ciphertext);
  impl_->carried = std::move(joined);
  impl_->input = impl_->carried;
}

TlsCodec::Step TlsCodec::handshake() {
  ERR_clear_error();
  const Step step = impl_->step_of(SSL_do_handshake(impl_->ssl.get()), error_);
  if (step != Step::ok) return step == Step::end ? Step::failed : step;
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(impl_->ssl.get(), &chosen, &size);
  if (size == alpn[0] && std::equal(chosen, chosen + size, alpn.begin() + 1)) return Step::ok;
  error_ = "the other side does not speak clint/1";
  return Step::failed;
}

TlsCodec::Result TlsCodec::read(std::span<char> plaintext) {
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_read_ex(impl_->ssl.get(), plaintext.data(), plaintext.size(), &size);
  return {impl_->step_of(result, error_), size};
}

TlsCodec::Result TlsCodec::write(std::string_view plaintext) {
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_write_ex(impl_->ssl.get(), plaintext.data(), plaintext.size(), &size);
  return {impl_->step_of(result, error_), size};
}

void TlsCodec::close() {
  ERR_clear_error();
  SSL_shutdown(impl_->ssl.get());
  ERR_clear_error();
}

HostCertificate TlsCodec::host_certificate() const {
  SSL* ssl = impl_->ssl.get();
  HostCertificate shown;
  X509Ptr leaf(SSL_get1_peer_certificate(ssl));
  if (!leaf) return shown;
  auto made = std::make_shared<HostCertificate::Impl>();
  made->leaf = std::move(leaf);
  made->chain = ChainPtr(X509_chain_up_ref(SSL_get_peer_cert_chain(ssl)));
  made->expected = VerifyParamPtr(X509_VERIFY_PARAM_new());
  if (!made->chain || !made->expected || X509_VERIFY_PARAM_set1(made->expected.get(), SSL_get0_param(ssl)) != 1)
    throw std::bad_alloc();
  X509_VERIFY_PARAM_set_auth_level(made->expected.get(), SSL_get_security_level(ssl));
  made->trust_file = impl_->trust_file;
  shown.impl_ = std::move(made);
  return shown;
}

ChannelBinding TlsCodec::binding() const {
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  SSL* ssl = impl_->ssl.get();
  ChannelBinding binding;
  const X509* leaf = SSL_is_server(ssl) ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl);
  ensure(SSL_is_init_finished(ssl) && SSL_version(ssl) == TLS1_3_VERSION && !SSL_session_reused(ssl) && leaf,
         "a channel to bind to is a fresh TLS 1.3 connection with a certificate");
  ensure(SSL_export_keying_material(ssl, binding.exporter.data(), binding.exporter.size(), label.data(), label.size(),
                                    nullptr, 0, 1) == 1 &&
             X509_digest(leaf, EVP_sha256(), binding.certificate.data(), nullptr) == 1,
         "OpenSSL has no keying material to export");
  return binding;
}

}  // namespace chat
