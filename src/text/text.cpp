// The part of net_utils.hpp that is about text and names, and needs ICU.
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <numeric>
#include <vector>

#include "net_utils.hpp"

namespace chat {

// ---- Text ----------------------------------------------------------------------------------------------------------

namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t size = 0;  // octets; 0: not UTF-8 here
};

// The character at `at`: shortest form only, no surrogates, nothing above U+10FFFF (RFC 3629 section 3).
Decoded decode_utf8(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = octet(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) return {};
  char32_t point = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(at + i) & 0xc0) != 0x80) return {};
    point = point << 6 | (octet(at + i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return {};
  return {point, size};
}

// Reorders what stands beside it: U+061C, 200E/F, 202A-E, 2066-9 (Unicode TR #9 section 2).
bool is_bidi_control(char32_t c) {
  return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }

// What no text may hold, new line and tab apart.
bool is_forbidden(char32_t c) {
  return is_control(c) || c == 0x2028 || c == 0x2029 || is_bidi_control(c) || (c >= 0xe0000 && c <= 0xe007f);
}

// Invisible, and no script needs it within a word (the zero-width joiners U+200C/D are left alone).
bool is_invisible(char32_t c) {
  return c == 0x200b || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad || c == 0x180e ||
         (c >= 0xfff9 && c <= 0xfffb);
}

// Takes no place of its own. The joiners count too, lest each of them lets eight more marks in.
bool is_mark(char32_t c) {
  return c == 0x200c || c == 0x200d ||
         (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}

constexpr int most_marks = 8;  // shown on one base character

// Calls on_character(point, octets) or on_bad(octet) for each piece of the text.
template <class OnCharacter, class OnBad>
void each_character(std::string_view text, OnCharacter on_character, OnBad on_bad) {
  for (std::size_t at = 0; at < text.size();) {
    const Decoded d = decode_utf8(text, at);
    if (d.size == 0) {
      on_bad(static_cast<unsigned char>(text[at]));
      ++at;
    } else {
      on_character(d.point, text.substr(at, d.size));
      at += d.size;
    }
  }
}

}  // namespace

bool is_clean_text(std::string_view text) {
  // Most of what is said is this from end to end, and the host looks at every message.
  const auto other = std::find_if(text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; });
  text.remove_prefix(static_cast<std::size_t>(other - text.begin()));
  bool clean = true;
  each_character(
      text, [&](char32_t c, std::string_view) { clean = clean && (c == '\n' || c == '\t' || !is_forbidden(c)); },
      [&](unsigned char) { clean = false; });
  return clean;
}

std::string clean_text(std::string_view text) {
  std::string clean;
  each_character(
      text,
      [&](char32_t c, std::string_view octets) {
        if (c == '\n' || c == '\t' || !is_forbidden(c)) clean.append(octets);
      },
      [](unsigned char) {});
  return clean;
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  int marks = 0;
  std::array<char, 16> escape{};
  const auto show = [&](const char* format, unsigned value) {
    const int size = std::snprintf(escape.data(), escape.size(), format, value);
    shown.append(escape.data(), static_cast<std::size_t>(size));
    marks = 0;
  };
  each_character(
      text,
      [&](char32_t c, std::string_view octets) {
        if (c >= 0x20 && c < 0x7f) {  // the common case
          marks = 0;
          shown.append(octets);
        } else if (c == '\t') {
          shown.append("    ");
        } else if (c < 0x80) {
          show("\\x%02x", c);
        } else if (is_forbidden(c) || is_invisible(c)) {
          show("\\u{%04x}", c);
        } else {
          marks = is_mark(c) ? marks + 1 : 0;
          if (marks <= most_marks) shown.append(octets);
        }
      },
      [&](unsigned char octet) { show("\\x%02x", octet); });
  return shown;
}

std::string quoted(std::string_view text) {
  const std::string shown = printable(text.substr(0, 40));
  return "\"" + shown + (text.size() > 40 ? "...\"" : "\"");
}

// ---- Names ---------------------------------------------------------------------------------------------------------

namespace {

// ICU's checker for names of one script and known letters; made once, const and so safe in every thread.
const USpoofChecker* spoof_checker() {
  static const USpoofChecker* const checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker* made = uspoof_open(&status);
    uspoof_setRestrictionLevel(made, USPOOF_SINGLE_SCRIPT_RESTRICTIVE);
    uspoof_setChecks(made, USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS | USPOOF_CHAR_LIMIT,
                     &status);
    icu::UnicodeSet allowed(*uspoof_getRecommendedUnicodeSet(&status));
    allowed.add('_').add('.').add('-');
    uspoof_setAllowedUnicodeSet(made, &allowed, &status);
    ensure(U_SUCCESS(status), "ICU has no data to check names with");
    return made;
  }();
  return checker;
}

std::string fold(std::string_view name) {
  std::string folded;
  icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())))
      .foldCase()
      .toUTF8String(folded);
  return folded;
}

// The skeleton of UTS #39 section 4, with small and capital letters apart.
std::string look_of(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString skeleton;
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  uspoof_getSkeletonUnicodeString(spoof_checker(), 0, text, skeleton, &status);
  ensure(U_SUCCESS(status), "ICU cannot make a skeleton");
  std::string look;
  skeleton.toUTF8String(look);
  return look;
}

