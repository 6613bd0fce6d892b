#include <gtest/gtest.h>

#include "client/reading.hpp"

namespace chat {
namespace {

constexpr HostId one_host{1};
constexpr HostId other_host{2};

Post post_of(Seq seq, std::uint64_t session = 0, std::uint64_t message = 0) {
  Post post;
  post.room = lobby;
  post.seq = seq;
  post.session = session;
  post.message = message;
  return post;
}

// A reader logged in as this session.
Join log_in(Reading& reading, const HostId& host, std::uint64_t session) {
  Join join = reading.join(host, {}, "bob", 7);
  Welcome welcome;
  welcome.session = session;
  reading.welcome(welcome);
  return join;
}

TEST(Reading, NewcomerAsksForTheBacklog) {
  Reading reading;
  const Join join = log_in(reading, one_host, 1);
  EXPECT_EQ(join.backlog, 7U);
  EXPECT_TRUE(join.cursors.empty());
  EXPECT_EQ(join.name, "bob");
}

TEST(Reading, ComesBackWithItsCursor) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(41));
  reading.arrive(post_of(42));
  const Join join = log_in(reading, one_host, 2);
  ASSERT_EQ(join.cursors.size(), 1U);
  EXPECT_EQ(join.cursors[0].room, lobby);
  EXPECT_EQ(join.cursors[0].after, 42U);
}

TEST(Reading, NewLogsMakeCursorsVoid) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(42, 1, 1));
  EXPECT_TRUE(reading.join(other_host, {}, "bob", 7).cursors.empty());
  // Even when the log-in did not succeed the first time: all of the new logs is news.
  const Join join = log_in(reading, other_host, 5);
  EXPECT_TRUE(join.cursors.empty());
  EXPECT_EQ(join.backlog, limits::max_backlog_posts);
  const auto arrival = reading.arrive(post_of(1, 1, 1));
  EXPECT_EQ(arrival.missed, 0U);
  EXPECT_FALSE(arrival.own) << "the old host's session 1 was we, the new host's is somebody else";
}

TEST(Reading, OnlyAWelcomeMakesCursorsVoid) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(42, 1, 1));
  reading.join(other_host, {}, "bob", 7);  // somebody else on its port, or in the middle
  const Join join = log_in(reading, one_host, 2);
  ASSERT_EQ(join.cursors.size(), 1U);
  EXPECT_EQ(join.cursors[0].after, 42U);
  EXPECT_TRUE(reading.arrive(post_of(43, 1, 2)).own);
}

TEST(Reading, AllOfNewLogsIsWantedUntilSomeOfItCame) {
  Reading reading;
  log_in(reading, one_host, 1);
  Post post = post_of(42);
  reading.arrive(post);
  post.room = "ops";
  reading.arrive(post);
  log_in(reading, other_host, 2);
  EXPECT_EQ(log_in(reading, other_host, 3).backlog, limits::max_backlog_posts);
  EXPECT_EQ(reading.backlog("ops", 7), limits::max_backlog_posts);
  EXPECT_EQ(reading.last_shown("ops"), 0U);
  EXPECT_EQ(reading.backlog("cafe", 7), 7U) << "we were not there";
  EXPECT_EQ(reading.arrive(post_of(1)).missed, 0U);
  post.seq = 1001;
  EXPECT_GE(reading.arrive(post).missed, std::uint64_t{1} << 31) << "what is before it may be what was read";
  EXPECT_EQ(reading.gap({"ops", 1002, 1003}), 2U);
  reading.forget("ops");
  EXPECT_EQ(reading.backlog("ops", 7), 7U) << "left, and new to us again";
}

TEST(Reading, OwnPostsAcknowledgeAcrossReconnects) {
  Reading reading;
  log_in(reading, one_host, 10);
  EXPECT_EQ(reading.arrive(post_of(1, 10, 3)).acknowledged, 3U);
  log_in(reading, one_host, 11);
  const auto late = reading.arrive(post_of(2, 10, 4));
  EXPECT_TRUE(late.own);
  EXPECT_EQ(late.acknowledged, 4U);
  EXPECT_FALSE(reading.arrive(post_of(3, 12, 9)).own);
}

TEST(Reading, ANumberThatIsGivenAgainTellsThatTheHostHasLostPosts) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(50));
  log_in(reading, one_host, 2);
  EXPECT_GE(reading.arrive(post_of(4)).missed, std::uint64_t{1} << 31) << "nobody knows how many";
  EXPECT_EQ(reading.first_shown(std::string(lobby)), 4U) << "those before it have not been shown";
  EXPECT_EQ(reading.arrive(post_of(5)).missed, 0U);
  EXPECT_FALSE(reading.arrive(post_of(6, 1, 1)).own) << "session 1 is somebody else's now";
  EXPECT_TRUE(reading.arrive(post_of(7, 2, 1)).own);
  EXPECT_EQ(log_in(reading, one_host, 3).cursors.at(0).after, 7U);
}

