#include "crypto/verifier.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <charconv>

namespace chat {

namespace {

constexpr std::string_view first_line = "clint verifier 1";

// Takes "word value\n" from the front of the text.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view word) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(word) || end <= word.size() || text[word.size()] != ' ')
    return std::nullopt;
  const std::string_view value = text.substr(word.size() + 1, end - word.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

std::optional<std::uint32_t> number_of(std::optional<std::string_view> text) {
  std::uint32_t number = 0;
  if (!text || text->empty() || text->front() == '0') return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<Secret> octets_of(std::optional<std::string_view> hex) {
  if (!hex || hex->size() % 2 != 0) return std::nullopt;
  Secret octets(hex->size() / 2);
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const int high = digit((*hex)[2 * i]);
    const int low = digit((*hex)[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets.data()[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return octets;
}

std::string hex(std::string_view octets) {
  return hex_text({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

}  // namespace

VerifierId random_verifier_id() {
  VerifierId id{};
  ensure(RAND_bytes(id.data(), static_cast<int>(id.size())) == 1, "the system has no random numbers");
  return id;
}

MadeVerifier make_verifier(const Secret& password, KdfParameters parameters) {
  return make_verifier(password, std::move(parameters), random_verifier_id());
}

MadeVerifier make_verifier(const Secret& password, KdfParameters parameters, const VerifierId& id) {
  PasswordKeys keys = derive(password, parameters, id);
  const PointOctets l = registration_record(keys.w1);
  return {{id, std::move(parameters), std::move(keys.w0), l}, std::move(keys.room_key)};
}

Verifier make_account_verifier(const Secret& password, KdfParameters parameters, std::string_view account) {
  const VerifierId id = random_verifier_id();
  AccountKeys keys = derive_account(password, parameters, id, account);
  const PointOctets l = registration_record(keys.w1);
  return {id, std::move(parameters), std::move(keys.w0), l};
}

Secret format_verifier(const Verifier& verifier) {
  const KdfParameters& kdf = verifier.kdf;
  const std::string id = "\nid " + hex_text(verifier.id);
  const std::string before = std::string(first_line) + id + "\nn " + std::to_string(kdf.n) + "\nr " +
                             std::to_string(kdf.r) + "\np " + std::to_string(kdf.p) + "\nsalt " + hex(kdf.salt) +
                             "\nw0 ";
  const std::string after = "\nl " + hex_text(verifier.l) + "\n";
  Secret text(before.size() + 2 * verifier.w0.size() + after.size());
  auto* end = std::copy(before.begin(), before.end(), text.data());
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char octet : verifier.w0.view()) {  // into its place: no other copy is left anywhere
    *end++ = static_cast<unsigned char>(digits[static_cast<unsigned char>(octet) >> 4]);
    *end++ = static_cast<unsigned char>(digits[static_cast<unsigned char>(octet) & 15]);
  }
  std::copy(after.begin(), after.end(), end);
  return text;
}

Checked<Verifier> parse_verifier(std::string_view text) {
  if (!text.starts_with(first_line) || !text.substr(first_line.size()).starts_with('\n'))
    return refused<Verifier>("it does not begin with \"" + std::string(first_line) + "\"");
  text.remove_prefix(first_line.size() + 1);
  const auto id = octets_of(take_value(text, "id"));
  const auto n = number_of(take_value(text, "n"));
  const auto r = number_of(take_value(text, "r"));
  const auto p = number_of(take_value(text, "p"));
  const auto salt = octets_of(take_value(text, "salt"));
  auto w0 = octets_of(take_value(text, "w0"));
  const auto l = octets_of(take_value(text, "l"));
  if (!id || id->size() != 16 || !n || !r || !p || !salt || !w0 || !l || !text.empty())
    return refused<Verifier>("a line is missing, too many, or cannot be read");
  Verifier verifier{{}, {*n, *r, *p, Bytes(salt->view())}, std::move(*w0), {}};
  if (!acceptable(verifier.kdf)) return refused<Verifier>("its n, r, p or salt are out of range");
  if (!is_scalar(verifier.w0)) return refused<Verifier>("its w0 is out of range");
  if (!is_point(l->view())) return refused<Verifier>("its l is not a point of the curve");
  std::copy_n(id->data(), verifier.id.size(), verifier.id.begin());
  std::copy_n(l->data(), verifier.l.size(), verifier.l.begin());
  return {std::move(verifier), {}};
}

}  // namespace chat
