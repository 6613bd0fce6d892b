// The short names of emoji, as most chats have them: `:smile:`. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat {

// The text with the signs in place of the names that are known, but for what stands between backticks.
std::string with_emoji(std::string_view text);
// The signs whose names begin so, in the order of the alphabet; `most` of them.
std::vector<std::string_view> emoji_beginning(std::string_view begin, std::size_t most);

}  // namespace chat
