#include "connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

SslContext make_context(std::string_view alpn) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  std::string list;
  list += static_cast<char>(alpn.size());
  list += alpn;
  if (!alpn.empty())
    SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
  return context;
}

void fail(const std::string& what) {
  std::fprintf(stderr, "bench_fanout: %s\n", what.c_str());
  std::exit(1);
}

chat::ChannelBinding Connection::binding() const {
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  chat::ChannelBinding binding;
  if (!tls_ ||
      SSL_export_keying_material(tls_.get(), binding.exporter.data(), binding.exporter.size(), label.data(),
                                 label.size(), nullptr, 0, 1) != 1 ||
      X509_digest(SSL_get0_peer_certificate(tls_.get()), EVP_sha256(), binding.certificate.data(), nullptr) != 1)
    fail("no TLS connection to bind to");
  return binding;
}

Connection::Connection(const Dial& dial) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  const int smallest = 2048;
  if (dial.small_buffer) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (dial.source != 0) {
    address.sin_addr.s_addr = htonl(dial.source);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      fail(std::string("cannot call from another loopback address: ") + std::strerror(errno));
  }
  address.sin_port = htons(dial.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fail(std::string("cannot connect: ") + std::strerror(errno));
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (dial.context) {
    for (char octet = 0; dial.plain_line_first && octet != '\n';)
      if (recv(fd_, &octet, 1, 0) != 1) fail("no line before the TLS handshake");
    tls_.reset(SSL_new(dial.context));
    SSL_set_fd(tls_.get(), fd_);
    if (SSL_connect(tls_.get()) != 1) fail("TLS handshake failed");
  }
  fcntl(fd_, F_SETFL, O_NONBLOCK);
}

Connection::~Connection() { close(fd_); }

long Connection::read(char* into, std::size_t size) {
  if (!tls_) {
    const long got = recv(fd_, into, size, 0);
    return got >= 0 ? got : errno == EAGAIN || errno == EINTR ? -1 : 0;
  }
  const int got = SSL_read(tls_.get(), into, static_cast<int>(size));
  if (got > 0) return got;
  return SSL_get_error(tls_.get(), got) == SSL_ERROR_WANT_READ ? -1 : 0;
}

void Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    const bool full =
        tls_ ? SSL_get_error(tls_.get(), static_cast<int>(sent)) == SSL_ERROR_WANT_WRITE : errno == EAGAIN;
    if (!full) fail("the server closed a sender's connection");
    pollfd out{fd_, POLLOUT, 0};
    poll(&out, 1, 1000);
  }
}

void Connection::part() {
  if (tls_)
    SSL_shutdown(tls_.get());
  else
    shutdown(fd_, SHUT_WR);
  char bytes[4096];
  while (const long size = read(bytes, sizeof bytes))
    if (size < 0 && !wait_input()) fail("the server does not close");
}

bool Connection::wait_input() const {
  pollfd in{fd_, POLLIN, 0};
  return poll(&in, 1, 30'000) > 0;
}

}  // namespace bench
