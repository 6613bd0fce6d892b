// What socket.cpp and stdio.cpp, which know no system, ask of it: socket_posix.cpp, socket_windows.cpp,
// stdio_posix.cpp, stdio_windows.cpp. Private to these files and their tests.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/socket.hpp"

namespace chat {

// For a wait until then: in ms, at most an hour; -1 without an end.
int timeout_ms(Clock::time_point until);

// ---- Addresses -----------------------------------------------------------------------------------------------------

using Ipv6Octets = std::array<std::uint8_t, 16>;
std::optional<Ipv6Octets> parse_ipv6(const std::string& ip);  // by the system
std::string ipv6_text(const Ipv6Octets& octets);              // by the system; RFC 5952

std::string system_name();                 // what the system says is this machine's name; empty: nothing
bool is_host_name(std::string_view text);  // RFC 1123 section 2.1: letters, digits, hyphens, dots

// An address from its 4 or 16 octets in network order. An IPv4-mapped IPv6 address is written as IPv4.
Address make_address(std::span<const std::uint8_t> octets, std::uint16_t port);

// ---- Connecting ----------------------------------------------------------------------------------------------------

// Where to connect to.
struct Candidate {
  Address address;
  int family = 0;   // the system's number
  std::string raw;  // the octets of its sockaddr
};
struct Candidates {
  std::vector<Candidate> list;
  std::string error;  // when the list is empty: one sentence
};
// Every address of a name, in the system's order. Blocks for as long as the system likes.
Candidates look_up(const std::string& host, std::uint16_t port);
// Waits until one of them (the second may be null) is woken, or `until` has come.
void wait_for_either(const Waker& one, const Waker* other, Clock::time_point until);
// The families in turn, the first one first (RFC 8305 section 4).
std::vector<Candidate> interleaved(const std::vector<Candidate>& list);

struct Attempt {
  Socket socket;
  Candidate to;
  std::optional<int> outcome;  // the system's error, 0 when connected; nothing while that is open
};
// Begins to connect; an attempt that failed at once has its outcome.
Attempt begin_connecting(const Candidate& to);
// Waits until an attempt has its outcome, the waker (may be null) is woken, or `until` has come. True: the waker was.
bool wait_for_any(std::vector<Attempt>& attempts, Clock::time_point until, const Waker* waker);
// Why it did not connect, for the user.
std::string why_not(int error);
int no_answer();  // the system's error for it

}  // namespace chat
