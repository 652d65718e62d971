#include <set>

#include <gtest/gtest.h>

#include <straycat/plan/actions.hpp>

namespace straycat::plan {
namespace {

std::vector<Action> one_of_each() {
  std::vector<Action> all;
  each_action([&](auto one) { all.emplace_back(std::move(one)); });
  return all;
}

TEST(Verbs, EachHasOneActionInTheVocabularysOrder) {
  std::vector<std::string> verbs;
  for (const Action& action : one_of_each()) verbs.emplace_back(to_string(verb(action)));
  EXPECT_EQ(verbs, known_words<Verb>());
  static_assert(std::is_same_v<ActionOf<Verb::remove>, Delete>);
}

TEST(Verbs, EachHasWordsOfItsOwn) {
  std::set<std::string> words;
  for (const Action& action : one_of_each()) words.insert(describe({"name", "", action}));
  EXPECT_EQ(words.size(), one_of_each().size());
  EXPECT_FALSE(words.contains(""));
}

TEST(Verbs, EachIsReadBackFromWhatItWrote) {
  for (const Action& action : one_of_each()) {
    Plan plan;
    plan.name = "one";
    plan.steps = {{"step", "phase", action}};
    const auto again = from_json(to_json(plan));
    ASSERT_TRUE(again) << to_string(verb(action)) << ": " << again.error().message;
    EXPECT_EQ(again->steps, plan.steps) << to_string(verb(action));
  }
}

TEST(Verbs, AStepOfNoKnownVerbIsNoStep) {
  const json step = {{"name", "step"}, {"dance", json::object()}};
  const auto plan = from_json({{"name", "one"}, {"steps", json::array({step})}});
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("without a known verb"), std::string::npos) << plan.error().message;
}

TEST(Verbs, OnlyWhatAppliesManifestsHasSome) {
  Action apply = Apply{{{json::object({{"kind", "Job"}}), "job.yaml", 1}}};
  ASSERT_EQ(manifests_of(apply).size(), 1U);
  manifests_of(apply)[0].line = 7;
  EXPECT_EQ(std::get<Apply>(apply).manifests[0].line, 7);
  for (const Action& action : one_of_each()) EXPECT_TRUE(manifests_of(action).empty());
}

}  // namespace
}  // namespace straycat::plan
