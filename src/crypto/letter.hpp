// A private message as it travels: HPKE between two sessions' keys, tied to who says it to whom on which host. Pure.
#pragma once

#include "crypto/hpke.hpp"

namespace chat {

struct LetterContext {
  std::string_view host_id;
  std::string_view sender;  // the name as the host stamps it
  PublicKey sender_key{};
  std::string_view recipient;
  PublicKey recipient_key{};
  std::uint64_t session = 0;  // the sender's
  std::uint64_t message = 0;  // the sender's message id
};

// What HPKE calls info: SHA-256("clint v1 dm" | host id | sender | its key | recipient | its key), each with its
// length (u32) before it.
Bytes letter_info(const LetterContext& context);
// Of the text as padded() has it. Nothing when the recipient's key is no good one.
std::optional<Bytes> seal_letter(const KeyPair& from, const LetterContext& context, const SealedText& text);
// Nothing when it is not what the context says.
std::optional<SealedText> open_letter(const KeyPair& to, const LetterContext& context, std::string_view body);

}  // namespace chat
