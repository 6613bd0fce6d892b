// From a name and a port to a connection with a trusted Clint host that has said hello.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/events.hpp"
#include "client/trust.hpp"
#include "net/link.hpp"

namespace chat {

// First contact with a host for whom no certificate speaks.
struct TrustQuestion {
  std::string host;
  std::uint16_t port = 0;
  std::string fingerprint;
};

struct DialConfig {
  std::string host;
  std::uint16_t port = limits::default_port;
  std::chrono::seconds timeout = limits::connect_timeout;  // for one attempt, questions apart; 0: none
  bool require_tls = false;                                // --tls; an own trust file or `insecure` imply it
  bool insecure = false;                                   // --tls-insecure
  std::string trust_file;                                  // --cert; empty: the system's roots
  std::filesystem::path known_hosts;                       // empty: pins last as long as the process
  std::function<bool(const TrustQuestion&)> ask;           // may wait for the user; without it the answer is no
};

// HOST:PORT or [IPv6]:PORT
std::string place_text(const std::string& host, std::uint16_t port);

struct Connection {
  std::unique_ptr<Link> link;
  std::unique_ptr<FrameStream> frames;
  Hello hello;
  HostAnswered answered;
};

// Belongs to one thread.
class Dialer {
 public:
  // Throws TlsError when the trust file cannot be used.
  explicit Dialer(DialConfig config);
  // TLS first; in plaintext, where the policy allows it, when the host says that it speaks nothing else. Nothing but
  // the TLS hello and the packet `greet` is sent before the host is trusted. Blocks until done, the timeout, or the
  // waker, which is not cleared. Throws Ended (End::left when woken).
  Connection dial(const Waker& stop);
  // The time by which what begins now must be done.
  Clock::time_point deadline() const;

 private:
  Socket connect(Clock::time_point until, const Waker& stop, Address& peer) const;
  void refuse_plain() const;
  Connection plain(Socket asked, Clock::time_point until, const Waker& stop);
  void read_hello(Connection& connection, Clock::time_point until, const Waker& stop) const;
  std::optional<std::string> pin() const;
  void remember(const std::string& fingerprint);

  const DialConfig config_;
  const std::string place_;
  const std::shared_ptr<TlsContext> tls_;
  std::optional<std::string> accepted_;  // the key accepted in this process
  bool was_secure_ = false;              // so plaintext will not do any more
};

}  // namespace chat
