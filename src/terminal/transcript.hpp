// What was said while clint runs: to be searched, and written to a file if its user wants that.
#pragma once

#include <deque>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "client/events.hpp"

namespace chat {

// Belongs to one thread at a time.
class Transcript {
 public:
  void add(const PostArrived& arrived);
  void add(const LetterArrived& letter);
  // Lines in which all these words occur, upper and lower case alike: the last `most` of them, oldest first, and how
  // many there were.
  struct Found {
    std::vector<std::string> lines;
    std::size_t all = 0;
  };
  Found find(const std::string& words, std::size_t most) const;
  // From now on each line goes to the end of this file, which its owner alone can read; empty: no more. Gives one
  // sentence when it cannot be written.
  std::optional<std::string> log_to(const std::string& file);
  // The file could not be written any more; said once.
  bool failed();

 private:
  void add_line(std::string text);

  std::deque<std::string> lines_;
  std::ofstream file_;
  bool failed_ = false;
};

// "2026-11-21 14:03 [#ops] alice: hello", without what could act on a terminal.
std::string transcript_line(const PostArrived& arrived);
// Whether all the words occur in the text, upper and lower case alike.
bool has_words(const std::string& text, const std::string& words);

}  // namespace chat
