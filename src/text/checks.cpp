// The part of net_utils.hpp that judges ports, times, addresses and messages.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "net_utils.hpp"

namespace chat {

namespace {

// A decimal number of up to nine digits, without sign or space.
std::optional<std::uint32_t> decimal(std::string_view text) {
  std::uint32_t value = 0;
  if (text.empty() || text.size() > 9) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const auto value = decimal(part);
    if (!value || *value > 255 || (part.size() > 1 && part[0] == '0')) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

bool is_hex_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// The number of 16-bit groups in "a:b:c"; at the address's end the last may be an IPv4 address. Nothing: it is wrong.
std::optional<int> ipv6_groups(std::string_view text, bool at_end) {
  int groups = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (is_hex_group(group)) {
      ++groups;
    } else if (last && at_end && is_ipv4(group)) {
      groups += 2;
    } else {
      return std::nullopt;
    }
    if (last) return groups;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return groups;
}

// RFC 4291 section 2.2, with an optional zone (RFC 4007 section 11).
bool is_ipv6(std::string_view text) {
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) {
    const std::string_view name = text.substr(zone + 1);
    const auto fits = [](char c) {
      return c == '.' || c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c));
    };
    if (name.empty() || name.size() > 15 || !std::all_of(name.begin(), name.end(), fits)) return false;
    text = text.substr(0, zone);
  }
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8 && !text.empty();
  const auto before = ipv6_groups(text.substr(0, gap), false);
  const auto after = ipv6_groups(text.substr(gap + 2), true);
  return before && after && *before + *after <= 7;
}

// RFC 1123 section 2.1; the underscore and non-ASCII letters are not for host names.
bool is_dns_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > limits::host_characters) return false;
  bool digits_only = true;  // a last label of digits would be a mistyped IPv4 address
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
      if (c != '-' && !std::isalnum(static_cast<unsigned char>(c))) return false;
    digits_only = std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (dot == std::string_view::npos) return !digits_only;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Checked<std::uint16_t> check_port(std::string_view text) {
  const auto value = decimal(text);
  if (!value || *value < 1 || *value > 65535)
    return refused<std::uint16_t>(quoted(text) + " is not a port: a port is a whole number from 1 to 65535");
  return {static_cast<std::uint16_t>(*value), {}};
}

Checked<std::chrono::milliseconds> check_timeout(std::string_view text) {
  constexpr std::uint32_t most = 31'536'000;
  const auto value = decimal(text);
  if (value && *value <= most) return {std::chrono::seconds(*value), {}};
  if (auto time = check_duration(text); time && *time <= std::chrono::seconds(most)) return time;
  return refused<std::chrono::milliseconds>(
      quoted(text) +
      " is not a timeout: it is whole seconds from 0 (none) to 31536000 (a year), or a time such as 500ms or 1h30m");
}

Checked<std::chrono::milliseconds> check_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t ms;
  };
  constexpr std::array<Unit, 6> units{
      {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
  constexpr std::uint32_t most = 1'000'000;
  constexpr std::uint64_t longest = 100 * 365 * 86'400'000ULL;  // what the system's clock counts is not much more
  std::uint64_t sum = 0;
  std::string_view rest = text;
  std::size_t next = 0;  // of the units: each once, the longer ones first
  while (!rest.empty()) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto digits = std::find_if_not(rest.begin(), rest.end(), is_digit);
    const auto end = std::find_if(digits, rest.end(), is_digit);
    const auto number = decimal({rest.begin(), digits});
    const std::string_view name(digits, end);
    while (next < units.size() && units.at(next).name != name) ++next;
    if (!number || *number > most || next == units.size()) break;
    sum += *number * units.at(next++).ms;
    rest = {end, rest.end()};
  }
  if (!rest.empty() || sum == 0 || sum > longest)
    return refused<std::chrono::milliseconds>(quoted(text) + " is not a time such as 500ms, 30s, 15m, 1h30m or 7d");
  return {std::chrono::milliseconds(sum), {}};
}

Checked<std::string> check_host(std::string_view text) {
  if (is_ipv4(text) || is_ipv6(text) || is_dns_name(text)) return {std::string(text), {}};
  return refused<std::string>(
      quoted(text) +
      " is not a host: give an IPv4 address (192.168.1.7), an IPv6 address (2001:db8::7) or a name "
      "(letters, digits, '-' and '.')");
}

Checked<Endpoint> check_endpoint(std::string_view text) {
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    const std::string_view rest = close == std::string_view::npos ? "?" : text.substr(close + 1);
    if (!(rest.empty() || rest.starts_with(':')))
      return refused<Endpoint>(quoted(text) +
                               " is not an address: write an IPv6 address and port as [2001:db8::7]:12345");
    host = text.substr(1, close - 1);
    if (!is_ipv6(host))
      return refused<Endpoint>(quoted(text) +
                               " is not an address: between [ and ] stands an IPv6 address, as in [2001:db8::7]");
    if (!rest.empty()) port = rest.substr(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && text.rfind(':') == colon) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  Endpoint endpoint;
  auto checked_host = check_host(host);
  const std::size_t last = text.rfind(':');
  if (!checked_host && last != std::string_view::npos && is_ipv6(text.substr(0, last)) &&
      check_port(text.substr(last + 1)))
    return refused<Endpoint>(quoted(text) + " is not an address; did you mean [" + std::string(text.substr(0, last)) +
                             "]" + std::string(text.substr(last)) + "?");
  if (!checked_host) return refused<Endpoint>(std::move(checked_host.error));
  endpoint.host = *checked_host;
  if (port) {
    auto checked_port = check_port(*port);
    if (!checked_port) return refused<Endpoint>(std::move(checked_port.error));
    endpoint.port = *checked_port;
  }
  return {std::move(endpoint), {}};
}

Checked<std::string> check_message(std::string_view text) {
  if (text.empty()) return refused<std::string>("an empty message is not sent");
  if (text.size() > limits::message_bytes)
    return refused<std::string>("the message has " + std::to_string(text.size()) + " bytes; at most " +
                                std::to_string(limits::message_bytes) + " are allowed");
  if (!is_clean_text(text))
    return refused<std::string>(
        "the message is not valid UTF-8 or holds control characters; plain text, new lines and "
        "tabs are allowed");
  return {std::string(text), {}};
}

}  // namespace chat
