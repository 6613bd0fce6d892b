#include "terminal/screen.hpp"

#include <algorithm>
#include <utility>

#include "net_utils.hpp"
#include "terminal/clusters.hpp"

namespace chat {

namespace {

constexpr std::string_view erase_below = "\x1b[J";
constexpr std::string_view erase_right = "\x1b[K";
constexpr std::string_view clear_screen = "\x1b[H\x1b[2J";
constexpr std::string_view dim_on = "\x1b[2m";
constexpr std::string_view style_off = "\x1b[0m";
constexpr std::size_t most_pending = 3;  // rows

std::string move(int count, char direction) {
  return count <= 0 ? std::string() : "\x1b[" + std::to_string(count) + direction;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// How often a terminal of this width breaks the text, and the column behind it then: a wide sign is not cut in two.
std::pair<int, int> broken_anew(std::string_view text, int width) {
  int breaks = 0;
  int column = 0;
  for (const Cluster& cluster : clusters_of(text)) {
    if (column + cluster.columns > width && column > 0) {
      ++breaks;
      column = 0;
    }
    column += cluster.columns;
  }
  return {breaks, column};
}

}  // namespace

// A row never fills the last column: so no terminal is in doubt whether it has begun the next one.
Screen::Picture Screen::laid_out() const {
  const int most = std::max(size_.columns - 1, 2);
  Picture picture;
  const std::size_t pending = area_.pending.size();
  const std::size_t shown = std::min({pending, most_pending, static_cast<std::size_t>(std::max(size_.rows - 2, 0))});
  for (std::size_t i = pending - shown; i < pending; ++i) {
    const std::string text = printable(area_.pending[i]);
    const std::string_view cut = cut_to_columns(text, most);
    picture.rows.push_back({std::string(cut), columns_of(cut), is_ascii(cut), true});
  }
  const std::size_t first = picture.rows.size();
  const std::string prompt = printable(area_.prompt);
  Row row{prompt, columns_of(prompt), is_ascii(prompt), false};
  while (row.columns > most) {  // a question in a narrow window
    const std::string_view cut = cut_to_columns(row.octets, most);
    picture.rows.push_back({std::string(cut), columns_of(cut), is_ascii(cut), false});
    row.octets.erase(0, cut.size());
    row.columns = columns_of(row.octets);
  }
  const auto break_row = [&] { picture.rows.push_back(std::exchange(row, {})); };
  const auto put_cursor = [&] {
    picture.row = picture.rows.size();
    picture.before = row.octets.size();
    picture.column = row.columns;
  };
  for (const Cluster& cluster : clusters_of(area_.text)) {
    const std::string_view octets = std::string_view(area_.text).substr(cluster.begin, cluster.size);
    const bool newline = octets == "\n";
    const std::string sign = newline ? std::string() : printable(octets);
    const int columns = sign == octets ? cluster.columns : columns_of(sign);
    if (!newline && row.columns + columns > most) break_row();
    if (cluster.begin == area_.cursor) put_cursor();
    if (newline) {
      break_row();
      continue;
    }
    row.octets += sign;
    row.columns += columns;
    row.exact = row.exact && is_ascii(sign);
  }
  if (area_.cursor >= area_.text.size()) put_cursor();
  picture.rows.push_back(std::move(row));
  // What is higher than the window shows the part around the cursor.
  const auto room = static_cast<std::size_t>(std::max(size_.rows - 1, 1));
  if (picture.rows.size() > room) {
    const std::size_t above = std::min(picture.row + 1 > room ? picture.row + 1 - room : 0, picture.rows.size() - room);
    const std::size_t skipped = std::max(above, std::min(first, picture.rows.size() - room));
    picture.rows.erase(picture.rows.begin(), picture.rows.begin() + static_cast<std::ptrdiff_t>(skipped));
    picture.row -= skipped;
    picture.rows.resize(std::min(picture.rows.size(), room));
  }
  return picture;
}

std::string Screen::drawn(const Row& row) const {
  if (!row.dim || !styled_) return row.octets;
  return std::string(dim_on) + row.octets + std::string(style_off);
}

// From the beginning of the cursor's row to the cursor. Writing what stands before it again puts the cursor where the
// terminal itself thinks it is, even if it measures the signs otherwise than we do.
std::string Screen::place(const Picture& picture) const {
  const Row& row = picture.rows[picture.row];
  if (row.exact) return move(picture.column, 'C');
  return row.octets.substr(0, picture.before);
}

// Then the cursor stands where the area began. Its first row is erased by itself: where that is the screen's first,
// too, tmux keeps in its scrollback what would be erased from there on.
std::string Screen::erased() const {
  std::string octets = "\r" + move(static_cast<int>(now_.row), 'A') + std::string(erase_right);
  if (now_.rows.size() > 1) octets += move(1, 'B') + std::string(erase_below) + move(1, 'A');
  return octets;
}

std::string Screen::whole(Picture picture) {
  std::string octets;
  for (const Row& row : picture.rows) octets += (&row == picture.rows.data() ? "" : "\n") + drawn(row);
  const int up = static_cast<int>(picture.rows.size() - 1 - picture.row);
  if (up > 0 || picture.before != picture.rows.back().octets.size()) octets += "\r" + move(up, 'A') + place(picture);
  now_ = std::move(picture);
  return octets;
}

// Only the rows that differ; at the end of a row only what came or went there.
std::string Screen::changed(Picture picture) {
  std::string octets;
  std::size_t row = now_.row;
  bool in_place = false;  // the cursor stands where `picture` wants it
  const auto go_to = [&](std::size_t wanted) {
    const auto down = static_cast<int>(wanted) - static_cast<int>(row);
    octets += "\r" + move(-down, 'A') + move(down, 'B');
    row = wanted;
  };
  const std::size_t common = std::min(picture.rows.size(), now_.rows.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Row& old = now_.rows[i];
    const Row& fresh = picture.rows[i];
    if (old == fresh) continue;
    in_place = false;
    const bool at_end = i == row && now_.row == i && now_.before == old.octets.size() && octets.empty();
    if (at_end && !fresh.dim && fresh.octets.starts_with(old.octets)) {
      octets += fresh.octets.substr(old.octets.size());
      in_place = picture.row == i && picture.before == fresh.octets.size();
      continue;
    }
    go_to(i);
    octets += drawn(fresh) + (fresh.octets.starts_with(old.octets) ? "" : std::string(erase_right));
  }
  if (now_.rows.size() > common) {
    go_to(common);
    octets += erase_below;
    in_place = false;
  }
  if (picture.rows.size() > common) {
    go_to(common - 1);
    for (std::size_t i = common; i < picture.rows.size(); ++i) octets += "\n" + drawn(picture.rows[i]);
    row = picture.rows.size() - 1;
    in_place = false;
  }
  const bool moved = picture.row != now_.row || picture.before != now_.before;
  if (!in_place && (moved || !octets.empty())) {
    go_to(picture.row);
    octets += place(picture);
  }
  now_ = std::move(picture);
  return octets;
}

std::string Screen::show() {
  if (shown_) return {};
  shown_ = true;
  return whole(laid_out());
}

std::string Screen::again() {
  shown_ = true;
  return "\r" + std::string(erase_below) + whole(laid_out());
}

std::string Screen::hide() {
  if (!shown_) return {};
  shown_ = false;
  return erased();
}

std::string Screen::update(const InputArea& area) {
  area_ = area;
  return shown_ ? changed(laid_out()) : std::string();
}

std::string Screen::print(std::string_view lines, const InputArea& area) {
  area_ = area;
  if (!shown_) return std::string(lines);
  std::string octets = erased();
  octets += lines;
  return octets + whole(laid_out());
}

std::string Screen::resize(ScreenSize size) {
  if (size == size_) return {};
  // A terminal that reflows has broken our rows where they are too long for it now; the cursor went with its sign.
  if (reflows_ && size.columns < size_.columns && shown_) {
    int above = 0;
    for (std::size_t i = 0; i < now_.row; ++i) above += broken_anew(now_.rows[i].octets, size.columns).first;
    const Row& row = now_.rows[now_.row];
    const auto [breaks, column] = broken_anew(std::string_view(row.octets).substr(0, now_.before), size.columns);
    now_.row += static_cast<std::size_t>(above + breaks + (column >= size.columns ? 1 : 0));
  }
  size_ = size;
  if (!shown_) return {};
  // How many rows there are below is not known for sure.
  const std::string octets = "\r" + move(static_cast<int>(now_.row), 'A') + std::string(erase_right);
  return octets + std::string(erase_below) + whole(laid_out());
}

std::string Screen::clear() {
  if (!shown_) return std::string(clear_screen);
  const std::string octets = erased() + std::string(clear_screen);  // many terminals keep what was on the screen
  return octets + whole(laid_out());
}

}  // namespace chat
