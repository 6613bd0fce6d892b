// How clint calls its user, who looks elsewhere: the terminal's bell, the desktop's notification, a sound.
#pragma once

#include <string>
#include <string_view>

namespace chat {

enum class Notice { off, bell, desktop };
Notice notice_from(std::string_view name);  // off, bell or desktop

// What a terminal is sent: BEL, or OSC 9 and OSC 777, which terminals that do not know them ignore. `title` and `text`
// are made harmless and short. Pure.
std::string notice_sequence(Notice notice, std::string_view title, std::string_view text);

// Plays a file by the first player that the system has, without waiting for it and without a shell:
// sound_posix.cpp, sound_windows.cpp. One at a time: while one plays there is no other. Any thread.
void play_sound(const std::string& file);

}  // namespace chat
