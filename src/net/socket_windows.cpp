#include <winsock2.h>
// After winsock2.h:
#include <iphlpapi.h>
#include <mstcpip.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>

#include "net/socket.hpp"
#include "net/system.hpp"

namespace chat {

namespace {

constexpr int send_buffer_bytes = 128 * 1024;  // as in socket_posix.cpp
// A socket's event tells of input without fail, of output only after a send that was refused, and of a cut only once:
// who waits for these looks again after this.
constexpr auto look_again = std::chrono::milliseconds(250);

// What a Socket's descriptor points to. One thread at a time waits for it.
struct Native {
  SOCKET socket = INVALID_SOCKET;
  WSAEVENT event = WSA_INVALID_EVENT;  // set by the network, and by whoever makes the socket deaf
  std::atomic<bool> deaf{false};       // shutdown_read(): Winsock would answer what comes with a reset
  std::atomic<bool> cut{false};        // shutdown_both()
  Native() = default;
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;
  ~Native() {
    if (socket != INVALID_SOCKET) ::closesocket(socket);
    if (event != WSA_INVALID_EVENT) ::WSACloseEvent(event);
  }
};

Native& native_of(std::intptr_t descriptor) { return *reinterpret_cast<Native*>(descriptor); }
Native& native_of(const Socket& socket) { return native_of(socket.descriptor()); }
HANDLE event_of(const Waker& waker) { return reinterpret_cast<HANDLE>(waker.descriptor()); }

// Takes the socket over. An invalid one when the system has no event to give.
Socket adopt(SOCKET socket) {
  std::unique_ptr<Native> native(new (std::nothrow) Native);
  if (!native) {
    ::closesocket(socket);
    return {};
  }
  native->socket = socket;
  native->event = ::WSACreateEvent();
  if (native->event == WSA_INVALID_EVENT) return {};
  return Socket(reinterpret_cast<std::intptr_t>(native.release()));
}

// Winsock wants to be started before anything else. It ends with the process.
void start_winsock() {
  static const int error = [] {
    WSADATA about{};
    return ::WSAStartup(MAKEWORD(2, 2), &about);
  }();
  if (error != 0) throw std::system_error(error, std::system_category(), "cannot start Winsock");
}

std::string words(int error) { return std::system_category().message(error); }

void set_option(SOCKET socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, reinterpret_cast<const char*>(&value), sizeof value);
}

// What every socket of ours gets. Failing to set one of them is no reason to refuse a connection.
void prepare(SOCKET socket) {
  ::SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0);
  ::WSAEventSelect(socket, nullptr, 0);  // an accepted socket has the listening one's event
  u_long on = 1;
  ::ioctlsocket(socket, FIONBIO, &on);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  tcp_keepalive keepalive{1, 30'000, 1'500};  // ms; after ten unanswered ones it is gone: 45 s, as limits::gone_after
  DWORD size = 0;
  ::WSAIoctl(socket, SIO_KEEPALIVE_VALS, &keepalive, sizeof keepalive, nullptr, 0, &size, nullptr, nullptr);
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
  start_winsock();
  Ipv6Octets octets{};
  if (::inet_pton(AF_INET6, ip.c_str(), octets.data()) != 1) return std::nullopt;
  return octets;
}

std::string ipv6_text(const Ipv6Octets& octets) {
  start_winsock();
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
  return text.data();
}

// ---- Waker: an event -----------------------------------------------------------------------------------------------

Waker::Waker() {
  const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  if (event == nullptr)
    throw std::system_error(static_cast<int>(::GetLastError()), std::system_category(), "cannot make an event");
  read_ = write_ = reinterpret_cast<std::intptr_t>(event);
}
Waker::~Waker() { ::CloseHandle(event_of(*this)); }
void Waker::wake() const noexcept { ::SetEvent(reinterpret_cast<HANDLE>(write_)); }
void Waker::clear() const noexcept { ::ResetEvent(event_of(*this)); }

// ---- Socket --------------------------------------------------------------------------------------------------------

IoResult Socket::read(std::span<char> into) const {
  const Native& native = native_of(fd_);
  const bool deaf = native.deaf;
  const int size = ::recv(native.socket, into.data(), static_cast<int>(into.size()), 0);
  if (size > 0) return {IoResult::State::ok, static_cast<std::size_t>(size), {}};
  if (size == 0 || deaf) return {IoResult::State::end, 0, {}};
  const int error = ::WSAGetLastError();
  if (error == WSAEWOULDBLOCK) return {IoResult::State::would_block, 0, {}};
  return {IoResult::State::failed, 0, words(error)};
}

