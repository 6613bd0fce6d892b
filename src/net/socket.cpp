// What sockets have in common on every system.
#include "net/socket.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "net/system.hpp"
#include "net/thread.hpp"

namespace chat {

int timeout_ms(Clock::time_point until) {
  if (until == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

// ---- Address -------------------------------------------------------------------------------------------------------

Address make_address(std::span<const std::uint8_t> octets, std::uint16_t port) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 section 2.5.5.2
  if (octets.size() == 16 && std::equal(mapped.begin(), mapped.end(), octets.begin())) octets = octets.last(4);
  Address address;
  address.port = port;
  if (octets.size() == 4) {
    for (const std::uint8_t octet : octets) address.ip += (address.ip.empty() ? "" : ".") + std::to_string(octet);
  } else if (octets.size() == 16) {
    Ipv6Octets all{};
    std::copy(octets.begin(), octets.end(), all.begin());
    address.ip = ipv6_text(all);
  }
  return address;
}

std::string Address::text() const {
  return (ip.find(':') == std::string::npos ? ip : "[" + ip + "]") + ":" + std::to_string(port);
}

bool Address::is_loopback() const { return ip.starts_with("127.") || ip == "::1"; }

bool lacks_zone(const std::string& ip) {
  const auto octets = parse_ipv6(ip);
  return octets && (*octets)[0] == 0xfe && ((*octets)[1] & 0xc0) == 0x80;  // fe80::/10, RFC 4291 section 2.5.6
}

std::string Address::group() const {
  auto octets = parse_ipv6(ip);
  if (!octets || lacks_zone(ip)) return ip;
  std::fill(octets->begin() + 8, octets->end(), std::uint8_t{0});
  return ipv6_text(*octets) + "/64";
}

bool is_host_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  constexpr std::size_t most = 253;  // RFC 1035 section 2.3.4, as text
  return !text.empty() && text.size() <= most && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::string host_name() {
  std::string name = system_name();
  return is_host_name(name) ? name : std::string();
}

// ---- Socket --------------------------------------------------------------------------------------------------------

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Listener::wait(const Waker& waker, Clock::time_point until) const {
  wait_for(socket_, Want::input, until, &waker);
}

// ---- Connecting ----------------------------------------------------------------------------------------------------

std::vector<Candidate> interleaved(const std::vector<Candidate>& list) {
  std::vector<Candidate> first;
  std::vector<Candidate> other;
  for (const Candidate& each : list) (each.family == list.front().family ? first : other).push_back(each);
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    if (i < first.size()) all.push_back(std::move(first[i]));
    if (i < other.size()) all.push_back(std::move(other[i]));
  }
  return all;
}

namespace {

// The system's look-up has a time limit of its own, often half a minute: it has a thread of its own, too, which is left
// to itself when nobody waits for it any more. Nothing: `until` has come, or the waker was woken.
std::optional<Candidates> look_up_until(const std::string& host, std::uint16_t port, Clock::time_point until,
                                        const Waker* waker) {
  struct Found {
    Waker done;
    Mutex mu;
    std::optional<Candidates> candidates GUARDED_BY(mu);
  };
  const auto found = std::make_shared<Found>();
  Thread thread = Thread::start([found, host, port] {
    Candidates candidates = look_up(host, port);
    {
      MutexLock lock(found->mu);
      found->candidates = std::move(candidates);
    }
    found->done.wake();
  });
  if (!thread.joinable()) return look_up(host, port);
  wait_for_either(found->done, waker, until);
  {
    MutexLock lock(found->mu);
    if (!found->candidates) {
      thread.abandon();
      return std::nullopt;
    }
  }
  thread.join();
  MutexLock lock(found->mu);
  return std::move(found->candidates);
}

}  // namespace

Connected connect_to(const std::string& host, std::uint16_t port, Clock::time_point until, const Waker* waker) {
  constexpr auto between_attempts = std::chrono::milliseconds(250);  // RFC 8305 section 8
  Connected result;
  const auto found = look_up_until(host, port, until, waker);
  if (!found) {
    result.woken = waker && wait_for(Socket(), Want::hangup, Clock::now(), waker).woken;
    result.error = "its name could not be looked up in time";
    result.unknown = true;
    return result;
  }
  if (found->list.empty()) {
    result.error = found->error;
    result.unknown = true;
    return result;
  }
  const auto addresses = interleaved(found->list);
  std::vector<Attempt> attempts;
  std::size_t next = 0;
  auto next_at = Clock::now();
  int error = no_answer();
  while (Clock::now() < until) {
    if (next < addresses.size() && (Clock::now() >= next_at || attempts.empty())) {
      Attempt attempt = begin_connecting(addresses[next++]);
      if (attempt.outcome)
        error = *attempt.outcome;
      else
        attempts.push_back(std::move(attempt));
      next_at = Clock::now() + between_attempts;
      continue;
    }
    if (attempts.empty()) break;
    if (wait_for_any(attempts, next < addresses.size() ? std::min(next_at, until) : until, waker)) {
      result.woken = true;
      return result;
    }
    for (std::size_t i = attempts.size(); i-- > 0;) {
      if (!attempts[i].outcome) continue;
      error = *attempts[i].outcome;
      if (error == 0) {
        result.peer = attempts[i].to.address;
        result.socket = std::move(attempts[i].socket);
        return result;
      }
      attempts.erase(attempts.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  result.error = why_not(attempts.empty() ? error : no_answer());
  if (lacks_zone(host))
    result.error += "; " + host + " needs a zone, the interface that it is behind: " + host + "%eth0";
  return result;
}

}  // namespace chat
