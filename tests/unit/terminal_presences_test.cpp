#include <gtest/gtest.h>

#include "terminal/presences.hpp"

namespace chat {
namespace {

class PresencesTest : public ::testing::Test {
 protected:
  bool event(PostKind kind, std::string name, std::uint32_t members = 0, Goodbye why = Goodbye::left) {
    PostArrived arrived;
    arrived.post.kind = kind;
    arrived.post.sender = std::move(name);
    arrived.post.room = "lobby";
    arrived.presence.members = members;
    arrived.presence.why = why;
    return presences.alone(arrived, now);
  }
  bool joins(std::string name, std::uint32_t members = 0) { return event(PostKind::join, std::move(name), members); }
  bool leaves(std::string name, std::uint32_t members = 0) { return event(PostKind::leave, std::move(name), members); }
  std::string taken() {
    const auto folded = presences.take(now);
    return folded ? folded->text : "nothing";
  }

  Presences presences;
  Clock::time_point now = Clock::now();
};

TEST_F(PresencesTest, TheFirstStandsAloneWhatFollowsCloselyIsOneLine) {
  EXPECT_TRUE(joins("alice", 1));
  EXPECT_EQ(presences.due(), Clock::time_point::max());
  now += 1s;
  EXPECT_FALSE(joins("bob", 2));
  EXPECT_FALSE(joins("carol", 3));
  EXPECT_FALSE(leaves("alice", 2));
  EXPECT_EQ(presences.due() - now, 4s) << "five seconds after the last line";
  now += 4s;
  const auto folded = presences.take(now);
  ASSERT_TRUE(folded);
  EXPECT_EQ(folded->text, "bob, carol joined; alice left");
  EXPECT_EQ(folded->members, 2u);
  EXPECT_EQ(folded->room, "lobby");
  EXPECT_EQ(presences.due(), Clock::time_point::max());
  EXPECT_FALSE(joins("dave")) << "the folded line was one, too";
  now += 5s;
  EXPECT_EQ(taken(), "dave joined");
  now += 5s;
  EXPECT_TRUE(joins("erin")) << "it has been quiet";
}

TEST_F(PresencesTest, AfterACutTheReturnOfAllIsFolded) {
  presences.spoke("alice", now);
  presences.spoke("bob", now);
  presences.spoke("carol", now);
  presences.came_back(now);
  EXPECT_FALSE(joins("alice", 1));
  EXPECT_EQ(presences.due() - now, 5s);
  EXPECT_FALSE(joins("bob", 2));
  EXPECT_TRUE(leaves("carol", 1)) << "who spoke lately, and leaves";
  now += 5s;
  EXPECT_EQ(taken(), "alice, bob joined");
  now += 25s;
  EXPECT_TRUE(joins("bob")) << "that has nothing to do with the cut";
}

TEST_F(PresencesTest, ComingAndGoingIsOneEvent) {
  EXPECT_TRUE(joins("alice"));
  joins("bob");
  leaves("bob");
  leaves("carol");
  joins("carol");
  joins("dave");
  leaves("dave");
  joins("dave");
  EXPECT_EQ(taken(), "dave joined; bob came and went; carol left and came back");
  EXPECT_EQ(taken(), "nothing");
}

TEST_F(PresencesTest, ManyAreCounted) {
  joins("0");
  for (int i = 1; i <= 4; ++i) joins("a" + std::to_string(i));
  EXPECT_EQ(taken(), "a1, a2, a3, a4 joined");
  for (int i = 1; i <= 10; ++i) leaves("a" + std::to_string(i));
  EXPECT_EQ(taken(), "a1, a2, a3 and 7 more left");
}

TEST_F(PresencesTest, WhoSpokeLatelyIsWorthALine) {
  presences.spoke("bob", now);
  EXPECT_TRUE(joins("alice"));
  EXPECT_TRUE(leaves("bob"));
  now += 10min;
  EXPECT_TRUE(joins("alice"));
  EXPECT_FALSE(joins("bob")) << "that was long ago";
}

TEST_F(PresencesTest, WhatAnOperatorCausedStandsAlone) {
  EXPECT_TRUE(joins("alice"));
  EXPECT_FALSE(joins("bob"));
  EXPECT_TRUE(event(PostKind::leave, "bob", 1, Goodbye::kicked));
  EXPECT_TRUE(event(PostKind::leave, "carol", 1, Goodbye::banned));
  EXPECT_FALSE(event(PostKind::leave, "dave", 1, Goodbye::connection_lost));
  EXPECT_EQ(taken(), "bob joined; dave left");
  presences.show(Presences::Show::off);
  EXPECT_FALSE(event(PostKind::leave, "erin", 1, Goodbye::kicked)) << "who wants to see none of them sees none";
}

TEST_F(PresencesTest, WhatConcernsThemComesFirst) {
  joins("alice");
  EXPECT_FALSE(presences.before("bob", "lobby", 0));
  joins("bob");
  EXPECT_TRUE(presences.before("bob", "lobby", 0));
  EXPECT_FALSE(presences.before("carol", "lobby", 4999));
  EXPECT_TRUE(presences.before("carol", "ops", 0)) << "one room at a time";
  EXPECT_TRUE(presences.before("carol", "lobby", 5000)) << "said long after: a backlog comes in one go";
}

TEST_F(PresencesTest, AllOrNothingForWhoWantsThat) {
  presences.show(presences_from("all"));
  EXPECT_TRUE(joins("alice"));
  EXPECT_TRUE(joins("bob"));
  presences.show(presences_from("off"));
  EXPECT_FALSE(joins("carol"));
  EXPECT_EQ(taken(), "nothing");
  EXPECT_FALSE(presences.wanted());
}

TEST_F(PresencesTest, NamesAreMadeHarmless) {
  joins("alice");
  joins("b\x1b[2Job");
  EXPECT_EQ(taken(), "b\\x1b[2Job joined");
}

}  // namespace
}  // namespace chat
