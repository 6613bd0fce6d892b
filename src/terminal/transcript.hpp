// What was said while clint runs: to be searched, and written to a file if its user wants that.
#pragma once

#include <deque>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "client/events.hpp"
#include "terminal/search.hpp"

namespace chat {

// Belongs to one thread at a time.
class Transcript {
 public:
  void add(const PostArrived& arrived);
  void add(const LetterArrived& letter);
  // The lines that it finds of what was said: the last `most` of them, oldest first, and how many there were.
  struct Found {
    std::vector<std::string> lines;
    std::size_t all = 0;
  };
  Found find(const Search& search, std::size_t most) const;
  // From now on each line goes to the end of this file, which its owner alone can read; empty: no more. Says why
  // not, and how to go on.
  std::optional<std::string> log_to(const std::string& file);
  // The file could not be written any more; said once.
  bool failed();

 private:
  struct Line {
    std::string text;
    std::string from;
    std::string room;  // empty: a private message
    std::uint64_t time_ms = 0;
    bool said = true;  // else somebody came, went or has another name
    std::size_t bytes() const { return text.size() + from.size() + room.size(); }
  };
  void add_line(Line line);

  std::deque<Line> lines_;
  std::size_t bytes_ = 0;  // of them
  std::ofstream file_;
  bool failed_ = false;
};

// What of such a line is not the time: "[#ops] alice: hello".
std::string without_time(const std::string& line);
// "2026-11-21 14:03 [#ops] alice: hello", without what could act on a terminal.
std::string transcript_line(const PostArrived& arrived);

}  // namespace chat