IoResult Socket::write(std::string_view from) const {
  const int size = ::send(native_of(fd_).socket, from.data(), static_cast<int>(from.size()), 0);
  if (size >= 0) return {IoResult::State::ok, static_cast<std::size_t>(size), {}};
  const int error = ::WSAGetLastError();
  if (error == WSAEWOULDBLOCK || error == WSAENOBUFS) return {IoResult::State::would_block, 0, {}};
  return {IoResult::State::failed, 0, words(error)};
}

std::optional<char> Socket::peek() const {
  char octet = 0;
  if (::recv(native_of(fd_).socket, &octet, 1, MSG_PEEK) != 1) return std::nullopt;
  return octet;
}

bool Socket::acknowledged() const {
  std::array<char, 2048> unread;  // closing would answer it with a reset, which takes back what is on its way
  for (int reads = 0; reads < 16; ++reads)
    if (::recv(native_of(fd_).socket, unread.data(), static_cast<int>(unread.size()), 0) <= 0) break;
  return true;
}

void Socket::shutdown_write() const { ::shutdown(native_of(fd_).socket, SD_SEND); }
void Socket::shutdown_read() const {
  Native& native = native_of(fd_);
  native.deaf = true;
  ::SetEvent(native.event);
}
void Socket::shutdown_both() const {
  Native& native = native_of(fd_);
  native.cut = true;
  ::shutdown(native.socket, SD_BOTH);
  shutdown_read();
}
void Socket::reset_on_close() const {
  const linger now{1, 0};
  ::setsockopt(native_of(fd_).socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&now), sizeof now);
}
void Socket::close() {
  if (fd_ != -1) delete &native_of(std::exchange(fd_, -1));
}

namespace {

bool wants_input(Want want) { return want == Want::input || want == Want::both; }
bool wants_output(Want want) { return want == Want::output || want == Want::both; }

// WSAPoll's POLLHUP is a FIN as well as a reset.
bool is_reset(const Native& native) {
  char octet = 0;
  return ::recv(native.socket, &octet, 1, MSG_PEEK) < 0 && ::WSAGetLastError() != WSAEWOULDBLOCK;
}

// How the socket is now.
Ready look(const Native& native, Want want) {
  WSAPOLLFD poll{native.socket, POLLRDNORM, 0};
  if (wants_output(want)) poll.events |= POLLWRNORM;
  if (::WSAPoll(&poll, 1, 0) < 0) return {true, true, false};  // read() and write() will say what it is
  const bool broken =
      native.cut || (poll.revents & (POLLERR | POLLNVAL)) != 0 || ((poll.revents & POLLHUP) != 0 && is_reset(native));
  Ready ready;
  ready.input = broken || (wants_input(want) && (native.deaf || (poll.revents & (POLLRDNORM | POLLHUP)) != 0));
  ready.output = broken || (wants_output(want) && (poll.revents & POLLWRNORM) != 0);
  return ready;
}

// The waits below are for this many ms, or for ever.
DWORD wait_time(Clock::time_point until) { return static_cast<DWORD>(timeout_ms(until)); }
static_assert(static_cast<DWORD>(-1) == INFINITE);

}  // namespace

Ready wait_for(const Socket& socket, Want want, Clock::time_point until, const Waker* waker) {
  Native* const native = socket.valid() ? &native_of(socket) : nullptr;
  std::array<HANDLE, 2> handles{};
  DWORD count = 0;
  if (native) handles[count++] = native->event;
  if (waker) handles[count++] = event_of(*waker);
  if (count == 0) {
    ::Sleep(wait_time(until));
    return {};
  }
  while (true) {
    Ready ready;
    if (native) {
      ::ResetEvent(native->event);
      ::WSAEventSelect(native->socket, native->event,
                       (wants_input(want) ? FD_READ | FD_ACCEPT | FD_CLOSE : 0) | (wants_output(want) ? FD_WRITE : 0));
      ready = look(*native, want);  // what the event was set for, or had been before it could be
    }
    ready.woken = waker && ::WaitForSingleObject(event_of(*waker), 0) == WAIT_OBJECT_0;
    if (ready.input || ready.output || ready.woken || Clock::now() >= until) return ready;
    const bool sure = !native || want == Want::input;
    ::WaitForMultipleObjects(count, handles.data(), FALSE,
                             wait_time(sure ? until : std::min(until, Clock::now() + look_again)));
  }
}

