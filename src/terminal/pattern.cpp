#include "terminal/pattern.hpp"

#include <unicode/regex.h>

namespace chat {

namespace {

constexpr std::int32_t most_steps = 200;          // of ICU's: about as many milliseconds
constexpr std::int32_t most_stack = 1024 * 1024;  // octets

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

}  // namespace

std::optional<std::string> heard(const Event& event) {
  if (const auto* arrived = std::get_if<PostArrived>(&event)) {
    const Post& post = arrived->post;
    const bool said = post.kind == PostKind::message || post.kind == PostKind::action;
    const bool certain = arrived->seal == Seal::none || arrived->seal == Seal::good;
    if (said && certain && !arrived->own) return post.sender + ": " + post.body;
  } else if (const auto* letter = std::get_if<LetterArrived>(&event)) {
    if (!letter->own && letter->seal == Seal::good) return letter->from + ": " + letter->text;
  }
  return std::nullopt;
}

struct Pattern::Compiled {
  std::unique_ptr<icu::RegexPattern> pattern;
};

Pattern::Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Checked<Pattern> Pattern::of(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError where{};
  Pattern made;
  made.compiled_ = std::make_unique<Compiled>();
  made.compiled_->pattern.reset(icu::RegexPattern::compile(wide(text), 0, where, status));
  if (U_FAILURE(status) || text.empty()) return refused<Pattern>(quoted(text) + " is not a regular expression");
  return {std::move(made), {}};
}

bool Pattern::occurs_in(std::string_view text) const {
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString in = wide(text);
  const std::unique_ptr<icu::RegexMatcher> matcher(compiled_->pattern->matcher(in, status));
  if (U_FAILURE(status)) return false;
  matcher->setTimeLimit(most_steps, status);
  matcher->setStackLimit(most_stack, status);
  const bool found = matcher->find(status);
  return U_SUCCESS(status) && found;
}

}  // namespace chat
