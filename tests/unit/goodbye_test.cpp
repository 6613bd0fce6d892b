// Every goodbye has a number, a name and a sentence, and keeps them.
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

#include "net_utils.hpp"

namespace chat {
namespace {

constexpr int last_number = 28;

TEST(Goodbye, NumbersOneToTwentyEightAndNoOthersExist) {
  for (int number = 0; number <= 255; ++number) {
    const auto why = goodbye_from(static_cast<std::uint8_t>(number));
    EXPECT_EQ(why.has_value(), number >= 1 && number <= last_number) << number;
    EXPECT_EQ(static_cast<int>(why.value_or(static_cast<Goodbye>(number))), number);
  }
}

TEST(Goodbye, NumbersAreNeverReused) {
  EXPECT_EQ(static_cast<int>(Goodbye::left), 1);
  EXPECT_EQ(static_cast<int>(Goodbye::malformed), 8);
  EXPECT_EQ(static_cast<int>(Goodbye::version), 14);
  EXPECT_EQ(static_cast<int>(Goodbye::full), 18);
  EXPECT_EQ(static_cast<int>(Goodbye::needs_tls), 22);
  EXPECT_EQ(static_cast<int>(Goodbye::guesses), 24);
  EXPECT_EQ(static_cast<int>(Goodbye::account), last_number);
}

TEST(Goodbye, EachHasANameOfItsOwnInSnakeCase) {
  std::set<std::string_view> names;
  for (int number = 1; number <= last_number; ++number) {
    const std::string_view name = goodbye_name(*goodbye_from(static_cast<std::uint8_t>(number)));
    EXPECT_FALSE(name.empty()) << number;
    for (const char c : name) EXPECT_TRUE(c == '_' || std::islower(static_cast<unsigned char>(c))) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Goodbye, EachHasASentenceOfItsOwnFitForAnyTerminal) {
  std::set<std::string_view> texts;
  for (int number = 1; number <= last_number; ++number) {
    const std::string_view text = goodbye_text(*goodbye_from(static_cast<std::uint8_t>(number)));
    EXPECT_FALSE(text.empty()) << number;
    EXPECT_LE(text.size(), 80u) << text;
    EXPECT_FALSE(text.ends_with('.')) << text;
    for (const char c : text) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << text;
    EXPECT_TRUE(texts.insert(text).second) << text;
  }
}

TEST(Goodbye, TheSentencesGiveTheLimitsThatHold) {
  const auto seconds = [](auto time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " seconds";
  };
  EXPECT_NE(goodbye_text(Goodbye::silent).find(seconds(limits::gone_after)), std::string_view::npos);
  EXPECT_NE(goodbye_text(Goodbye::stalled).find(seconds(limits::write_deadline)), std::string_view::npos);
}

TEST(Goodbye, RequireThrowsTheFaultItIsGivenAndOnlyThen) {
  EXPECT_NO_THROW(require(true, Goodbye::malformed));
  try {
    require(false, Goodbye::bad_text);
    FAIL() << "no fault";
  } catch (const PeerFault& fault) {
    EXPECT_EQ(fault.why, Goodbye::bad_text);
  }
}

TEST(GoodbyeDeathTest, EnsureEndsTheProgramLoudly) {
  EXPECT_NO_FATAL_FAILURE(ensure(true, "nothing"));
  EXPECT_DEATH(ensure(false, "two and two make five"), "two and two make five");
}

}  // namespace
}  // namespace chat
