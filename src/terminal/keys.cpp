#include "terminal/keys.hpp"

#include <algorithm>
#include <array>

namespace chat {

namespace {

constexpr std::string_view paste_begin = "\x1b[200~";
constexpr std::string_view paste_end = "\x1b[201~";
constexpr std::size_t most_paste_bytes = 1 << 20;         // the rest of a larger paste is dropped
constexpr std::size_t most_sequence_bytes = 32;           // no key's is longer
constexpr std::string_view replacement = "\xef\xbf\xbd";  // for octets that are no UTF-8

unsigned char octet(char c) { return static_cast<unsigned char>(c); }

// Octets of the character that begins with this one; 0: none does.
std::size_t character_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

// xterm's modifier parameter: 1 + (1 Shift, 2 Alt, 4 Ctrl).
void apply_modifiers(Key& key, int parameter) {
  const int bits = parameter > 0 ? parameter - 1 : 0;
  key.shift = (bits & 1) != 0;
  key.alt = (bits & 2) != 0;
  key.ctrl = (bits & 4) != 0;
}

Key::Kind kind_of_final(char final) {
  switch (final) {
    case 'A': return Key::Kind::up;
    case 'B': return Key::Kind::down;
    case 'C': return Key::Kind::right;
    case 'D': return Key::Kind::left;
    case 'H': return Key::Kind::home;
    case 'F': return Key::Kind::end;
    case 'Z': return Key::Kind::tab;
    case 'I': return Key::Kind::focus_in;
    case 'O': return Key::Kind::focus_out;
    default: return Key::Kind::unknown;
  }
}

Key::Kind kind_of_number(int number) {
  switch (number) {
    case 1:
    case 7: return Key::Kind::home;
    case 3: return Key::Kind::remove;
    case 4:
    case 8: return Key::Kind::end;
    case 5: return Key::Kind::page_up;
    case 6: return Key::Kind::page_down;
    default: return Key::Kind::unknown;
  }
}

// The key of CSI `parameters` `final`.
Key key_of_sequence(std::string_view parameters, char final) {
  std::array<int, 4> numbers{};
  std::size_t count = 0;
  for (const char c : parameters) {
    if (c >= '0' && c <= '9') {
      numbers[count] = std::min(numbers[count] * 10 + (c - '0'), 9999);
    } else if (c == ';' && count + 1 < numbers.size()) {
      ++count;
    } else {
      return {};
    }
  }
  Key key;
  key.kind = final == '~' ? kind_of_number(numbers[0]) : kind_of_final(final);
  if (key.kind == Key::Kind::unknown) return {};
  apply_modifiers(key, numbers[1]);
  if (final == 'Z') key.shift = true;
  return key;
}

Key key_of_control(unsigned char c) {
  Key key;
  switch (c) {
    case '\r':
    case '\n': key.kind = Key::Kind::enter; return key;
    case '\t': key.kind = Key::Kind::tab; return key;
    case 0x08:
    case 0x7f: key.kind = Key::Kind::backspace; return key;
    case 0x1b: key.kind = Key::Kind::escape; return key;
    default: break;
  }
  key.kind = Key::Kind::control;
  const auto letter = static_cast<char>(c | 0x40);
  key.text = std::string(1, letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 0x20) : letter);
  return key;
}

// What was pasted, with \n alone as a new line and without the marks in it.
std::string pasted_text(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (text[i] == '\x1b' && (rest.starts_with(paste_end) || rest.starts_with(paste_begin))) {
      i += paste_end.size() - 1;
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    result += text[i] == '\r' ? '\n' : text[i];
  }
  return result;
}

}  // namespace

std::optional<Key> KeyReader::next() {
  while (pasting_ || !buffer_.empty()) {
    if (pasting_) return take_paste();
    const bool whole = expired_;
    if (buffer_[0] != '\x1b') {
      auto key = take_plain(whole, 0);
      if (buffer_.empty()) expired_ = false;
      return key;
    }
    if (buffer_.starts_with(paste_begin)) {
      buffer_.erase(0, paste_begin.size());
      pasting_ = true;
      continue;
    }
    auto key = take_escape(whole);
    if (!key) return key;
    expired_ = false;
    return key;
  }
  expired_ = false;
  return std::nullopt;
}

