// mmsystem.h needs windows.h before it.
// clang-format off
#include <windows.h>
#include <mmsystem.h>
// clang-format on

#include "terminal/notice.hpp"

namespace chat {

void play_sound(const std::string& file) { ::PlaySoundA(file.c_str(), nullptr, SND_FILENAME | SND_ASYNC | SND_NOSTOP); }

}  // namespace chat
