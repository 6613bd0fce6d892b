// The mark that every message of the load generator begins with, and its search in a stream of any protocol.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace bench {

// Four octets, the first of which is not repeated: too long to occur by chance in a binary header (a sequence number,
// a time), and a search that fails never has to go back.
inline constexpr std::string_view mark = "|~#@";
inline constexpr std::size_t stamp_digits = 16;

// A message's text: mark, time stamp (16 hexadecimal digits), filled up to `size` octets.
std::string marked_text(std::uint64_t stamp, std::size_t size);

// Finds marks in one client's stream, which may be cut anywhere.
class MarkFinder {
 public:
  // How many marks end in these bytes. The same few nanoseconds for every protocol.
  std::uint64_t count(std::string_view bytes) {
    std::uint64_t found = 0;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (next(at, end)) ++found;
    return found;
  }
  // Calls found(stamp) for each mark whose time stamp ends in these bytes.
  template <class Found>
  void stamps(std::string_view bytes, Found found) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (at < end) {
      if (digits_left_ == 0 && next(at, end)) digits_left_ = stamp_digits;
      for (; digits_left_ > 0 && at < end; ++at) {
        stamp_ = stamp_ << 4 | static_cast<std::uint64_t>(*at <= '9' ? *at - '0' : *at - 'a' + 10);
        if (--digits_left_ == 0) found(stamp_);
      }
    }
  }

 private:
  // Moves `at` behind the next mark; false: there is none, and `at` is the end.
  bool next(const char*& at, const char* end) {
    while (at < end) {
      if (matched_ == 0) {
        at = static_cast<const char*>(std::memchr(at, mark[0], static_cast<std::size_t>(end - at)));
        if (!at) {
          at = end;
          return false;
        }
        ++at;
        matched_ = 1;
      } else if (*at != mark[matched_]) {
        matched_ = 0;
      } else {
        ++at;
        if (++matched_ < mark.size()) continue;
        matched_ = 0;
        return true;
      }
    }
    return false;
  }

  std::size_t matched_ = 0;
  std::size_t digits_left_ = 0;
  std::uint64_t stamp_ = 0;
};

}  // namespace bench
