// How clint calls its user, who looks elsewhere: the terminal's bell, the desktop's notification, a sound.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/options.hpp"

namespace chat {

enum class Notice { off, bell, desktop };

// How a user wants to be called, and by what.
struct Calling {
  Notice how = Notice::bell;
  // Nothing; private messages; the user's name, too; all that is said.
  enum class By { off, pm, mention, all } by = By::mention;
  std::map<std::string, By, std::less<>> rooms;  // those that have their own, and @NAME
  std::vector<std::string> words;                // that count like the name
  std::string sound;                             // a file; empty: none
  By by_in(std::string_view room) const;         // a room's, or @NAME's, own, else `by`
};
Calling calling_from(const ClintOptions& options);
std::vector<std::string> words_in(std::string_view text);  // with blanks or commas between

// ROOM=LEVEL and @NAME=LEVEL, as words_in(). The last one counts.
Checked<std::map<std::string, Calling::By, std::less<>>> rooms_in(std::string_view text);
// Such a text in which a room has this level; empty: none of its own. `text` must be one that rooms_in() takes.
std::string with_level(std::string_view text, const std::string& room, std::string_view level);
// "in #ops: off; in #tea: all; in all other rooms: mention"; `here` is where our user is, a room or @NAME.
std::string calling_line(const ClintOptions& options, const std::string& here);

// What a terminal is sent: BEL, or OSC 9 and OSC 777, which terminals that do not know them ignore. `title` and `text`
// are made harmless and short. Pure.
std::string notice_sequence(Notice notice, std::string_view title, std::string_view text);

// Plays a file by the first player that the system has, without waiting for it and without a shell:
// sound_posix.cpp, sound_windows.cpp. One at a time: while one plays there is no other. Any thread.
void play_sound(const std::string& file);

}  // namespace chat
