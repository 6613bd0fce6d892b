// How posts look to somebody who reads along at a terminal: time, colour, one event one line. Pure but for the local
// time, which it is given.
#pragma once

#include <ctime>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "client/events.hpp"
#include "terminal/markup.hpp"
#include "terminal/presences.hpp"

namespace chat {

inline constexpr std::size_t longest_time = 128;  // octets that stand before a line, one more for the end

// Whether text may be coloured. `wanted`: auto, always or never, as given by the user.
bool use_color(std::string_view wanted, bool terminal, const char* no_color, const char* term);

// Whether the terminal is told where links begin and end (OSC 8). `wanted`: auto, always or never; `variable` gives
// those of the environment. auto: where the terminal is known for it; always: also where it is not known that it
// cannot.
bool use_links(std::string_view wanted, bool terminal, const std::function<const char*(const char*)>& variable);

// Belongs to one thread at a time.
class Looks {
 public:
  struct Config {
    bool terminal = false;    // times, and one line for each event; else as post_lines() says
    bool color = false;       // attributes are emitted
    std::string time_format;  // of strftime; empty: no times
    std::string theme;        // default, dark, light or mono; anything else is the default
    std::function<std::tm(std::time_t)> local_time;
    bool links = false;  // the terminal is told which text is one
  };
  Looks() = default;
  // now: a day that begins after it is marked, as is any other.
  Looks(Config config, std::time_t now);
  // Whole lines. my_name: what is looked for in the text. room: to be named before it; empty: it goes without saying.
  std::string post(const PostArrived& arrived, std::string_view my_name, std::string_view room = {});
  // The same for what was said before: dim, and names in one colour.
  std::string past_post(const PostArrived& arrived, std::string_view my_name, std::string_view room = {});
  std::string past(const PastArrived& event, std::string_view my_name);  // the answer to /history
  std::string found(const std::string& harmless) const;                  // lines of transcript_line()
  std::string letter(const LetterArrived& event);                        // whole lines
  std::string presences(const Presences::Folded& folded, std::string_view room = {});
  std::string marker(std::string_view text) const;        // "---- new ----"
  std::string linked(const std::string& harmless) const;  // lines of the host, or about a room
  bool color() const { return config_.color; }

 private:
  std::string lines_of(const PostArrived& arrived, std::string_view my_name, std::string_view room, Markup& markup);
  std::string stamp(std::time_t time);
  std::string named(const PostArrived& arrived, std::string_view my_name) const;
  std::string dimmed(const std::string& text) const;

  Config config_;
  std::tm day_{};  // of the line before
};

// The colours that names have in a theme, of xterm's 256; none: names are bold.
std::span<const int> theme_colors(std::string_view theme);

// Whether the text names somebody, as a word of its own; upper and lower case are the same.
bool mentions(std::string_view text, std::string_view name);

}  // namespace chat
