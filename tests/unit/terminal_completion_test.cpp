#include <gtest/gtest.h>

#include "terminal/completion.hpp"

namespace chat {
namespace {

using Candidates = std::vector<std::string>;

struct Sample {
  std::string_view text;
  std::size_t begin;
  Candidates candidates;
};

TEST(Completion, WhoAddressedYouThenWhoSpokeThenTheAlphabet) {
  People people;
  for (const char* name : {"dora", "Bert", "anna", "carl", "emil"}) people.came(name);
  for (const char* name : {"emil", "carl"}) people.spoke(name);
  people.addressed("dora");
  people.addressed("emil");
  EXPECT_EQ(people.beginning(""), (Candidates{"emil", "dora", "carl", "anna", "Bert"}));
  people.spoke("dora");
  people.came("carl");
  EXPECT_EQ(people.beginning(""), (Candidates{"emil", "dora", "carl", "anna", "Bert"})) << "once each";
  people.left("emil");
  people.left("anna");
  EXPECT_EQ(people.beginning(""), (Candidates{"dora", "carl", "Bert"}));
}

TEST(Completion, Table) {
  People people;
  for (const char* name : {"alice", "bob", "Albert", "zoë", "alan"}) people.spoke(name);
  people.spoke("alice");
  people.left("alan");
  const std::vector<Sample> samples{
      {"al", 0, {"alice: ", "Albert: "}},
      {"AL", 0, {"alice: ", "Albert: "}},
      {"hi al", 3, {"alice ", "Albert "}},
      {"hi\nzo", 3, {"zoë "}},
      {"@bo", 0, {"@bob "}},
      {"", 0, {"alice: ", "zoë: ", "Albert: ", "bob: "}},
      {"xyz", 0, {}},
      {"hi ", 3, {}},
      {"/qui", 0, {"/quiet ", "/quit "}},
      {"/help qui", 6, {"quiet ", "quit "}},
      {"and /qui", 4, {}},
      {":rocke", 0, {"🚀 "}},
      {"so :thumb", 3, {"👍 ", "👎 "}},
      {":", 0, {}},
      {"/join op", 6, {"ops ", "operations "}},
      {"see #lo", 4, {"#lobby "}},
      {"/leave zzz", 7, {}},
      {"/part #op", 6, {"#ops ", "#operations "}},
      {"/who lo", 5, {"lobby "}},
      {"/status ", 8, {"online ", "away ", "busy ", "invisible "}},
      {"/status b", 8, {"busy "}},
      {"/status busy b", 13, {"bob "}},
      {"/theme d", 7, {"default ", "dark "}},
      {"/theme x", 7, {}},
      {"/theme bo", 7, {}},
      {"/timestamp d", 11, {"datetime "}},
      {"/set no", 5, {"notify ", "notify-on ", "notify-rooms ", "notify-words "}},
      {"/set theme ", 11, {"default ", "dark ", "light ", "mono "}},
      {"/set sound ", 11, {}},
      {"/set nothing ", 13, {}},
      {"/notify al", 8, {"all ", "all-rooms "}},
      {"/bell w", 6, {"word "}},
      {"/notify word ", 13, {"add ", "remove "}},
      {"/notify all-rooms m", 18, {"mention "}},
      {"/notify word add al", 17, {"alice ", "Albert "}},
  };
  for (const Sample& sample : samples) {
    const Completion made = complete(people, {"lobby", "ops", "operations"}, sample.text, sample.text.size());
    EXPECT_EQ(made.candidates, sample.candidates) << sample.text;
    EXPECT_EQ(made.begin, sample.begin) << sample.text;
  }
  const Completion inside = complete(people, {}, "al, hi", 2);
  EXPECT_EQ(inside.candidates.front(), "alice: ");
}

}  // namespace
}  // namespace chat
