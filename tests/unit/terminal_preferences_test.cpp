#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

#include "settings/settings.hpp"
#include "terminal/looks.hpp"
#include "terminal/notice.hpp"
#include "terminal/preferences.hpp"
#include "terminal/search.hpp"

namespace chat {
namespace {

TEST(Preferences, EachTakesWhatItNamesAndGivesItBack) {
  ClintOptions options;
  for (const Preference& each : preferences()) {
    SCOPED_TRACE(each.key);
    for (const std::string& value : each.values) {
      EXPECT_EQ(set_preference(options, each.key, value), std::nullopt);
      EXPECT_EQ(each.text(options), value);
    }
    if (!each.values.empty()) {
      const std::string before = each.text(options);
      EXPECT_NE(set_preference(options, each.key, "nonsense"), std::nullopt);
      EXPECT_EQ(each.text(options), before);
    }
  }
  EXPECT_TRUE(std::is_sorted(preferences().begin(), preferences().end(),
                             [](const Preference& a, const Preference& b) { return a.key < b.key; }));
}

TEST(Preferences, TimesAreMinutesOrHaveAUnit) {
  ClintOptions options;
  EXPECT_EQ(find_preference("away-after")->text(options), "15");
  EXPECT_EQ(set_preference(options, "away-after", "90s"), std::nullopt);
  EXPECT_EQ(options.away_after, std::chrono::seconds(90));
  EXPECT_EQ(find_preference("away-after")->text(options), "90s");
  EXPECT_EQ(set_preference(options, "away-after", "soon"),
            "\"soon\" is not a time: give minutes, or 90s, 15m or 1h30m; 0 is never");
}

TEST(Preferences, ATimeFormatIsOneThatStrftimeHas) {
  ClintOptions options;
  for (const char* good : {"", "%H:%M", "%Y-%m-%d %H:%M:%S", "%a %e. %b", "%-I:%M %p", "%l:%M %P", "%Ey %Od %%", "%T|",
                           "at %c", "\u23f0 %R"}) {
    EXPECT_EQ(set_preference(options, "time-format", good), std::nullopt) << good;
    EXPECT_EQ(options.time_format, good);
  }
  options.time_format = "%R";
  for (const auto& [wrong, what] :
       std::vector<std::pair<std::string, std::string>>{{"%Q", "\"%Q\" is no part of a time; there are %H"},
                                                        {"%H:%", "\"%\" is no part of a time"},
                                                        {"%H:%i", "\"%i\" is no part"},
                                                        {"%n%H", "\"%n\" is no part"},
                                                        {"%EH", "\"%EH\" is no part"},
                                                        {"%-", "\"%-\" is no part"},
                                                        {"a\nb", " is not one line of text"},
                                                        {"\x1b[2J", " is not one line of text"},
                                                        {"%c%c%c%c%c%c", " makes too long a time"}}) {
    const auto error = set_preference(options, "time-format", wrong);
    ASSERT_TRUE(error) << wrong;
    EXPECT_NE(error->find(what), std::string::npos) << *error;
    EXPECT_TRUE(is_clean_text(*error) && error->ends_with("; empty: no times")) << *error;
    EXPECT_EQ(options.time_format, "%R");
  }
}

TEST(Preferences, WhatIsUnknownIsAnsweredWithWhatThereIs) {
  ClintOptions options;
  EXPECT_EQ(set_preference(options, "colour", "red"), "there is no colour; did you mean color?");
  EXPECT_EQ(set_preference(options, "theme", "pink"), "theme: \"pink\" is none of default, dark, light, mono");
  EXPECT_EQ(preference_line(*find_preference("joins"), options), "joins = folded  (folded, all, off)");
}

TEST(Preferences, WordsThatCallStandBetweenBlanksAndCommas) {
  EXPECT_EQ(words_in(" tea, coffee  mate "), (std::vector<std::string>{"tea", "coffee", "mate"}));
  EXPECT_TRUE(words_in(" ,").empty());
}

TEST(Preferences, ARoomMayHaveALevelOfItsOwn) {
  using By = Calling::By;
  ClintOptions options;
  EXPECT_EQ(set_preference(options, "notify-rooms", "#ops=all, @bob=off ops=pm"), std::nullopt);
  const Calling calling = calling_from(options);
  EXPECT_EQ(calling.by_in("ops"), By::pm);
  EXPECT_EQ(calling.by_in("@bob"), By::off);
  EXPECT_EQ(calling.by_in("bob"), By::mention);
  EXPECT_EQ(calling.by_in("lobby"), By::mention);
  for (const char* wrong : {"ops", "ops=", "ops=loud", "=all", "@=all", "a/b=all", "ops=all=pm"}) {
    EXPECT_NE(set_preference(options, "notify-rooms", wrong), std::nullopt) << wrong;
    EXPECT_EQ(options.notify_rooms, "#ops=all, @bob=off ops=pm");
  }
  EXPECT_EQ(with_level("", "ops", "all"), "ops=all");
  EXPECT_EQ(with_level("#ops=all, @bob=off", "tea", "off"), "@bob=off ops=all tea=off");
  EXPECT_EQ(with_level("@bob=off ops=all", "@bob", "default"), "ops=all");
}

TEST(Preferences, WhatCallsIsToldOfHereFirst) {
  ClintOptions options;
  EXPECT_EQ(calling_line(options, "lobby"), "in #lobby: mention (the default); in all other rooms: mention");
  options.notify_rooms = "ops=all @bob=off";
  options.notify_on = "pm";
  EXPECT_EQ(calling_line(options, "ops"), "in #ops: all; in @bob: off; in all other rooms: pm");
  options.notify = "off";
  EXPECT_EQ(calling_line(options, "@bob"),
            "in @bob: off; in #ops: all; in all other rooms: pm; but notify = off, so nothing calls you: /notify bell");
}

TEST(Preferences, AFileKeepsWhatIsNotChanged) {
  const std::string file = "# mine\n  theme=\"dark\"\nthemes = 1\n\n[servers.den]\ntheme = \"x\"\n";
  EXPECT_EQ(with_setting(file, "theme", "mono"),
            "# mine\ntheme = \"mono\"\nthemes = 1\n\n[servers.den]\ntheme = \"x\"\n");
  EXPECT_EQ(with_setting(file, "sound", "a\"b"),
            "# mine\n  theme=\"dark\"\nthemes = 1\n\nsound = 'a\"b'\n[servers.den]\ntheme = \"x\"\n");
  EXPECT_EQ(with_setting("\"theme\" = \"dark\"\n", "theme", ""), "theme = \"\"\n");
  // With the comment behind it.
  EXPECT_EQ(with_setting("theme = \"dark\"  # at night\n", "theme", "mono"), "theme = \"mono\"  # at night\n");
  EXPECT_EQ(with_setting("theme='dark'# at \"night\"\n", "theme", "mono"), "theme = \"mono\"# at \"night\"\n");
  EXPECT_EQ(with_setting("away-after = 15 # it's long\n", "away-after", "5"), "away-after = \"5\" # it's long\n");
  EXPECT_EQ(with_setting("sound = \"\\\"#1\" #2\n", "sound", ""), "sound = \"\" #2\n");
  EXPECT_EQ(with_setting("sound = # none\n", "sound", "x"), "sound = \"x\" # none\n");
  EXPECT_EQ(with_setting("sound = '#1'\n", "sound", "x"), "sound = \"x\"\n");
  EXPECT_TRUE(fits_in_settings("C:\\x.wav"));
  EXPECT_FALSE(fits_in_settings("#ops"));
  EXPECT_FALSE(fits_in_settings("it's \"quoted\""));
  EXPECT_EQ(with_setting("", "joins", "off"), "joins = \"off\"\n");
  EXPECT_EQ(with_setting("name = \"a\"", "joins", "off"), "name = \"a\"\njoins = \"off\"\n");
}

TEST(Settings, TheUsersFolderIsBeforeThoseOfTheMachine) {
  using Variables = std::map<std::string, std::string>;
  const auto folders = [](const Variables& given) {
    std::vector<std::string> found;
    for (const auto& each : settings_folders([&](const std::string& name) {
           const auto one = given.find(name);
           return one == given.end() ? std::string() : one->second;
         }))
      found.push_back(each.generic_string());
    return found;
  };
  using Folders = std::vector<std::string>;
  EXPECT_EQ(folders({{"HOME", "/home/a"}}), (Folders{"/home/a/" + std::string(settings_in_home), "/etc/clint"}));
  EXPECT_EQ(folders({{"HOME", "/home/a"}, {"XDG_CONFIG_HOME", "/c"}, {"XDG_CONFIG_DIRS", "/x:y::/z"}}),
            (Folders{"/c/clint", "/x/clint", "/z/clint", "/etc/clint"}));
  EXPECT_EQ(folders({{"APPDATA", "/roaming"}, {"PROGRAMDATA", "/data"}}), (Folders{"/roaming/Clint", "/data/Clint"}));
  EXPECT_EQ(folders({}), (Folders{"", "/etc/clint"}));
  EXPECT_EQ(folders({{"CLINT_HOME", "/all"}, {"HOME", "/home/a"}, {"XDG_CONFIG_DIRS", "/x"}}), (Folders{"/all"}));
}

// Contrast as WCAG 2.1 defines it ("contrast ratio", "relative luminance"), of xterm's colours 16 to 231.
double luminance(int color) {
  const auto part = [](int level) {
    const double value = (level == 0 ? 0 : 55 + 40 * level) / 255.0;
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  const int cube = color - 16;
  return 0.2126 * part(cube / 36) + 0.7152 * part(cube / 6 % 6) + 0.0722 * part(cube % 6);
}

TEST(Preferences, ThemesCanBeReadOnWhatTheyAreFor) {
  const auto on_black = [](int color) { return (luminance(color) + 0.05) / 0.05; };
  const auto on_white = [](int color) { return 1.05 / (luminance(color) + 0.05); };
  for (const int color : theme_colors("dark")) EXPECT_GE(on_black(color), 7) << color;
  for (const int color : theme_colors("light")) EXPECT_GE(on_white(color), 7) << color;
  for (const int color : theme_colors("default")) {
    EXPECT_GE(on_black(color), 3) << color;
    EXPECT_GE(on_white(color), 3) << color;
  }
  EXPECT_TRUE(theme_colors("mono").empty());
}

// ---- What /search understands --------------------------------------------------------------------------------------

constexpr std::uint64_t noon_ms = 1'795'262'400'000;  // 2026-11-21 12:00 UTC

TEST(Search, WordsPeopleRoomsAndDays) {
  const auto plain = understand_search(" tea at four ", noon_ms);
  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain).words, "tea at four");
  const auto less = understand_search("-user bob -room #Ops -since 2h tea", noon_ms);
  ASSERT_TRUE(less);
  EXPECT_EQ((*less).user, "bob");
  EXPECT_EQ((*less).room, "Ops");
  EXPECT_EQ((*less).words, "tea");
  EXPECT_EQ((*less).since_ms, noon_ms - 2 * 3'600'000);
  EXPECT_TRUE(understand_search("-user bob", noon_ms));
  for (const char* wrong : {"", "  ", "-user", "-since", "-when now tea", "-room a/b tea", "-since whenever tea",
                            "-since 2026-02-30 tea", "-since 2026-1-01 tea", "-since 2026-11-2x tea"})
    EXPECT_FALSE(understand_search(wrong, noon_ms)) << wrong;
}

TEST(Search, DaysBeginAtMidnightHere) {
  const auto since = [](const std::string& day) {
    const auto wanted = understand_search("-since " + day + " x", noon_ms);
    const auto time = static_cast<std::time_t>(wanted ? (*wanted).since_ms / 1000 : 0);
    const std::tm* const local = std::localtime(&time);  // NOLINT(concurrency-mt-unsafe): one thread
    char text[40];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", local));
  };
  EXPECT_EQ(since("2026-11-01"), "2026-11-01 00:00:00");
  EXPECT_EQ(since("2024-02-29"), "2024-02-29 00:00:00");
  EXPECT_EQ(since("today").substr(10), " 00:00:00");
  EXPECT_EQ(since("yesterday").substr(10), " 00:00:00");
  EXPECT_LT(since("yesterday"), since("today"));
}

TEST(Search, FindsWhatFitsAll) {
  const Search search{"tea four", "Bob", "Ops", 1000};
  EXPECT_TRUE(search.fits("bob", "ops", 1000, "Tea at FOUR"));
  EXPECT_FALSE(search.fits("alice", "ops", 1000, "tea at four"));
  EXPECT_FALSE(search.fits("bob", "lobby", 1000, "tea at four"));
  EXPECT_FALSE(search.fits("bob", "ops", 999, "tea at four"));
  EXPECT_FALSE(search.fits("bob", "ops", 1000, "tea at five"));
  EXPECT_TRUE((Search{{}, "bob", {}, 0}).fits("bob", {}, 5, "anything"));
}

}  // namespace
}  // namespace chat
