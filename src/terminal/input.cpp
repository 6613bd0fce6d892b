#include "terminal/input.hpp"

#include <array>

namespace chat {

void Input::read() {
  std::array<char, 16 * 1024> bytes;
  const Console::Got got = console_.read(bytes);
  lines_.feed({bytes.data(), got.bytes});
  if (!got.end) return;
  ended_ = true;
  lines_.finish();
}

}  // namespace chat