// Moves the first octets of what came into the paste.
void KeyReader::keep_pasted(std::size_t size) {
  paste_.append(buffer_, 0, std::min(size, most_paste_bytes - paste_.size()));
  buffer_.erase(0, size);
}

// A mark that is itself part of what is pasted must not end it: of all that comes without a pause, what stands before
// the last end mark is one paste, and what stands behind it was typed.
std::optional<Key> KeyReader::take_paste() {
  if (const std::size_t end = buffer_.rfind(paste_end); end != std::string::npos) {
    keep_pasted(end);
    buffer_.erase(0, paste_end.size());
    paste_ended_ = true;
  }
  // The last octets may be the beginning of an end mark. Nobody types as much as a paste can have.
  if (!paste_ended_ || buffer_.size() > most_paste_bytes)
    keep_pasted(buffer_.size() - std::min(buffer_.size(), paste_end.size() - 1));
  if (!paste_ended_ || !quiet_) return std::nullopt;
  pasting_ = paste_ended_ = false;
  Key key;
  key.kind = Key::Kind::paste;
  key.text = pasted_text(paste_);
  paste_.clear();
  return key;
}

std::optional<Key> KeyReader::taken(std::size_t size, Key key) {
  buffer_.erase(0, size);
  return key;
}

// A character or a control that begins at `at` (after an Escape: with Alt).
std::optional<Key> KeyReader::take_plain(bool whole, std::size_t at) {
  const unsigned char first = octet(buffer_[at]);
  Key key;
  if (first < 0x20 || first == 0x7f) {
    key = key_of_control(first);
    key.alt = at > 0;
    return taken(at + 1, key);
  }
  key.kind = Key::Kind::text;
  key.alt = at > 0;
  const std::size_t size = character_size(first);
  for (std::size_t i = 1; i < size; ++i) {
    if (at + i == buffer_.size()) {
      if (!whole) return std::nullopt;
      key.text = replacement;
      return taken(at + i, key);
    }
    if ((octet(buffer_[at + i]) & 0xc0) == 0x80) continue;
    key.text = replacement;
    return taken(at + i, key);
  }
  key.text = size == 0 ? std::string(replacement) : buffer_.substr(at, size);
  return taken(at + std::max<std::size_t>(size, 1), key);
}

std::optional<Key> KeyReader::take_escape(bool whole) {
  Key escape;
  escape.kind = Key::Kind::escape;
  std::size_t at = 1;
  if (at < buffer_.size() && buffer_[at] == '\x1b') {  // Escape twice, or Alt with a key that has a sequence
    if (at + 1 == buffer_.size() && !whole) return std::nullopt;
    return taken(1, escape);
  }
  if (at == buffer_.size()) return whole ? taken(1, escape) : std::nullopt;
  const char introducer = buffer_[at];
  if (introducer != '[' && introducer != 'O') return take_plain(whole, at);
  ++at;
  if (introducer == '[' && at < buffer_.size() && buffer_[at] == '[') ++at;  // F1 to F5 of the Linux console
  for (; at < buffer_.size() && at < most_sequence_bytes; ++at) {
    const unsigned char c = octet(buffer_[at]);
    if (c >= 0x20 && c <= 0x3f) continue;
    if (c < 0x40 || c > 0x7e) return taken(at, {});  // broken off: what comes now stands for itself
    Key key = key_of_sequence(std::string_view(buffer_).substr(2, at - 2), buffer_[at]);
    // In SS3 (the keypad's and some terminals' arrows) I and O are no focus events.
    if (introducer == 'O' && (key.kind == Key::Kind::focus_in || key.kind == Key::Kind::focus_out)) key = {};
    if (introducer == 'O' && buffer_[at] == 'M') key.kind = Key::Kind::enter;
    return taken(at + 1, key);
  }
  if (at == most_sequence_bytes || whole) return taken(at, {});
  return std::nullopt;
}

}  // namespace chat
