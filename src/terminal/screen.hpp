// What to send to the terminal so that the line being typed stays below everything that is said. It lives in the
// terminal's last rows and uses no alternate screen: what is said scrolls away into the terminal's own scrollback.
// Pure: gives octets, writes nothing. Every sequence that clint emits while it edits is made here or in tty_*.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat {

struct ScreenSize {
  int columns = 80;
  int rows = 24;
  bool operator==(const ScreenSize&) const = default;
};

// What stands below what is said.
struct InputArea {
  std::vector<std::string> pending;  // one row each, dim: said, and not yet acknowledged
  std::string prompt;                // one line
  std::string text;                  // what is typed, may have several lines
  std::size_t cursor = 0;            // octets of `text` before it
};

// Belongs to one thread at a time. Texts are shown through printable().
class Screen {
 public:
  // reflows: the terminal breaks lines anew when it changes its size. styled: it may be told to show text dim.
  Screen(ScreenSize size, bool reflows, bool styled) : size_(size), reflows_(reflows), styled_(styled) {}
  ScreenSize size() const { return size_; }
  std::string show();                         // the area appears, below the cursor
  std::string again();                        // the same after somebody else had the terminal; erases the row
  void forget() { shown_ = false; }           // somebody else has the terminal now
  std::string hide();                         // the area is gone, the cursor at the beginning of an empty row
  std::string update(const InputArea& area);  // the area is now this
  // Whole lines, harmless already, appear above the area, which is this one from now on.
  std::string print(std::string_view lines, const InputArea& area);
  std::string resize(ScreenSize size);  // the terminal has changed its size
  std::string clear();                  // the screen is empty but for the area; the scrollback stays

 private:
  struct Row {
    std::string octets;
    int columns = 0;
    bool exact = true;  // ASCII: there is no doubt about its columns
    bool dim = false;
    bool operator==(const Row&) const = default;
  };
  struct Picture {
    std::vector<Row> rows;
    std::size_t row = 0;     // the cursor's
    std::size_t before = 0;  // octets of that row before the cursor
    int column = 0;          // of the cursor
  };
  Picture laid_out() const;
  std::string drawn(const Row& row) const;
  std::string place(const Picture& picture) const;
  std::string erased() const;
  std::string whole(Picture picture);
  std::string changed(Picture picture);

  ScreenSize size_;
  const bool reflows_;
  const bool styled_;
  bool shown_ = false;
  InputArea area_;
  Picture now_;  // on the terminal
};

}  // namespace chat
