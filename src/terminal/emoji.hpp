// The short names of emoji, as most chats have them: `:smile:`. Pure; any thread may call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat {

// The text with the signs in place of the names that are known, but for what stands between backticks and what may be
// part of an address or a time (`00:ab:10`).
std::string with_emoji(std::string_view text);
// The signs whose names begin so, each once: the shorter names first, then the order of the alphabet; `most` of them.
std::vector<std::string_view> emoji_beginning(std::string_view begin, std::size_t most);

}  // namespace chat