TEST(Reading, TheLobbysCursorIsSentHoweverManyRoomsThereAre) {
  Reading reading;
  log_in(reading, one_host, 1);
  Post post = post_of(1);
  for (int i = 10; i < 60; ++i) {
    post.room = "a" + std::to_string(i);
    reading.arrive(post);
  }
  reading.arrive(post_of(7));
  const Join join = log_in(reading, one_host, 2);
  EXPECT_EQ(join.cursors.size(), 32U);
  EXPECT_EQ(join.cursors.back().room, lobby);
}

TEST(Reading, NumbersThatDoNotRiseAreAFault) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(5));
  EXPECT_THROW(reading.arrive(post_of(5)), HostFault);
  EXPECT_THROW(reading.arrive(post_of(4)), HostFault);
}

TEST(Reading, HoleWithoutAGapIsTold) {
  Reading reading;
  log_in(reading, one_host, 1);
  EXPECT_EQ(reading.arrive(post_of(100)).missed, 0U) << "a newcomer has missed nothing";
  EXPECT_EQ(reading.arrive(post_of(103)).missed, 2U);
}

TEST(Reading, GapCountsWhatWasNotSeen) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(10));
  EXPECT_EQ(reading.gap({std::string(lobby), 11, 133}), 123U);
  EXPECT_EQ(reading.arrive(post_of(134)).missed, 0U);
  log_in(reading, one_host, 2);
  EXPECT_EQ(reading.gap({std::string(lobby), 130, 140}), 6U) << "130 to 134 were seen or told before";
}

TEST(Reading, OnlyWhoWasHereBeforeWasAway) {
  Reading reading;
  log_in(reading, one_host, 1);
  EXPECT_FALSE(reading.was_away(std::string(lobby)));
  reading.arrive(post_of(10));
  EXPECT_EQ(reading.gap({std::string(lobby), 11, 12}), 2U);
  EXPECT_FALSE(reading.was_away(std::string(lobby)));
  log_in(reading, one_host, 2);
  EXPECT_TRUE(reading.was_away(std::string(lobby)));
  EXPECT_FALSE(reading.was_away("tea"));
  log_in(reading, other_host, 3);
  EXPECT_TRUE(reading.was_away(std::string(lobby)));
}

TEST(Reading, GapBehindUsIsAFault) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(10));
  EXPECT_THROW(reading.gap({std::string(lobby), 3, 9}), HostFault);
  EXPECT_THROW(reading.gap({std::string(lobby), 12, 11}), HostFault);
}

TEST(Reading, RoomsAreCounted) {
  Reading reading;
  log_in(reading, one_host, 1);
  const auto flood = [&] {
    for (int i = 0; i < 1000; ++i) {
      Post post = post_of(1);
      post.room = "room" + std::to_string(i);
      reading.arrive(post);
    }
  };
  EXPECT_THROW(flood(), HostFault);
}

Past past_of(std::initializer_list<Seq> seqs) {
  Past past;
  past.room = std::string(lobby);
  for (const Seq seq : seqs) past.posts.push_back(post_of(seq));
  return past;
}

TEST(Reading, HistoryGoesFurtherBackEachTime) {
  Reading reading;
  log_in(reading, one_host, 1);
  EXPECT_EQ(reading.first_shown(std::string(lobby)), 0U);
  reading.arrive(post_of(10));
  reading.arrive(post_of(11));
  EXPECT_EQ(reading.first_shown(std::string(lobby)), 10U);
  Past past = past_of({7, 9});
  reading.past(past, 10, true);
  EXPECT_EQ(past.posts.size(), 2U);
  EXPECT_EQ(reading.first_shown(std::string(lobby)), 7U);
  EXPECT_EQ(reading.arrive(post_of(12)).missed, 0U) << "the cursor has not moved";
  Past searched = past_of({5, 6});
  reading.past(searched, 7, false);
  EXPECT_EQ(reading.first_shown(std::string(lobby)), 7U) << "looked through, not shown";
  Past wrong = past_of({6, 7});
  EXPECT_THROW(reading.past(wrong, 7, true), HostFault);
}

TEST(Reading, HistoryAskedForBeforeAnythingWasShownLeavesOutWhatCameSince) {
  Reading reading;
  log_in(reading, one_host, 1);
  reading.arrive(post_of(10));
  Past past = past_of({8, 9, 10});
  reading.past(past, 0, true);
  EXPECT_EQ(past.posts.size(), 2U);
  EXPECT_EQ(reading.first_shown(std::string(lobby)), 8U);
}

}  // namespace
}  // namespace chat
