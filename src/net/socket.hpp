// Every networking system call, behind a handful of functions: POSIX in socket_posix.cpp, Winsock in
// socket_windows.cpp. All sockets are TCP, non-blocking, close-on-exec, without Nagle's delay; no call here raises
// SIGPIPE.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chat {

using Clock = std::chrono::steady_clock;  // deadlines are absolute and monotonic

// The time of day in milliseconds since 1970, as people are told it; never for order or deadlines.
inline std::uint64_t unix_ms() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

struct IoResult {
  enum class State { ok, would_block, end, failed } state = State::failed;
  std::size_t bytes = 0;  // with ok: at least 1
  std::string error;      // with failed: the system's words
};

// A numeric address and a port.
struct Address {
  std::string ip;  // an IPv4-mapped IPv6 address is written as IPv4
  std::uint16_t port = 0;
  std::string text() const;  // 192.168.1.7:12345 or [fe80::1]:12345
  bool is_loopback() const;
  // What limits count: the IPv4 address, or the IPv6 /64; of a link-local one the whole address, since all of a network
  // share fe80::/64.
  std::string group() const;
};

// A descriptor that is readable after wake(). Any thread may wake, and a signal handler too; one thread waits and
// clears.
class Waker {
 public:
  Waker();  // throws std::system_error
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  void wake() const noexcept;
  void clear() const noexcept;
  std::intptr_t descriptor() const { return read_; }

 private:
  std::intptr_t read_ = -1;
  std::intptr_t write_ = -1;
};

// Owns one connected socket. read() by one thread and write() by another at the same time is fine; close() is not.
class Socket {
 public:
  Socket() = default;
  explicit Socket(std::intptr_t descriptor) : fd_(descriptor) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }
  bool valid() const { return fd_ != -1; }
  std::intptr_t descriptor() const { return fd_; }
  IoResult read(std::span<char> into) const;
  IoResult write(std::string_view from) const;
  std::optional<char> peek() const;  // the first unread byte, left where it is; nothing when there is none yet
  // The peer's system has everything that was written, or the connection is gone. (Windows does not tell: true.)
  bool acknowledged() const;
  void shutdown_write() const;  // FIN after what was written
  void shutdown_read() const;   // read() ends after what is here already; wakes whoever waits for input
  void shutdown_both() const;   // also wakes whoever waits for this socket
  void reset_on_close() const;  // close() sends RST and keeps nothing
  void close();

 private:
  std::intptr_t fd_ = -1;
};

enum class Want { input, output, both, hangup };  // hangup: neither, only the connection's end
struct Ready {
  bool input = false;   // readable, ended or failed
  bool output = false;  // writable
  bool woken = false;   // the waker was
};
// Waits until the socket is as wanted, the waker (may be null) is woken, or `until` has come.
Ready wait_for(const Socket& socket, Want want, Clock::time_point until, const Waker* waker = nullptr);

// Owns one listening socket.
class Listener {
 public:
  // ip empty: all interfaces, IPv6 and IPv4 (IPv4 alone where there is no IPv6). port 0: the system chooses.
  // Throws std::system_error; its what() is fit for the user.
  Listener(const std::string& ip, std::uint16_t port);
  const Address& address() const { return address_; }
  enum class Outcome { accepted, nothing, no_descriptors, transient };
  // Accepts one connection without waiting; never throws, whatever accept(2) says.
  Outcome accept(Socket& socket, Address& peer);
  // Waits until a connection is there, the waker is woken, or `until` has come.
  void wait(const Waker& waker, Clock::time_point until) const;
  void close() { socket_.close(); }

 private:
  Socket socket_;
  Address address_;
};

// Keeps one descriptor in reserve, so that a newcomer can be told "busy" when there is none left.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  ~SpareDescriptor() { give(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;
  void give();  // frees it
  void take();  // takes it again if it can

 private:
  int fd_ = -1;
};

// Connects to a host by name or address: every address it has, IPv6 and IPv4 in turn, a new one tried each 250 ms
// (RFC 8305), the first that answers wins. Blocks until then, `until`, or the waker, the look-up of its name included.
struct Connected {
  Socket socket;
  Address peer;
  std::string error;  // when the socket is not valid: one sentence
  bool woken = false;
  bool unknown = false;  // the name has no address, as far as one can learn now
};
Connected connect_to(const std::string& host, std::uint16_t port, Clock::time_point until, const Waker* waker);

// The addresses of this machine that others can reach: IPv4 first, neither loopback nor link-local.
std::vector<std::string> reachable_addresses();
// A link-local IPv6 address that does not say on which of this machine's networks (RFC 4007 section 6), as fe80::1%eth0
// does.
bool lacks_zone(const std::string& ip);
// What this machine calls itself; empty when that is no host name (RFC 1123 section 2.1).
std::string host_name();
// Raises the soft limit of open descriptors to the hard one and returns it.
std::size_t raise_descriptor_limit();

}  // namespace chat