// Reserved, or looks it. Small and capital letters are looked at as they are written, so that "aIl" is refused and
// Ali, a common name, is not.
bool is_reserved(std::string_view name) {
  static const auto looks = [] {
    std::vector<std::string> made;
    for (std::string word : {"host", "server", "system", "everyone", "all"}) {
      for (const std::size_t capitals : {std::size_t{0}, std::size_t{1}, word.size()}) {
        for (std::size_t i = 0; i < capitals; ++i) word[i] = static_cast<char>(std::toupper(word[i]));
        made.push_back(look_of(word));
      }
    }
    return made;
  }();
  const auto found = [](const std::string& look) { return std::find(looks.begin(), looks.end(), look) != looks.end(); };
  return found(look_of(name)) || found(fold(look_of(fold(name))));
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

enum class NameFlaw { none, length, characters };

NameFlaw name_flaw(std::string_view name, std::size_t most_characters) {
  if (name.empty() || name.size() > 4 * most_characters) return NameFlaw::length;
  std::size_t characters = 0;
  int marks = 0;
  bool allowed = true;
  bool first = true;
  each_character(
      name,
      [&](char32_t c, std::string_view) {
        const auto category = U_MASK(u_charType(static_cast<UChar32>(c)));
        const bool letter = (category & (U_GC_L_MASK | U_GC_ND_MASK)) != 0;
        const bool later = (category & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0 || c == '_' || c == '.' || c == '-';
        marks = is_mark(c) ? marks + 1 : 0;  // more than printable() shows could tell two names apart unseen
        allowed = allowed && (letter || (!first && later)) && marks <= most_marks;
        first = false;
        ++characters;
      },
      [&](unsigned char) { allowed = false; });
  if (characters > most_characters) return NameFlaw::length;
  if (!allowed) return NameFlaw::characters;
  if (is_ascii(name)) return NameFlaw::none;
  UErrorCode status = U_ZERO_ERROR;
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  if (uspoof_check2UnicodeString(spoof_checker(), text, nullptr, &status) != 0 || U_FAILURE(status))
    return NameFlaw::characters;
  return NameFlaw::none;
}

std::string to_nfc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  ensure(U_SUCCESS(status), "ICU has no data for NFC");
  std::string normal;
  nfc->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))),
                 status)
      .toUTF8String(normal);
  return normal;
}

Checked<std::string> check_any_name(std::string_view given, std::size_t most, const std::string& what) {
  const std::string name = is_ascii(given) || given.size() > 16 * most ? std::string(given) : to_nfc(given);
  switch (name_flaw(name, most)) {
    case NameFlaw::none: return {name, {}};
    case NameFlaw::length:
      return refused<std::string>(quoted(given) + " is not " + what + ": it has 1 to " + std::to_string(most) +
                                  " characters");
    case NameFlaw::characters: break;
  }
  return refused<std::string>(quoted(given) + " is not " + what +
                              ": letters and digits of one script and _ . - are allowed, a letter or digit first");
}

}  // namespace

std::array<std::string, 2> name_skeletons(std::string_view name) {
  if (!is_ascii(name)) return {fold(look_of(fold(name))), fold(look_of(name))};
  // The look of ASCII text is that of its characters, one by one: looked up, since every log-in asks.
  static const auto folded_looks = [] {
    std::array<std::string, 128> made;
    for (std::size_t c = 0x21; c < 0x7f; ++c) made[c] = fold(look_of(std::string(1, static_cast<char>(c))));
    return made;
  }();
  std::array<std::string, 2> skeletons;
  for (const char c : name) {
    skeletons[0] += folded_looks[static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)];
    skeletons[1] += folded_looks[static_cast<unsigned char>(c)];
  }
  return skeletons;
}

bool look_alike(std::string_view one, std::string_view other) {
  for (const std::string& a : name_skeletons(one))
    for (const std::string& b : name_skeletons(other))
      if (a == b) return true;
  return false;
}

Checked<std::string> check_name(std::string_view text) {
  auto checked = check_any_name(text, limits::name_characters, "a name");
  if (checked && is_reserved(*checked))
    return refused<std::string>(quoted(text) +
                                " is not a name for people: host, server, system, everyone and all, and " +
                                "what looks like them, are reserved");
  return checked;
}

Checked<std::string> check_room(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  return check_any_name(text, limits::room_characters, "a room");
}

// ---- What was probably meant ---------------------------------------------------------------------------------------

namespace {

// Letters to change, add or take away to get from one to the other; two neighbours swapped count as one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, row(b.size() + 1), below(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    below[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      below[j] = std::min({row[j] + 1, below[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        below[j] = std::min(below[j], before[j - 2] + 1);
    }
    before = row;
    row.swap(below);
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view written, std::span<const std::string_view> names) {
  written = written.substr(0, 32);
  std::string_view best;
  std::size_t least = 0;
  for (const std::string_view each : names) {
    if (!written.empty() && each.starts_with(written)) return each;
    const std::size_t here = distance(written, each);
    if (!best.empty() && here >= least) continue;
    best = each;
    least = here;
  }
  return best;
}

std::string_view probably_meant(std::string_view written, std::span<const std::string_view> names) {
  const std::string_view best = nearest(written, names);
  const bool begins_so = !written.empty() && best.starts_with(written.substr(0, 32));
  return begins_so || distance(written.substr(0, 32), best) <= (written.size() + 1) / 3 ? best : std::string_view();
}

std::string not_one_of(std::string_view written, std::span<const std::string> values) {
  std::string list;
  for (const std::string& each : values) list += (list.empty() ? "" : ", ") + each;
  const std::vector<std::string_view> names(values.begin(), values.end());
  const std::string_view meant = probably_meant(written, names);
  return quoted(written) + " is none of " + list +
         (meant.empty() ? std::string() : "; did you mean " + std::string(meant) + "?");
}

}  // namespace chat
