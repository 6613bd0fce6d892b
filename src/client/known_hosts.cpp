#include "client/known_hosts.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "net/private_file.hpp"
#include "net/user_files.hpp"

namespace chat {

namespace {

constexpr std::uintmax_t most_bytes = 4 * 1024 * 1024;  // of the file: some 40,000 hosts
constexpr std::string_view hash_prefix = "SHA256:";
constexpr std::size_t hash_characters = 43;  // 32 octets in base64 without padding

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// The text up to the next space, which is taken away with it.
std::string_view take_word(std::string_view& text) {
  const std::size_t space = text.find(' ');
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  return word;
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool is_fingerprint(std::string_view text) {
  if (text == "-") return true;
  if (!text.starts_with(hash_prefix)) return false;
  text.remove_prefix(hash_prefix.size());
  return text.size() == hash_characters && std::all_of(text.begin(), text.end(), is_base64);
}

bool is_host_id(std::string_view text) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text == "-" || (text.size() == 32 && std::all_of(text.begin(), text.end(), hex));
}

}  // namespace

std::optional<Pin> parse_pin(std::string_view line) {
  std::string_view rest = line;
  const std::string_view place = take_word(rest);
  const std::size_t closing = place.rfind("]:");
  if (!place.starts_with('[') || closing == std::string_view::npos) return std::nullopt;
  const auto host = check_host(place.substr(1, closing - 1));
  const auto port = check_port(place.substr(closing + 2));
  if (!host || !port) return std::nullopt;
  Pin pin;
  pin.host = *host;
  pin.port = *port;
  pin.fingerprint = take_word(rest);
  pin.host_id = take_word(rest);
  pin.secure = rest == "secure";
  if (!is_fingerprint(pin.fingerprint) || !is_host_id(pin.host_id)) return std::nullopt;
  if (format_pin(pin) != line) return std::nullopt;
  return pin;
}

std::string format_pin(const Pin& pin) {
  return "[" + lower(pin.host) + "]:" + std::to_string(pin.port) + " " + pin.fingerprint + " " + pin.host_id +
         (pin.secure ? " secure" : " plain");
}

KnownHosts KnownHosts::parse(std::string_view text) {
  KnownHosts hosts;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    hosts.lines_.push_back({std::string(line), parse_pin(line)});
  }
  return hosts;
}

std::string KnownHosts::text() const {
  std::string text;
  for (const Line& line : lines_) text += (line.pin ? format_pin(*line.pin) : line.text) + "\n";
  return text;
}

const Pin* KnownHosts::find(std::string_view host, std::uint16_t port) const {
  const std::string wanted = lower(host);
  for (const Line& line : lines_)
    if (line.pin && line.pin->host == wanted && line.pin->port == port) return &*line.pin;
  return nullptr;
}

void KnownHosts::set(Pin pin) {
  pin.host = lower(pin.host);
  forget(pin.host, pin.port);
  lines_.push_back({{}, std::move(pin)});
}

std::size_t KnownHosts::forget(std::string_view host, std::optional<std::uint16_t> port) {
  const std::string wanted = lower(host);
  return std::erase_if(lines_, [&](const Line& line) {
    return line.pin && line.pin->host == wanted && (!port || line.pin->port == *port);
  });
}

std::filesystem::path known_hosts_path() { return user_file("XDG_DATA_HOME", ".local/share", "known_hosts"); }

Checked<KnownHosts> load_known_hosts(const std::filesystem::path& path) {
  const auto no = [&](const std::string& why) {
    return Checked<KnownHosts>{std::nullopt, "cannot read " + path.string() + ": " + why};
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return {KnownHosts(), {}};
  if (error) return no(error.message());
  if (!std::filesystem::is_regular_file(status)) return no("it is not a file");
  if (std::filesystem::file_size(path, error) > most_bytes || error) return no("it is too large");
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return no("permission denied or a read error");
  return {KnownHosts::parse(text), {}};
}

std::optional<std::string> save_known_hosts(const std::filesystem::path& path, const KnownHosts& hosts) {
  return write_private_file(path, hosts.text());
}

}  // namespace chat
