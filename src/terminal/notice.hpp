// How clint calls its user, who looks elsewhere: the terminal's bell, the desktop's notification, a sound.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terminal/options.hpp"

namespace chat {

enum class Notice { off, bell, desktop };

// How a user wants to be called, and by what.
struct Calling {
  Notice how = Notice::bell;
  enum class By { pm, mention, all } by = By::mention;  // private messages; the user's name, too; all that is said
  std::vector<std::string> words;                       // that count like the name
  std::string sound;                                    // a file; empty: none
};
Calling calling_from(const ClintOptions& options);
std::vector<std::string> words_in(std::string_view text);  // with blanks or commas between

// What a terminal is sent: BEL, or OSC 9 and OSC 777, which terminals that do not know them ignore. `title` and `text`
// are made harmless and short. Pure.
std::string notice_sequence(Notice notice, std::string_view title, std::string_view text);

// Plays a file by the first player that the system has, without waiting for it and without a shell:
// sound_posix.cpp, sound_windows.cpp. One at a time: while one plays there is no other. Any thread.
void play_sound(const std::string& file);

}  // namespace chat