void wait_for_either(const Waker& one, const Waker* other, Clock::time_point until) {
  const std::array<HANDLE, 2> handles{event_of(one), other ? event_of(*other) : nullptr};
  ::WaitForMultipleObjects(other ? 2 : 1, handles.data(), FALSE, wait_time(until));
}

// ---- Listener ------------------------------------------------------------------------------------------------------

namespace {

SOCKET make_socket(int family) {
  return ::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

// A listening socket, or an invalid one with the reason in `error`.
Socket listen_on(const sockaddr* address, int size, int& error) {
  const SOCKET made = make_socket(address->sa_family);
  if (made == INVALID_SOCKET) {
    error = ::WSAGetLastError();
    return {};
  }
  Socket socket = adopt(made);
  error = WSAENOBUFS;
  if (!socket.valid()) return socket;
  set_option(made, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);  // SO_REUSEADDR would let others take the port over
  if (address->sa_family == AF_INET6) set_option(made, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  prepare(made);
  if (::bind(made, address, size) == 0 && ::listen(made, SOMAXCONN) == 0) return socket;
  error = ::WSAGetLastError();
  return {};
}

}  // namespace

Listener::Listener(const std::string& ip, std::uint16_t port) {
  start_winsock();
  int error = 0;
  if (ip.empty()) {
    sockaddr_in6 any6{};
    any6.sin6_family = AF_INET6;
    any6.sin6_port = htons(port);
    socket_ = listen_on(reinterpret_cast<const sockaddr*>(&any6), sizeof any6, error);
    if (!socket_.valid() && (error == WSAEAFNOSUPPORT || error == WSAEADDRNOTAVAIL)) {
      sockaddr_in any4{};
      any4.sin_family = AF_INET;
      any4.sin_port = htons(port);
      socket_ = listen_on(reinterpret_cast<const sockaddr*>(&any4), sizeof any4, error);
    }
  } else {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (::getaddrinfo(ip.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
      throw std::system_error(WSAEADDRNOTAVAIL, std::system_category(), "cannot listen on " + ip);
    const AddressList list(found);
    socket_ = listen_on(list->ai_addr, static_cast<int>(list->ai_addrlen), error);
  }
  if (!socket_.valid())
    throw std::system_error(error, std::system_category(),
                            "cannot listen on " + (ip.empty() ? "port" : ip + ", port") + " " + std::to_string(port));
  sockaddr_storage bound{};
  int size = sizeof bound;
  ::getsockname(native_of(socket_).socket, reinterpret_cast<sockaddr*>(&bound), &size);
  address_ = address_of(reinterpret_cast<const sockaddr*>(&bound));
}

Listener::Outcome Listener::accept(Socket& socket, Address& peer) {
  sockaddr_storage from{};
  int size = sizeof from;
  const SOCKET made = ::accept(native_of(socket_).socket, reinterpret_cast<sockaddr*>(&from), &size);
  if (made == INVALID_SOCKET) {
    const int error = ::WSAGetLastError();
    if (error == WSAEWOULDBLOCK) return Outcome::nothing;
    if (error == WSAEMFILE || error == WSAENOBUFS) return Outcome::no_descriptors;
    return Outcome::transient;
  }
  prepare(made);
  set_option(made, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);
  socket = adopt(made);
  if (!socket.valid()) return Outcome::no_descriptors;
  peer = address_of(reinterpret_cast<const sockaddr*>(&from));
  return Outcome::accepted;
}

// Windows has no count of descriptors that could run out before memory does.
void SpareDescriptor::give() { fd_ = -1; }
void SpareDescriptor::take() {}

// ---- Connecting ----------------------------------------------------------------------------------------------------

Candidates look_up(const std::string& host, std::uint16_t port) {
  start_winsock();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    return {{}, "the name is not known (" + words(error) + ")"};
  const AddressList list(found);
  Candidates candidates;
  for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next)
    candidates.list.push_back(
        {address_of(a->ai_addr), a->ai_family, {reinterpret_cast<const char*>(a->ai_addr), a->ai_addrlen}});
  return candidates;
}

Attempt begin_connecting(const Candidate& to) {
  const SOCKET made = make_socket(to.family);
  if (made == INVALID_SOCKET) return {Socket(), to, ::WSAGetLastError()};
  Attempt attempt{adopt(made), to, std::nullopt};
  if (!attempt.socket.valid()) {
    attempt.outcome = WSAENOBUFS;
    return attempt;
  }
  prepare(made);
  ::WSAEventSelect(made, native_of(attempt.socket).event, FD_CONNECT);
  sockaddr_storage raw{};
  std::memcpy(&raw, to.raw.data(), to.raw.size());
  if (::connect(made, reinterpret_cast<const sockaddr*>(&raw), static_cast<int>(to.raw.size())) != 0 &&
      ::WSAGetLastError() != WSAEWOULDBLOCK)
    attempt.outcome = ::WSAGetLastError();
  return attempt;
}

bool wait_for_any(std::vector<Attempt>& attempts, Clock::time_point until, const Waker* waker) {
  std::vector<HANDLE> handles;
  if (waker) handles.push_back(event_of(*waker));
  for (const Attempt& attempt : attempts) handles.push_back(native_of(attempt.socket).event);
  if (handles.size() > MAXIMUM_WAIT_OBJECTS) {  // the others are looked at now and then
    handles.resize(MAXIMUM_WAIT_OBJECTS);
    until = std::min(until, Clock::now() + look_again);
  }
  ::WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, wait_time(until));
  if (waker && ::WaitForSingleObject(event_of(*waker), 0) == WAIT_OBJECT_0) return true;
  for (Attempt& attempt : attempts) {
    const Native& native = native_of(attempt.socket);
    WSANETWORKEVENTS happened{};
    ::WSAEnumNetworkEvents(native.socket, native.event, &happened);
    if ((happened.lNetworkEvents & FD_CONNECT) != 0) attempt.outcome = happened.iErrorCode[FD_CONNECT_BIT];
  }
  return false;
}

std::string why_not(int error) {
  switch (error) {
    case WSAECONNREFUSED: return "nobody listens there (connection refused)";
    case WSAEHOSTUNREACH:
    case WSAENETUNREACH:
    case WSAENETDOWN: return "the network does not reach it (" + words(error) + ")";
    case WSAETIMEDOUT: return "no answer in time";
    default: return words(error);
  }
}
int no_answer() { return WSAETIMEDOUT; }

// ---- The machine ---------------------------------------------------------------------------------------------------

std::vector<std::string> reachable_addresses() {
  constexpr ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
  std::vector<std::max_align_t> memory;
  ULONG size = 16 * 1024;  // bytes, as Microsoft's documentation advises
  ULONG error = ERROR_BUFFER_OVERFLOW;
  for (int tries = 0; tries < 4 && error == ERROR_BUFFER_OVERFLOW; ++tries) {
    memory.resize(size / sizeof(std::max_align_t) + 1);
    error = ::GetAdaptersAddresses(AF_UNSPEC, flags, nullptr, reinterpret_cast<IP_ADAPTER_ADDRESSES*>(memory.data()),
                                   &size);
  }
  if (error != NO_ERROR) return {};
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  for (const auto* a = reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(memory.data()); a != nullptr; a = a->Next) {
    if (a->OperStatus != IfOperStatusUp || a->IfType == IF_TYPE_SOFTWARE_LOOPBACK) continue;
    for (const auto* each = a->FirstUnicastAddress; each != nullptr; each = each->Next) {
      const sockaddr* raw = each->Address.lpSockaddr;
      const Address address = address_of(raw);
      if (raw->sa_family == AF_INET && !address.ip.starts_with("169.254.")) v4.push_back(address.ip);
      sockaddr_in6 in{};
      if (raw->sa_family == AF_INET6) std::memcpy(&in, raw, sizeof in);
      if (raw->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&in.sin6_addr)) v6.push_back(address.ip);
    }
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

std::string system_name() {
  start_winsock();
  std::array<char, 256> name{};  // Microsoft's documentation: always enough
  return ::gethostname(name.data(), static_cast<int>(name.size())) == 0 ? name.data() : "";
}

std::size_t raise_descriptor_limit() { return std::size_t{1} << 24; }  // handles of a process, which nobody can raise

}  // namespace chat
