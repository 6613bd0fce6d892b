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
#include "client/known_hosts.hpp"
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
  std::chrono::milliseconds timeout = limits::connect_timeout;  // for one attempt, questions apart; 0: none
  bool require_tls = false;                                     // --tls; an own trust file or `insecure` imply it
  bool insecure = false;                                        // --tls-insecure
  bool expect_password = false;                                 // one was given: a host that wants none is refused
  bool allow_plain = false;                                     // --plain: unless this says so
  std::string trust_file;                                       // --cert; empty: the system's roots
  std::filesystem::path known_hosts;                            // empty: pins last as long as the process
  std::function<bool(const TrustQuestion&)> ask;                // may wait for the user; without it the answer is no
};

// HOST:PORT or [IPv6]:PORT
std::string place_text(const std::string& host, std::uint16_t port);

struct Connection {
  std::unique_ptr<Link> link;
  std::unique_ptr<FrameStream> frames;
  Hello hello;
  ChannelBinding binding;  // under TLS
  HostAnswered answered;
};

// Belongs to one thread.
class Dialer {
 public:
  // Throws TlsError when the trust file cannot be used.
  explicit Dialer(DialConfig config);
  // TLS first; in plaintext, where the policy allows it, when the host says that it speaks nothing else. Nothing but
  // the TLS hello and the packet `greet` is sent before the host is trusted. Blocks until done, the timeout, or the
  // waker, which is not cleared, and while the system's roots are read. Throws Ended (End::left when woken).
  Connection dial(const Waker& stop);
  // The log-in with a password on this connection has succeeded: from now on this host has to prove itself so.
  // Gives an error when that cannot be written down, or nothing.
  std::optional<std::string> remember_member(const Hello& hello, const std::string& fingerprint);
  // That it encrypts, of one that is known by its certificate, not by its key. Gives the error.
  std::optional<std::string> remember_encrypted();
  // The time by which what begins now must be done.
  Clock::time_point deadline() const;

 private:
  Socket connect(Clock::time_point until, const Waker& stop, Address& peer) const;
  void refuse_plain() const;
  Connection plain(Socket asked, Clock::time_point until, const Waker& stop);
  void read_hello(Connection& connection, Clock::time_point until, const Waker& stop) const;
  void refuse_without_password(const std::optional<Pin>& known) const;
  std::optional<Pin> pin() const;
  void remember(const Pin& pin);
  std::optional<std::string> save(const Pin& pin) const;

  const DialConfig config_;
  const std::string place_;
  const std::shared_ptr<TlsContext> tls_;
  std::optional<Pin> accepted_;   // the key accepted in this process
  bool encrypts_ = false;         // and that it is one that encrypts is remembered, or cannot be
  bool was_secure_ = false;       // so plaintext will not do any more
  bool found_ = false;            // a host was there: what else answers now may pass
  bool wanted_password_ = false;  // so a host that wants none will not do any more
};

}  // namespace chat
