#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "net/socket.hpp"

namespace chat {

namespace {

#ifndef MSG_NOSIGNAL  // macOS: SO_NOSIGPIPE does it
#define MSG_NOSIGNAL 0
#endif

constexpr int send_buffer_bytes = 128 * 1024;  // what a stalled reader can hold back in the kernel, twice

int fd_of(std::intptr_t descriptor) { return static_cast<int>(descriptor); }

std::string words(int error) { return std::system_category().message(error); }

void set_option(int fd, int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); }

// What every socket of ours gets. Failing to set one of them is no reason to refuse a connection.
void prepare(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_USER_TIMEOUT
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 45'000);  // ms, as limits::gone_after
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
#endif
#ifdef SO_NOSIGPIPE
  set_option(fd, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
}

Address address_of(const sockaddr_storage& raw) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  Address address;
  if (raw.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(raw);
    ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    address.port = ntohs(in.sin_port);
  } else if (raw.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(raw);
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr))
      ::inet_ntop(AF_INET, &in.sin6_addr.s6_addr[12], text.data(), text.size());
    else
      ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    address.port = ntohs(in.sin6_port);
  }
  address.ip = text.data();
  return address;
}

int timeout_ms(Clock::time_point until) {
  if (until == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

struct AddressListFree {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListFree>;

}  // namespace

std::string Address::text() const {
  return (ip.find(':') == std::string::npos ? ip : "[" + ip + "]") + ":" + std::to_string(port);
}

bool Address::is_loopback() const { return ip.starts_with("127.") || ip == "::1"; }

std::string Address::group() const {
  in6_addr raw{};
  if (::inet_pton(AF_INET6, ip.c_str(), &raw) != 1) return ip;
  std::memset(&raw.s6_addr[8], 0, 8);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &raw, text.data(), text.size());
  return std::string(text.data()) + "/64";
}

// ---- Waker ---------------------------------------------------------------------------------------------------------

Waker::Waker() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::system_category(), "cannot make a pipe");
  for (const int fd : ends) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  read_ = ends[0];
  write_ = ends[1];
}
Waker::~Waker() {
  ::close(fd_of(read_));
  ::close(fd_of(write_));
}
void Waker::wake() const noexcept {
  const int saved = errno;  // a signal handler must leave it alone
  const char octet = 1;
  [[maybe_unused]] const auto written = ::write(fd_of(write_), &octet, 1);  // a full pipe wakes as well
  errno = saved;
}
void Waker::clear() const noexcept {
  std::array<char, 64> octets;
  while (::read(fd_of(read_), octets.data(), octets.size()) > 0) {
  }
}

// ---- Socket --------------------------------------------------------------------------------------------------------

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

IoResult Socket::read(std::span<char> into) const {
  while (true) {
    const auto size = ::recv(fd_of(fd_), into.data(), into.size(), 0);
    if (size > 0) return {IoResult::State::ok, static_cast<std::size_t>(size), {}};
    if (size == 0) return {IoResult::State::end, 0, {}};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoResult::State::would_block, 0, {}};
    return {IoResult::State::failed, 0, words(errno)};
  }
}

IoResult Socket::write(std::string_view from) const {
  while (true) {
    const auto size = ::send(fd_of(fd_), from.data(), from.size(), MSG_NOSIGNAL);
    if (size >= 0) return {IoResult::State::ok, static_cast<std::size_t>(size), {}};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return {IoResult::State::would_block, 0, {}};
    return {IoResult::State::failed, 0, words(errno)};
  }
}

std::optional<char> Socket::peek() const {
  char octet = 0;
  if (::recv(fd_of(fd_), &octet, 1, MSG_PEEK) != 1) return std::nullopt;
  return octet;
}

