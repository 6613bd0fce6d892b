// Row B6 of the fault table: nobody's name looks like another's, or like the host's. Scripts of the world are welcome.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net_utils.hpp"

namespace chat {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string times(int count, std::string_view piece) {
  std::string out;
  for (int i = 0; i < count; ++i) out += piece;
  return out;
}

// Refused as a name, or so like the other that the host would refuse it.
bool mistaken_for(std::string_view name, std::string_view other) {
  const auto checked = check_name(name);
  return !checked || look_alike(*checked, *check_name(other));
}

TEST(Names, OrdinaryOnesAreAllowed) {
  for (const auto name : {"alice"sv, "Bob"sv, "clint1"sv, "a"sv, "7"sv, "a.b"sv, "a-b"sv, "a_b"sv, "alice-2"sv,
                          "x1_.-"sv, "abcdefghijklmnopqrstuvwx"sv})
    EXPECT_EQ(check_name(name).value, name) << check_name(name).error;
}

TEST(Names, ScriptsOfTheWorldAreAllowed) {
  for (const auto name : {"Привет"sv, "李雷"sv,       "عمر"sv,    "नमस्ते"sv, "Ελένη"sv, "Алексей"sv, "さくら"sv,
                          "タロウ"sv, "山田たろう"sv, "김철수"sv, "דוד"sv,  "สมชาย"sv, "José"sv,    "Zoë"sv,
                          "Łukasz"sv, "Müller"sv,     "Nguyễn"sv, "ნინო"sv, "Արամ"sv,  "முருகன்"sv,  "মিতা"sv})
    EXPECT_EQ(check_name(name).value, name) << check_name(name).error;
}

TEST(Names, OfPeopleAreNotMistakenForReservedWords) {
  for (const auto name : {"Ali"sv, "ali"sv, "ALI"sv, "Allan"sv, "Sally"sv, "hosta"sv, "Hostetler"sv, "systems"sv})
    EXPECT_TRUE(check_name(name)) << check_name(name).error;
}

TEST(Names, APersonCanBeWithMoreThanOneName) {
  // A skeleton must not throw together names that people have.
  for (const auto& [one, other] :
       {std::pair{"Ali"sv, "Eli"sv}, {"Anna", "Hanna"}, {"Neil", "Nell"}, {"Jon", "John"}, {"Mia", "Maya"}})
    EXPECT_FALSE(look_alike(one, other)) << one << " " << other;
}

// ---- Against "alice" -----------------------------------------------------------------------------------------------

TEST(NameSpoofing, NothingPassesForAlice) {
  const std::vector<std::pair<std::string_view, std::string_view>> table{
      {"Alice", "case"},
      {"ALICE", "case"},
      {"aIice", "capital I for l"},
      {"a1ice", "digit one for l"},
      {"alice ", "trailing space"},
      {" alice", "leading space"},
      {"al ice", "space within"},
      {"alice\xc2\xa0", "no-break space"},
      {"al\xd1\x96"
       "ce",
       "Cyrillic i"},
      {"\xd0\xb0lice", "Cyrillic a"},
      {"ali\xd1\x81"
       "e",
       "Cyrillic es for c"},
      {"alic\xd0\xb5", "Cyrillic ie for e"},
      {"\xce\xb1lice", "Greek alpha"},
      {"ali\xe2\x80\x8d"
       "ce",
       "zero-width joiner"},
      {"ali\xe2\x80\x8c"
       "ce",
       "zero-width non-joiner"},
      {"ali\xe2\x80\x8b"
       "ce",
       "zero-width space"},
      {"ali\xc2\xad"
       "ce",
       "soft hyphen"},
      {"\xef\xbb\xbf"
       "alice",
       "byte order mark"},
      {"alice\xe2\x80\xae", "right-to-left override"},
      {"\xe2\x80\xae"
       "ecila",
       "right-to-left override"},
      {"\xef\xbd\x81\xef\xbd\x8c\xef\xbd\x89\xef\xbd\x83\xef\xbd\x85", "fullwidth"},
      {"\xf0\x9d\x92\x82\xf0\x9d\x92\x8d\xf0\x9d\x92\x8a\xf0\x9d\x92\x84\xf0\x9d\x92\x86", "mathematical letters"},
      {"alice\xf3\xa0\x80\x80", "tag character"},
      {"alice\xf3\xa0\x81\x81", "tag letter"},
      {"alice\xef\xb8\x8f", "variation selector"},
      {"al\xc4\xb1"
       "ce",
       "dotless i"},
  };
  for (const auto& [name, trick] : table) EXPECT_TRUE(mistaken_for(name, "alice")) << trick;
}

TEST(NameSpoofing, BothWritingsOfAnAccentAreTheSameName) {
  const auto composed = check_name("\xc3\xa0lice");
  const auto apart = check_name("a\xcc\x80lice");
  ASSERT_TRUE(composed) << composed.error;
  ASSERT_TRUE(apart) << apart.error;
  EXPECT_EQ(*composed, *apart) << "NFC";
  EXPECT_EQ(*composed, "\xc3\xa0lice");
}

TEST(NameSpoofing, MoreMarksThanAreShownAreRefused) {
  // printable() shows at most eight marks on a letter: a ninth would tell two names apart that look the same.
  EXPECT_FALSE(check_name("q\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x86\xcc\x87\xcc\x88\xcc\x8a"));
}

TEST(NameSpoofing, NamesOfAnotherScriptThatLookAlikeShareASkeleton) {
  EXPECT_TRUE(look_alike("scope", "\xd1\x95\xd1\x81\xd0\xbe\xd1\x80\xd0\xb5"));  // Cyrillic
  EXPECT_TRUE(look_alike("modern", "rnodern"));
  EXPECT_TRUE(look_alike("bob0", "bobO"));
}

TEST(NameSpoofing, MixedScriptsAreRefused) {
  for (const auto name : {"p\xd0\xb0ul"sv, "\xd0\x9fривeт"sv, "李bob"sv, "Ελένηa"sv, "עליa"sv})
    EXPECT_FALSE(check_name(name)) << name;
}

TEST(NameSpoofing, MixedDigitsAreRefused) { EXPECT_FALSE(check_name("عمر١2")); }

// ---- Shapes --------------------------------------------------------------------------------------------------------

TEST(Names, AreOneToTwentyFourCharacters) {
  EXPECT_FALSE(check_name(""));
  EXPECT_TRUE(check_name(times(24, "x")));
  EXPECT_FALSE(check_name(times(25, "x")));
  EXPECT_TRUE(check_name(times(24, "\xd0\x9f"))) << "characters are counted, not octets";
  EXPECT_FALSE(check_name(times(25, "\xd0\x9f")));
  EXPECT_FALSE(check_name(std::string(1'000'000, 'x')));
  EXPECT_NE(check_name(times(25, "x")).error.find("1 to 24"), std::string::npos);
}

TEST(Names, BeginWithALetterOrDigit) {
  for (const auto name : {"-x"sv, ".x"sv, "_x"sv, "--name"sv, "\xcc\x80x"sv}) EXPECT_FALSE(check_name(name)) << name;
}

TEST(Names, HoldNothingThatAFileAShellOrACommandReads) {
  for (const auto name : {"*"sv,
                          "@all"sv,
                          "a@b"sv,
                          "../x"sv,
                          ".."sv,
                          "a/b"sv,
                          "a\\b"sv,
                          "#lobby"sv,
                          "/quit"sv,
                          "a:b"sv,
                          "a,b"sv,
                          "$HOME"sv,
                          "`x`"sv,
                          "a;b"sv,
                          "a|b"sv,
                          "a&b"sv,
                          "<b>"sv,
                          "a\"b"sv,
                          "a'b"sv,
                          "a%b"sv,
                          "a=b"sv,
                          "a!b"sv,
                          "\xf0\x9f\x98\x80"sv})
    EXPECT_FALSE(check_name(name)) << name;
}

TEST(Names, HoldNoControlCharacterAndNoBrokenUtf8) {
  for (int c = 0; c < 0x20; ++c) EXPECT_FALSE(check_name("al"s + static_cast<char>(c) + "ice")) << c;
  for (const auto name : {"a\x7f"sv, "a\x9b"sv, "a\xc2\x9b"sv, "a\xc0\x80"sv, "a\xed\xa0\x80"sv, "a\xe2\x82"sv,
                          "a\xff"sv, "a\0b"sv, "a\xe2\x80\xa8"sv})
    EXPECT_FALSE(check_name(name)) << printable(name);
}

TEST(Names, ReservedWordsAndWhatLooksLikeThemAreRefused) {
  for (const auto name : {"host"sv, "server"sv, "system"sv, "everyone"sv, "all"sv, "Host"sv, "SERVER"sv, "System"sv,
                          "aIl"sv, "a11"sv, "h0st"sv, "5erver\xef\xb8\x8f"sv, "\xd1\x95\xd1\x83\xd1\x95tem"sv, "All"sv})
    EXPECT_FALSE(check_name(name)) << name;
  EXPECT_NE(check_name("server").error.find("reserved"), std::string::npos);
}

TEST(Names, ARefusalIsOneHarmlessLine) {
  for (const auto& name :
       {"\x1b[2J"s, "a\nb"s, "\xe2\x80\xae"s, times(1000, "\xcc\x80"), "\xff\xff"s, "server"s, ""s}) {
    const std::string error = check_name(name).error;
    EXPECT_FALSE(error.empty());
    EXPECT_EQ(printable(error), error);
    EXPECT_LT(error.size(), 600u);
  }
}

TEST(Names, WhatIsAcceptedIsAcceptedAgainUnchanged) {
  for (const auto name : {"a\xcc\x80lice"sv, "Привет"sv, "e\xcc\x81"sv, "\xe1\x84\x80\xe1\x85\xa1"sv}) {
    const auto once = check_name(name);
    if (!once) continue;
    EXPECT_EQ(check_name(*once).value, *once);
  }
}

// ---- Skeletons -----------------------------------------------------------------------------------------------------

TEST(Skeletons, FoldCase) {
  EXPECT_TRUE(look_alike("Bob", "bob"));
  EXPECT_TRUE(look_alike("ПРИВЕТ", "привет"));
}
TEST(Skeletons, OfDifferentNamesDiffer) {
  std::map<std::string, std::string_view> seen;
  for (const auto name :
       {"alice"sv, "bob"sv, "carol"sv, "dave"sv, "eve"sv, "mallory"sv, "clint1"sv, "clint2"sv, "clint10"sv, "Привет"sv,
        "李雷"sv, "عمر"sv, "नमस्ते"sv, "Ελένη"sv, "alice-2"sv, "alice_2"sv, "alice.2"sv}) {
    for (const std::string& skeleton : name_skeletons(name)) {
      const auto [place, fresh] = seen.emplace(skeleton, name);
      EXPECT_TRUE(fresh || place->second == name) << name << " and " << place->second;
    }
  }
}
TEST(Skeletons, OfTheNamesAHostGivesNeverMeet) {
  std::set<std::string> seen;
  for (int i = 1; i <= 10'000; ++i)
    EXPECT_TRUE(seen.insert(name_skeletons("clint" + std::to_string(i))[0]).second) << i;
}

// ---- Rooms ---------------------------------------------------------------------------------------------------------

TEST(Rooms, HaveOneToSixtyFourCharactersAndMayBeWrittenWithASharp) {
  EXPECT_EQ(check_room("lobby").value, "lobby");
  EXPECT_EQ(check_room("#lobby").value, "lobby");
  EXPECT_TRUE(check_room(times(64, "x")));
  EXPECT_FALSE(check_room(times(65, "x")));
  for (const auto room : {""sv, "#"sv, "##a"sv, "a b"sv, "-a"sv, "../x"sv, "a#b"sv,
                          "l\xd0\xbe"
                          "bby"sv,
                          "a\x1b"sv})
    EXPECT_FALSE(check_room(room)) << room;
  EXPECT_TRUE(check_room("all")) << "reserved words are names of people only";
}

}  // namespace
}  // namespace chat
