// Which scenarios are of a suite: globs, labels, shards, names.
#include <set>

#include <gmock/gmock.h>

#include <straycat/suite/suite.hpp>

namespace straycat::suite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Case scenario_case(const std::string& name, int seconds = 1, model::Labels labels = {}) {
  Case one;
  one.name = name;
  one.file = "all/" + name + "/scenario.yaml";
  one.length = std::chrono::seconds{seconds};
  one.labels = std::move(labels);
  return one;
}

std::vector<Case> some_cases() {
  return {scenario_case("stray", 9, {{"tier", "nightly"}}), scenario_case("bare-pod", 3, {{"tier", "quick"}}),
          scenario_case("rolling", 5, {{"tier", "quick"}, {"team", "a"}})};
}

std::vector<std::string> selected(const Selection& selection) {
  const auto cases = select(some_cases(), selection);
  if (!cases) return {"ERROR: " + cases.error().message};
  std::vector<std::string> names;
  for (const Case& one : *cases) names.push_back(one.name);
  return names;
}

TEST(SuiteSelect, ByNameFileAndLabels) {
  EXPECT_THAT(selected({}), ElementsAre("bare-pod", "rolling", "stray"));
  EXPECT_THAT(selected({{"*r*y", "bare-*"}, {}, {}}), ElementsAre("bare-pod", "stray"));
  EXPECT_THAT(selected({{"all/roll*"}, {}, {}}), ElementsAre("rolling"));
  EXPECT_THAT(selected({{}, {"tier=quick"}, {}}), ElementsAre("bare-pod", "rolling"));
  EXPECT_THAT(selected({{}, {"tier in (quick,nightly),!team"}, {}}), ElementsAre("bare-pod", "stray"));
  EXPECT_THAT(selected({{}, {"tier=quick", "team"}, {}}), ElementsAre("rolling"));
  EXPECT_THAT(selected({{}, {"tier=="}, {}}).size(), 1u);
}

TEST(SuiteSelect, NothingIsAnErrorAndAnEmptyShardNone) {
  EXPECT_THAT(selected({{"cat"}, {}, {}}), ElementsAre(HasSubstr("no scenario is selected")));
  EXPECT_THAT(selected({{}, {"a in ("}, {}}), ElementsAre(HasSubstr("-l a in (")));
  EXPECT_THAT(selected({{}, {}, {9, 9}}), ElementsAre());
}

TEST(SuiteSelect, ABrokenFileIsNotLostToASelector) {
  Case broken = scenario_case("odd");
  broken.broken = "odd.yaml:1:1: no YAML";
  const auto cases = select({broken, scenario_case("other")}, {{}, {"tier=quick"}, {}});
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), 1u);
  EXPECT_EQ(cases->front().name, "odd");
}

TEST(SuiteSelect, ShardsHoldEachCaseOnceAndAboutAsMuchTime) {
  std::vector<Case> all;
  for (int i = 0; i < 30; ++i) all.push_back(scenario_case("case-" + std::to_string(i), i));
  std::multiset<std::string> seen;
  std::vector<std::int64_t> lengths;
  for (std::size_t shard = 1; shard <= 4; ++shard) {
    const auto mine = select(all, {{}, {}, {shard, 4}});
    ASSERT_TRUE(mine);
    Nanos length{};
    for (const Case& one : *mine) {
      seen.insert(one.name);
      length += one.length;
    }
    lengths.push_back(std::chrono::duration_cast<std::chrono::seconds>(length).count());
  }
  EXPECT_EQ(seen.size(), 30u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 30u);
  for (const std::int64_t length : lengths) EXPECT_NEAR(static_cast<double>(length), 435.0 / 4, 13);
}

TEST(SuiteSelect, Shards) {
  const auto good = parse_shard("2/4");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->which, 2u);
  EXPECT_EQ(good->of, 4u);
  for (const char* bad : {"", "2", "/4", "0/4", "5/4", "2/", "2/4x", "a/b", "-1/4", "2/0"})
    EXPECT_FALSE(parse_shard(bad)) << bad;
}

TEST(SuiteSelect, NamesAreUniqueAndFoldersHarmless) {
  std::vector<Case> all{scenario_case("same"), scenario_case("same"), scenario_case("other")};
  all[1].file = "else/same.yaml";
  make_names_unique(all);
  EXPECT_EQ(all[0].name, "other");
  EXPECT_EQ(all[1].name, "same (all/same/scenario.yaml)");
  EXPECT_EQ(all[2].name, "same (else/same.yaml)");
  EXPECT_EQ(folder_name("../../etc/x y"), "case..-..-etc-x-y");
  EXPECT_EQ(folder_name(""), "case");
}

}  // namespace
}  // namespace straycat::suite
