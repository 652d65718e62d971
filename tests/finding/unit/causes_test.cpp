// The table of causes holds together, and old names stay readable.
#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/finding/causes.hpp>
#include <straycat/finding/finding.hpp>

namespace straycat::finding {
namespace {

bool within(const FoundBy& part, const FoundBy& whole) {
  return part.traffic <= whole.traffic && part.listing <= whole.listing && part.manifests <= whole.manifests;
}

TEST(Causes, each_stands_at_its_place_once) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < causes().size(); ++i) {
    const CauseRow& one = causes()[i];
    EXPECT_EQ(static_cast<std::size_t>(one.cause), i) << one.id;
    EXPECT_TRUE(words.insert(one.id).second) << one.id;
    for (const auto old : one.old_ids) EXPECT_TRUE(words.insert(old).second) << old;
  }
  EXPECT_EQ(row(Cause::unexplained).id, "unexplained") << "the last of the enum has a row";
  EXPECT_EQ(causes().size(), 41U);
}

TEST(Causes, are_spelt_and_told_alike) {
  for (const CauseRow& one : causes()) {
    EXPECT_EQ(one.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << one.id;
    EXPECT_FALSE(one.title.empty() || one.title.ends_with('.')) << one.id;
    EXPECT_TRUE(one.promise.ends_with('.')) << one.id;
    EXPECT_EQ(std::count(one.promise.begin(), one.promise.end(), '.'), 1) << one.id << ": one sentence";
  }
}

TEST(Causes, nothing_is_found_where_it_cannot_be) {
  for (const CauseRow& one : causes()) {
    EXPECT_TRUE(within(one.found, one.promised)) << one.id;
    EXPECT_EQ(expectable(one.cause), one.found.traffic) << one.id;
    if (!expectable(one.cause)) EXPECT_FALSE(why_not_expectable(one.cause).empty()) << one.id;
  }
}

TEST(Causes, names_read_back_old_ones_too) {
  for (const CauseRow& one : causes()) EXPECT_EQ(cause_from(to_string(one.cause)), one.cause);
  EXPECT_EQ(cause_from("stale-endpoint"), Cause::stale_slice);
  EXPECT_EQ(cause_from("foreign-slice"), Cause::selector_unwanted);
  EXPECT_EQ(cause_from("none"), std::nullopt);
  EXPECT_EQ(cause_from(""), std::nullopt);
}

TEST(Causes, refining_goes_one_way) {
  for (const CauseRow& a : causes()) {
    for (const CauseRow& b : causes())
      EXPECT_FALSE(refines(a.cause, b.cause) && refines(b.cause, a.cause)) << a.id << " " << b.id;
  }
  EXPECT_TRUE(refines(Cause::oom_kill, Cause::no_endpoints));
  EXPECT_TRUE(refines(Cause::keep_alive_race, Cause::server_resets));
  EXPECT_TRUE(refines(Cause::prober_limit, Cause::stray_endpoint));
  EXPECT_FALSE(refines(Cause::no_endpoints, Cause::crash_loop));
  EXPECT_FALSE(refines(Cause::crash_loop, Cause::crash_loop));
}

// --- which of two findings is the cause

Finding about(Cause cause, const char* workload, const std::string& sentence = "s") {
  Finding one;
  one.cause = cause;
  one.ns = "shop";
  one.service = "sayhi";
  one.sentence = sentence;
  if (*workload != '\0') one.workload = model::ObjectRef{"Deployment", "shop", workload, ""};
  return one;
}

std::string told(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings) {
    text += (text.empty() ? "" : "; ") + std::string(to_string(one.cause));
    for (const Symptom& symptom : one.symptoms) text += " as " + std::string(to_string(symptom.cause));
  }
  return text;
}

struct SettleCase {
  const char* name;
  std::vector<Finding> findings;
  const char* left;
};

const std::vector<SettleCase>& settle_cases() {
  static const std::vector<SettleCase> all = {
      {"special_and_general",
       {about(Cause::no_endpoints, "a"), about(Cause::crash_loop, "a")},
       "crash-loop as no-endpoints"},
      {"in_the_other_order",
       {about(Cause::crash_loop, "a"), about(Cause::no_endpoints, "a")},
       "crash-loop as no-endpoints"},
      {"a_chain",
       {about(Cause::no_endpoints, "a"), about(Cause::crash_loop, "a"), about(Cause::liveness_kill, "a")},
       "liveness-kill as no-endpoints as crash-loop"},
      // Another workload's crash does not tell why this one is gone.
      {"of_two_workloads",
       {about(Cause::no_endpoints, "a"), about(Cause::crash_loop, "b")},
       "no-endpoints; crash-loop"},
      {"of_one_that_is_not_known",
       {about(Cause::no_endpoints, ""), about(Cause::crash_loop, "b")},
       "no-endpoints; crash-loop"},
      {"unrelated",
       {about(Cause::wrong_target_port, "a"), about(Cause::crash_loop, "a")},
       "wrong-target-port; crash-loop"},
      {"nothing", {}, ""},
  };
  return all;
}

class Settle : public testing::TestWithParam<SettleCase> {};

TEST_P(Settle, leaves_the_cause) {
  auto findings = GetParam().findings;
  settle(findings);
  EXPECT_EQ(told(findings), GetParam().left);
}

INSTANTIATE_TEST_SUITE_P(All, Settle, testing::ValuesIn(settle_cases()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Symptoms, are_told_in_words_and_json_once) {
  Finding finding = about(Cause::crash_loop, "a");
  EXPECT_FALSE(to_json(finding).contains("symptoms"));
  finding.showed_as(Cause::no_endpoints, "Service/sayhi had no endpoint to send to.");
  finding.showed_as(Cause::no_endpoints, "Service/sayhi had no endpoint to send to.");
  ASSERT_EQ(finding.symptoms.size(), 1U);
  EXPECT_EQ(finding.symptoms[0].words(),
            "It showed as a Service without endpoints: Service/sayhi had no endpoint to send to.");
  EXPECT_EQ(to_json(finding)["symptoms"][0]["cause"], "no-endpoints");
}

}  // namespace
}  // namespace straycat::finding
