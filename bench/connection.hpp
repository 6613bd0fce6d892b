// One client's connection of the load generator: a non-blocking socket, TLS if wanted.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/tls.hpp"

namespace bench {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// A context that accepts any certificate: this measures, it protects nothing.
SslContext make_context(std::string_view alpn);

// Prints what went wrong and ends the program: a measurement with a lost client is worth nothing.
[[noreturn]] void fail(const std::string& what);

// How to reach the server, which is on 127.0.0.1.
struct Dial {
  std::uint16_t port = 0;
  SSL_CTX* context = nullptr;     // null: plain
  bool plain_line_first = false;  // under TLS: the server says one line before the handshake
  bool small_buffer = false;      // receive as little as the system allows, for a reader that will stall
  std::uint32_t source = 0;       // call from this loopback address (host byte order) instead of 127.0.0.1
};

class Connection {
 public:
  // Connects, blocking, and does the TLS handshake.
  explicit Connection(const Dial& dial);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return fd_; }
  bool secure() const { return tls_ != nullptr; }
  chat::ChannelBinding binding() const;  // of the TLS connection
  // Bytes read, 0 at the end, -1 when there are none now.
  long read(char* into, std::size_t size);
  // Everything, waiting where needed.
  void write(std::string_view bytes);
  // Says that nothing more will be written, and waits until the server has closed, too.
  void part();
  // Reads until `done(all bytes so far)` holds; fails after 30 s or at the end.
  template <class Done>
  std::string read_until(Done done, const char* what) {
    std::string got;
    char bytes[4096];
    while (!done(std::string_view(got))) {
      const long size = read(bytes, sizeof bytes);
      if (size > 0)
        got.append(bytes, static_cast<std::size_t>(size));
      else if (size == 0 || !wait_input())
        fail(std::string("no ") + what + "; got: " + got.substr(0, 200));
    }
    return got;
  }

 private:
  bool wait_input() const;
  int fd_ = -1;
  std::unique_ptr<SSL, SslFree> tls_;
};

}  // namespace bench
