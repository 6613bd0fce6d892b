#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
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
#include "net/system.hpp"

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

Address address_of(const sockaddr* raw) {
  if (raw->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, raw, sizeof in);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &in.sin_addr, octets.size());
    return make_address(octets, ntohs(in.sin_port));
  }
  if (raw->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, raw, sizeof in);
    Ipv6Octets octets{};
    std::memcpy(octets.data(), &in.sin6_addr, octets.size());
    return make_address(octets, ntohs(in.sin6_port));
  }
  return {};
}

struct AddressListFree {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListFree>;

}  // namespace

std::optional<Ipv6Octets> parse_ipv6(const std::string& ip) {
  Ipv6Octets octets{};
  if (::inet_pton(AF_INET6, ip.c_str(), octets.data()) != 1) return std::nullopt;
  return octets;
}

std::string ipv6_text(const Ipv6Octets& octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
  return text.data();
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

bool Socket::acknowledged() const {
  int left = 0;
#ifdef SO_NWRITE  // macOS
  socklen_t size = sizeof left;
  return ::getsockopt(fd_of(fd_), SOL_SOCKET, SO_NWRITE, &left, &size) != 0 || left == 0;
#else
  if (::ioctl(fd_of(fd_), TIOCOUTQ, &left) != 0 || left == 0) return true;
  pollfd gone{fd_of(fd_), 0, 0};  // after a reset the count stays
  return ::poll(&gone, 1, 0) == 1;
#endif
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

void wait_for_either(const Waker& one, const Waker* other, Clock::time_point until) {
  std::array<pollfd, 2> fds{};
  fds[0] = {fd_of(one.descriptor()), POLLIN, 0};
  if (other) fds[1] = {fd_of(other->descriptor()), POLLIN, 0};
  while (::poll(fds.data(), other ? 2 : 1, timeout_ms(until)) < 0 && errno == EINTR) {
  }
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
  constexpr int backlog = 4096;  // all of a restarted host's clients come at once; the system takes less if it has to
  if (::bind(fd, address, size) == 0 && ::listen(fd, backlog) == 0) return fd;
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
  address_ = address_of(reinterpret_cast<const sockaddr*>(&bound));
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
    peer = address_of(reinterpret_cast<const sockaddr*>(&from));
    return Outcome::accepted;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) return Outcome::nothing;
  if (errno == EMFILE || errno == ENFILE) return Outcome::no_descriptors;
  return Outcome::transient;  // accept(2) hands on errors of the connection and of the network: none ends the host
}

void SpareDescriptor::give() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}
void SpareDescriptor::take() {
  if (fd_ < 0) fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// ---- Connecting ----------------------------------------------------------------------------------------------------

Candidates look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    return {{}, std::string("the name is not known (") + ::gai_strerror(error) + ")"};
  const AddressList list(found);
  Candidates candidates;
  for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next)
    candidates.list.push_back(
        {address_of(a->ai_addr), a->ai_family, {reinterpret_cast<const char*>(a->ai_addr), a->ai_addrlen}});
  return candidates;
}

Attempt begin_connecting(const Candidate& to) {
  const int fd = ::socket(to.family, SOCK_STREAM, 0);
  if (fd < 0) return {Socket(), to, errno};
  Attempt attempt{Socket(fd), to, std::nullopt};
  prepare(fd);
  sockaddr_storage raw{};
  std::memcpy(&raw, to.raw.data(), to.raw.size());
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&raw), static_cast<socklen_t>(to.raw.size())) != 0 &&
      errno != EINPROGRESS)
    attempt.outcome = errno;
  return attempt;
}

bool wait_for_any(std::vector<Attempt>& attempts, Clock::time_point until, const Waker* waker) {
  std::vector<pollfd> fds;
  fds.reserve(attempts.size() + 1);
  for (const Attempt& attempt : attempts) fds.push_back({fd_of(attempt.socket.descriptor()), POLLOUT, 0});
  if (waker) fds.push_back({fd_of(waker->descriptor()), POLLIN, 0});
  ::poll(fds.data(), fds.size(), timeout_ms(until));
  if (waker && fds.back().revents != 0) return true;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (fds[i].revents == 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fds[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
    attempts[i].outcome = error;
  }
  return false;
}

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
int no_answer() { return ETIMEDOUT; }

std::vector<std::string> reachable_addresses() {
  ifaddrs* raw = nullptr;
  if (::getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(raw, ::freeifaddrs);
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  for (const ifaddrs* i = list.get(); i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0 || (i->ifa_flags & IFF_LOOPBACK) != 0) continue;
    if (i->ifa_addr->sa_family == AF_INET) {
      v4.push_back(address_of(i->ifa_addr).ip);
    } else if (i->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 in{};
      std::memcpy(&in, i->ifa_addr, sizeof in);
      if (!IN6_IS_ADDR_LINKLOCAL(&in.sin6_addr)) v6.push_back(address_of(i->ifa_addr).ip);
    }
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

std::string system_name() {
  std::array<char, 256> name{};  // RFC 1035 section 2.3.4: 255 at most
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::size_t raise_descriptor_limit() {
  constexpr rlim_t most = 1 << 20;  // where the system takes less than its hard limit says, as macOS does
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;  // what most systems begin with
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (before < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    limit.rlim_cur = std::min(most, limit.rlim_max);
    while (limit.rlim_cur > before && ::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur /= 2;
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace chat
