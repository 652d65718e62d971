// The rules against the table of causes; and of a special and a general cause of the same failures, which is told.
#include "diagnose/refine.hpp"

#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

// What a run can find is what a scenario can expect, and nothing else.
TEST(Rules, find_what_can_be_expected) {
  std::map<Cause, bool> found;
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(found.try_emplace(rule.cause, rule.claims).second) << to_string(rule.cause) << " has two rules";
    EXPECT_TRUE(rule.claim != nullptr || rule.flaws != nullptr || rule.rest != nullptr) << to_string(rule.cause);
    EXPECT_NE(rule.claim == nullptr, !rule.explains.empty()) << to_string(rule.cause);
  }
  for (const finding::CauseRow& row : finding::causes()) {
    const auto rule = found.find(row.cause);
    EXPECT_EQ(finding::expectable(row.cause), rule != found.end() && rule->second) << row.id;
  }
}

TEST(Rules, are_asked_in_the_order_of_the_table) {
  for (std::size_t i = 1; i < rules().size(); ++i) EXPECT_LT(rules()[i - 1].cause, rules()[i].cause);
}

// A rival could have shown the same: a wrong answer is none of a refusal's.
TEST(Rivals, are_those_that_could_show_so) {
  const auto verdict = test::judged(test::article());
  ASSERT_EQ(verdict.findings.size(), 1U);
  std::set<Cause> named;
  for (const auto& rival : verdict.findings[0].rivals) named.insert(rival.cause);
  EXPECT_TRUE(named.contains(Cause::loopback_bind));
  EXPECT_TRUE(named.contains(Cause::prober_limit));
  EXPECT_FALSE(named.contains(Cause::wrong_answer));
  EXPECT_FALSE(named.contains(Cause::stray_endpoint));
}

// --- who takes the failures

struct Cells {
  history::History history;
  Case the_case{history, {}, {}, 0, 0};
  explicit Cells(const std::vector<std::uint64_t>& counts) {
    for (const auto count : counts) {
      the_case.cells.emplace_back();
      the_case.cells.back().count = count;
    }
  }
};

Claim claim(Cause cause, Scope cells) {
  Claim one;
  one.finding.cause = cause;
  one.finding.sentence = "S.";
  one.cells = std::move(cells);
  return one;
}

std::string told(const std::vector<Claim>& claims) {
  std::string text;
  for (const Claim& one : claims) {
    text += (text.empty() ? "" : "; ") + std::string(to_string(one.finding.cause));
    for (const auto cell : one.cells) text += " " + std::to_string(cell);
    for (const auto& symptom : one.finding.symptoms) text += " as " + std::string(to_string(symptom.cause));
  }
  return text;
}

struct RefineRow {
  const char* name;
  std::vector<Claim> claims;
  const char* left;
};

const std::vector<RefineRow>& refine_rows() {
  static const std::vector<RefineRow> all = {
      {"the_special_takes_all",
       {claim(Cause::no_endpoints, {0, 1}), claim(Cause::crash_loop, {0, 1})},
       "crash-loop 0 1 as no-endpoints"},
      {"the_general_keeps_the_rest",
       {claim(Cause::no_endpoints, {0, 1, 2}), claim(Cause::crash_loop, {1})},
       "no-endpoints 0 2; crash-loop 1 as no-endpoints"},
      {"a_chain_in_any_order",
       {claim(Cause::crash_loop, {0, 1}), claim(Cause::no_endpoints, {0, 1}), claim(Cause::liveness_kill, {1})},
       "crash-loop 0 as no-endpoints; liveness-kill 1 as crash-loop as no-endpoints"},
      {"apart", {claim(Cause::no_endpoints, {0}), claim(Cause::crash_loop, {1})}, "no-endpoints 0; crash-loop 1"},
      {"unrelated",
       {claim(Cause::termination_race, {0, 1}), claim(Cause::crash_loop, {0, 1})},
       "termination-race 0 1; crash-loop 0 1"},
      // One failure proves no special cause, and must not undo the general one.
      {"too_few_to_prove_the_special_one",
       {claim(Cause::no_endpoints, {0, 3}), claim(Cause::crash_loop, {3})},
       "no-endpoints 0 3; crash-loop 3"},
  };
  return all;
}

class Refined : public testing::TestWithParam<RefineRow> {};

TEST_P(Refined, tell_the_cause) {
  const Cells cells({10, 10, 10, 1});
  auto claims = GetParam().claims;
  settle_refined(cells.the_case, claims);
  EXPECT_EQ(told(claims), GetParam().left);
}

INSTANTIATE_TEST_SUITE_P(All, Refined, testing::ValuesIn(refine_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace straycat::diagnose
