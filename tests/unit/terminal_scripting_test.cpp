// What scripts see: the objects of --json, and what --wait looks at.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "terminal/json.hpp"
#include "terminal/pattern.hpp"

namespace chat {
namespace {

PostArrived sealed(Seal seal, PostKind kind = PostKind::message) {
  PostArrived event;
  event.post.room = "lobby";
  event.post.kind = kind;
  event.post.sender = "bob";
  event.post.body = "deploy now";
  event.seal = seal;
  return event;
}

TEST(Json, ABodyThatIsNotWhatSomebodyWroteIsNoText) {
  for (const auto& [seal, name, legible] : {std::tuple{Seal::none, "none", true},
                                            {Seal::good, "good", true},
                                            {Seal::late, "late", true},
                                            {Seal::missing, "missing", true},
                                            {Seal::other_key, "other_password", false},
                                            {Seal::damaged, "damaged", false},
                                            {Seal::repeated, "repeated", false}}) {
    const auto object = nlohmann::json::parse(json_line(sealed(seal)));
    EXPECT_EQ(object.at("seal"), name);
    EXPECT_EQ(object.at("text"), legible ? nlohmann::json("deploy now") : nlohmann::json()) << name;
  }
  LetterArrived letter;
  letter.text = "psst";
  letter.seal = Seal::damaged;
  EXPECT_TRUE(nlohmann::json::parse(json_line(letter)).at("text").is_null());
  EXPECT_FALSE(nlohmann::json::parse(json_line(letter)).contains("status"));
  letter.own = true;
  letter.status = Status::busy;
  letter.status_text = "until four";
  EXPECT_EQ(nlohmann::json::parse(json_line(letter)).at("status"), "busy");
  EXPECT_EQ(nlohmann::json::parse(json_line(letter)).at("status_text"), "until four");
}

TEST(Wait, HearsWhatIsCertain) {
  EXPECT_EQ(heard(sealed(Seal::none)), "bob: deploy now");
  EXPECT_EQ(heard(sealed(Seal::good)), "bob: deploy now");
  EXPECT_EQ(heard(sealed(Seal::good, PostKind::action)), "bob: deploy now");
  for (const Seal seal : {Seal::late, Seal::missing, Seal::other_key, Seal::damaged, Seal::repeated})
    EXPECT_EQ(heard(sealed(seal)), std::nullopt) << static_cast<int>(seal);
  EXPECT_EQ(heard(sealed(Seal::none, PostKind::topic)), std::nullopt);
  PostArrived own = sealed(Seal::good);
  own.own = true;
  EXPECT_EQ(heard(own), std::nullopt);
  LetterArrived letter;
  letter.from = "bob";
  letter.text = "psst";
  letter.seal = Seal::good;
  EXPECT_EQ(heard(letter), "bob: psst");
  letter.seal = Seal::damaged;
  EXPECT_EQ(heard(letter), std::nullopt);
}

}  // namespace
}  // namespace chat
