#include <mmsystem.h>
#include <windows.h>

#include "terminal/notice.hpp"

namespace chat {

void play_sound(const std::string& file) { ::PlaySoundA(file.c_str(), nullptr, SND_FILENAME | SND_ASYNC | SND_NOSTOP); }

}  // namespace chat