void Socket::shutdown_write() const { ::shutdown(fd_of(fd_), SHUT_WR); }
void Socket::shutdown_read() const { ::shutdown(fd_of(fd_), SHUT_RD); }
void Socket::shutdown_both() const { ::shutdown(fd_of(fd_), SHUT_RDWR); }
void Socket::reset_on_close() const {
  const linger now{1, 0};
  ::setsockopt(fd_of(fd_), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}
void Socket::close() {
  if (fd_ != -1) ::close(fd_of(std::exchange(fd_, -1)));
}

Ready wait_for(const Socket& socket, Want want, Clock::time_point until, const Waker* waker) {
  std::array<pollfd, 2> fds{};
  fds[0].fd = fd_of(socket.descriptor());
  if (want == Want::input || want == Want::both) fds[0].events |= POLLIN;
  if (want == Want::output || want == Want::both) fds[0].events |= POLLOUT;
  nfds_t count = 1;
  if (waker) {
    fds[1] = {fd_of(waker->descriptor()), POLLIN, 0};
    count = 2;
  }
  while (::poll(fds.data(), count, timeout_ms(until)) < 0 && errno == EINTR) {
  }
  const short events = fds[0].revents;
  return {(events & (POLLIN | POLLHUP | POLLERR)) != 0, (events & (POLLOUT | POLLERR)) != 0, fds[1].revents != 0};
}

// ---- Listener ------------------------------------------------------------------------------------------------------

namespace {

// A listening descriptor, or -1 with errno set.
int listen_on(const sockaddr* address, socklen_t size) {
  const int fd = ::socket(address->sa_family, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);  // accepted sockets inherit it
  if (address->sa_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  prepare(fd);
  if (::bind(fd, address, size) == 0 && ::listen(fd, 4096) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

Listener::Listener(const std::string& ip, std::uint16_t port) {
  int fd = -1;
  if (ip.empty()) {
    sockaddr_in6 any6{};
    any6.sin6_family = AF_INET6;
    any6.sin6_port = htons(port);
    fd = listen_on(reinterpret_cast<const sockaddr*>(&any6), sizeof any6);
    if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
      sockaddr_in any4{};
      any4.sin_family = AF_INET;
      any4.sin_port = htons(port);
      fd = listen_on(reinterpret_cast<const sockaddr*>(&any4), sizeof any4);
    }
  } else {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(ip.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
      throw std::system_error(EADDRNOTAVAIL, std::system_category(), "cannot listen on " + ip);
    const AddressList list(found);
    fd = listen_on(list->ai_addr, list->ai_addrlen);
  }
  if (fd < 0)
    throw std::system_error(errno, std::system_category(),
                            "cannot listen on " + (ip.empty() ? "port" : ip + ", port") + " " + std::to_string(port));
  socket_ = Socket(fd);
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  address_ = address_of(bound);
}

Listener::Outcome Listener::accept(Socket& socket, Address& peer) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
#ifdef __linux__  // where the other options come from the listening socket
  const int fd =
      ::accept4(fd_of(socket_.descriptor()), reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
  const int fd = ::accept(fd_of(socket_.descriptor()), reinterpret_cast<sockaddr*>(&from), &size);
  if (fd >= 0) prepare(fd);
#endif
  if (fd >= 0) {
    socket = Socket(fd);
    peer = address_of(from);
    return Outcome::accepted;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) return Outcome::nothing;
  if (errno == EMFILE || errno == ENFILE) return Outcome::no_descriptors;
  return Outcome::transient;  // accept(2) hands on errors of the connection and of the network: none ends the host
}

void Listener::wait(const Waker& waker, Clock::time_point until) const {
  wait_for(socket_, Want::input, until, &waker);
}

void SpareDescriptor::give() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}
void SpareDescriptor::take() {
  if (fd_ < 0) fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// ---- Connecting ----------------------------------------------------------------------------------------------------

namespace {

std::string why_not(int error) {
  switch (error) {
    case ECONNREFUSED: return "nobody listens there (connection refused)";
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN: return "the network does not reach it (" + words(error) + ")";
    case ETIMEDOUT: return "no answer in time";
    default: return words(error);
  }
}

// Families in turn, the first one first (RFC 8305 section 4).
std::vector<const addrinfo*> interleaved(const addrinfo* list) {
  std::vector<const addrinfo*> first;
  std::vector<const addrinfo*> other;
  for (const addrinfo* a = list; a != nullptr; a = a->ai_next)
    (a->ai_family == list->ai_family ? first : other).push_back(a);
  std::vector<const addrinfo*> all;
  for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    if (i < first.size()) all.push_back(first[i]);
    if (i < other.size()) all.push_back(other[i]);
  }
  return all;
}

struct Attempt {
  Socket socket;
  const addrinfo* to = nullptr;
};

// Begins to connect; an invalid socket with errno in `error` when that failed at once.
Attempt begin(const addrinfo* to, int& error) {
  const int fd = ::socket(to->ai_family, SOCK_STREAM, 0);
  if (fd < 0) {
    error = errno;
    return {};
  }
  Attempt attempt{Socket(fd), to};
  prepare(fd);
  if (::connect(fd, to->ai_addr, to->ai_addrlen) != 0 && errno != EINPROGRESS) {
    error = errno;
    return {};
  }
  return attempt;
}

}  // namespace

Connected connect_to(const std::string& host, std::uint16_t port, Clock::time_point until, const Waker* waker) {
  constexpr auto between_attempts = std::chrono::milliseconds(250);  // RFC 8305 section 8
  Connected result;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
    result.error = std::string("the name is not known (") + ::gai_strerror(error) + ")";
    return result;
  }
  const AddressList list(found);
  const auto addresses = interleaved(list.get());
  std::vector<Attempt> attempts;
  std::size_t next = 0;
  auto next_at = Clock::now();
  int error = ETIMEDOUT;
  while (Clock::now() < until) {
    if (next < addresses.size() && (Clock::now() >= next_at || attempts.empty())) {
      if (Attempt attempt = begin(addresses[next++], error); attempt.socket.valid())
        attempts.push_back(std::move(attempt));
      next_at = Clock::now() + between_attempts;
      continue;
    }
    if (attempts.empty()) break;
    std::vector<pollfd> fds;
    fds.reserve(attempts.size() + 1);
    for (const Attempt& attempt : attempts) fds.push_back({fd_of(attempt.socket.descriptor()), POLLOUT, 0});
    if (waker) fds.push_back({fd_of(waker->descriptor()), POLLIN, 0});
    ::poll(fds.data(), fds.size(), timeout_ms(next < addresses.size() ? std::min(next_at, until) : until));
    if (waker && fds.back().revents != 0) {
      result.woken = true;
      return result;
    }
    for (std::size_t i = attempts.size(); i-- > 0;) {
      if (fds[i].revents == 0) continue;
      socklen_t size = sizeof error;
      ::getsockopt(fds[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error == 0) {
        sockaddr_storage peer{};
        std::memcpy(&peer, attempts[i].to->ai_addr, attempts[i].to->ai_addrlen);
        result.peer = address_of(peer);
        result.socket = std::move(attempts[i].socket);
        return result;
      }
      attempts.erase(attempts.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  result.error = why_not(attempts.empty() ? error : ETIMEDOUT);
  return result;
}

std::vector<std::string> reachable_addresses() {
  ifaddrs* raw = nullptr;
  if (::getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(raw, ::freeifaddrs);
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  for (const ifaddrs* i = list.get(); i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0 || (i->ifa_flags & IFF_LOOPBACK) != 0) continue;
    sockaddr_storage address{};
    if (i->ifa_addr->sa_family == AF_INET) {
      std::memcpy(&address, i->ifa_addr, sizeof(sockaddr_in));
      v4.push_back(address_of(address).ip);
    } else if (i->ifa_addr->sa_family == AF_INET6) {
      std::memcpy(&address, i->ifa_addr, sizeof(sockaddr_in6));
      if (!IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr))
        v6.push_back(address_of(address).ip);
    }
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace chat
