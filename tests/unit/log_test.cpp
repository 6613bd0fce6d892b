#include "host/log.hpp"

#include <gtest/gtest.h>

namespace chat {
namespace {

// Pieces of 32 bytes, so that a few entries of 8 bytes fill several.
LogLimits small(std::size_t bytes, std::size_t entries) {
  return {.bytes = bytes, .entries = entries, .first_piece_bytes = 32, .piece_bytes = 32};
}

std::string entry(int number) {
  std::string text = std::to_string(number);
  return std::string(8 - text.size(), '.') + text;
}

std::string read_all(const Log& log, Seq from, std::size_t most = 1 << 20) {
  std::string text;
  while (const auto found = log.read(from, most)) {
    text += found->run.octets;
    from = found->run.next;
  }
  return text;
}

TEST(Log, NumbersEntriesFromOne) {
  Log log(LogLimits{});
  EXPECT_EQ(log.last(), 0u);
  EXPECT_EQ(log.first(), 1u);
  log.append("a");
  log.append("b");
  EXPECT_EQ(log.last(), 2u);
  EXPECT_EQ(log.first(), 1u);
}

TEST(Log, CursorAtTheEndFindsNothing) {
  Log log(LogLimits{});
  EXPECT_FALSE(log.read(1, 100));
  log.append("a");
  EXPECT_TRUE(log.read(1, 100));
  EXPECT_FALSE(log.read(2, 100));
}

TEST(Log, CursorThatStartsFurtherBackSeesAllInOrder) {
  Log log(LogLimits{});
  std::string expected;
  for (int i = 1; i <= 1000; ++i) {
    log.append(entry(i));
    if (i >= 500) expected += entry(i);
  }
  EXPECT_EQ(read_all(log, 500), expected);
}

TEST(Log, RunEndsOnAnEntryAndHoldsAtLeastOne) {
  Log log(LogLimits{});
  for (int i = 1; i <= 10; ++i) log.append(entry(i));
  for (std::size_t most = 0; most < 40; ++most) {
    const auto run = log.read(3, most)->run;
    EXPECT_GE(run.octets.size(), 8u);
    EXPECT_EQ(run.octets.size() % 8, 0u);
    EXPECT_EQ(run.next, 3 + run.octets.size() / 8);
  }
}

TEST(Log, EntryLargerThanAPieceIsKeptWhole) {
  Log log(small(1 << 20, 1000));
  log.append("x");
  log.append(std::string(1000, 'y'));
  log.append("z");
  EXPECT_EQ(read_all(log, 1), "x" + std::string(1000, 'y') + "z");
}

TEST(Log, IsBoundedInBytesAndTheOldestGoFirst) {
  Log log(small(64, 1000));
  for (int i = 1; i <= 100; ++i) {
    log.append(entry(i));
    EXPECT_LE(log.bytes(), 64u + 32u);
  }
  EXPECT_EQ(log.last(), 100u);
  EXPECT_GT(log.first(), 85u);
  EXPECT_EQ(read_all(log, log.first()).substr(0, 8), entry(static_cast<int>(log.first())));
}

TEST(Log, IsBoundedInEntriesToAPiece) {
  Log log(small(1 << 20, 10));
  for (int i = 1; i <= 100; ++i) log.append(entry(i));
  const Seq kept = log.last() - log.first() + 1;
  EXPECT_GE(kept, 10u);
  EXPECT_LE(kept, 14u);
}

TEST(Log, CursorLeftBehindFindsTheOldestKeptEntry) {
  Log log(small(64, 1000));
  for (int i = 1; i <= 100; ++i) log.append(entry(i));
  const auto found = log.read(1, 8);
  EXPECT_EQ(found->first, log.first());
  EXPECT_EQ(found->run.octets.substr(0, 8), entry(static_cast<int>(log.first())));
}

TEST(Log, RunOutlivesItsPiece) {
  Log log(small(64, 1000));
  for (int i = 1; i <= 4; ++i) log.append(entry(i));
  const auto held = log.read(1, 1000)->run;
  for (int i = 5; i <= 100; ++i) log.append(entry(i));
  EXPECT_GT(log.first(), 4u);
  EXPECT_EQ(held.octets, entry(1) + entry(2) + entry(3) + entry(4));
}

TEST(Log, WritesTheNumberWhereTheEntryWantsIt) {
  Log log(LogLimits{});
  log.append("ab________cd", 2);
  log.append("ab________cd", 2);
  EXPECT_EQ(read_all(log, 1), std::string("ab\0\0\0\0\0\0\0\1cdab\0\0\0\0\0\0\0\2cd", 24));
}

TEST(Log, ForgetsWhatWasServed) {
  Log log(small(1 << 20, 1000));
  for (int i = 1; i <= 10; ++i) log.append(entry(i));
  log.forget_before(11);
  EXPECT_EQ(log.bytes(), 0u);
  EXPECT_EQ(log.first(), 11u);
  log.append(entry(11));
  EXPECT_EQ(read_all(log, 11), entry(11));
}

}  // namespace
}  // namespace chat
