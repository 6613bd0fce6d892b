// Who is behind a name: the number that two people compare to know that nobody sits between them. Pure.
#pragma once

#include <string>

#include "crypto/hpke.hpp"

namespace chat {

// One side's half: 30 digits of SHA-512, iterated 5,200 times over version | key | id (SECURITY.md).
std::string safety_half(const PublicKey& key, std::string_view id);
// Both halves, the smaller first, in twelve groups of five digits with a blank between: the same on both sides.
std::string safety_number(const PublicKey& one, std::string_view one_id, const PublicKey& other,
                          std::string_view other_id);

}  // namespace chat
