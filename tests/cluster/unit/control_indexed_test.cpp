// Indexed Jobs, what a failed pod does to its Job, and Endpoints that a person writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/job_indexes.hpp"
#include "cluster/kinds/validation.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using ::testing::ElementsAre;

class IndexedTest : public ::testing::Test {
 protected:
  void start(const json& spec) {
    json job = {{"kind", "Job"},
                {"apiVersion", "batch/v1"},
                {"metadata", {{"name", "j"}, {"namespace", world.ns}}},
                {"spec", spec}};
    job["spec"]["completionMode"] = "Indexed";
    job["spec"]["template"]["spec"] = {{"restartPolicy", "Never"},
                                       {"containers", json::array({json{{"name", "c"}, {"image", "i"}}})}};
    world.make(job);
    world.settle();
    world.run_all_pods();
    world.settle();
  }
  // The pod of an index that has not ended.
  std::string pod(std::int64_t index) {
    for (const auto& one : world.pods("Job"))
      if (pod_active(one) && index_of(one, 100) == index) return name_of(one);
    return {};
  }
  void fail_with(std::int64_t index, int code) {
    const json ended = {{"exitCode", code}, {"finishedAt", kube_time(world.clock.wall_seconds())}};
    const json status = {{"name", "c"}, {"state", {{"terminated", ended}}}};
    world.patch("Pod", pod(index), {{"status", {{"phase", "Failed"}, {"containerStatuses", json::array({status})}}}});
    world.settle();
  }
  std::string end() {
    const auto status = world.get("Job", "j")["status"];
    for (const char* type : {"Complete", "Failed"})
      if (const auto* condition = condition_of(status, type))
        return std::string(type) + " " + string_or(*condition, "reason");
    return {};
  }

  ControlWorld world;
};

TEST(Indexes, AreRangesInText) {
  EXPECT_EQ(to_text(parse_indexes("0,2-4,7,x,9-8")), "0,2-4,7");
  EXPECT_EQ(to_text({1, 2}), "1,2");
  EXPECT_EQ(to_text({}), "");
}

TEST_F(IndexedTest, EachIndexEndsOnceAndItsPodKnowsIt) {
  start({{"completions", 3}, {"parallelism", 2}});
  const auto first = world.get("Pod", pod(0));
  EXPECT_EQ(text_at(first, "/spec/hostname"), "j-0");
  EXPECT_EQ(text_at(first, "/spec/containers/0/env/0/name"), "JOB_COMPLETION_INDEX");
  EXPECT_EQ(pod(2), "");
  world.end_pod(pod(1), true);
  world.settle();
  world.run_all_pods();
  EXPECT_EQ(world.get("Job", "j")["status"]["completedIndexes"], "1");
  world.end_pod(pod(0), true);
  world.end_pod(pod(2), true);
  world.settle();
  EXPECT_EQ(world.get("Job", "j")["status"]["completedIndexes"], "0-2");
  EXPECT_EQ(end(), "Complete CompletionsReached");
}

TEST_F(IndexedTest, AnIndexFailsAloneAndTheOthersGoOn) {
  start({{"completions", 2}, {"parallelism", 2}, {"backoffLimitPerIndex", 1}});
  fail_with(0, 1);
  world.advance(std::chrono::seconds{11});
  world.run_all_pods();
  EXPECT_EQ(failures_before(world.get("Pod", pod(0))), 1);
  fail_with(0, 1);
  EXPECT_EQ(world.get("Job", "j")["status"]["failedIndexes"], "0");
  EXPECT_EQ(end(), "");
  world.end_pod(pod(1), true);
  world.settle();
  EXPECT_EQ(end(), "Failed FailedIndexes");
}

TEST_F(IndexedTest, WhatTheControllerTakesAwayHasNotFailed) {
  start({{"completions", 2}, {"parallelism", 2}, {"backoffLimitPerIndex", 0}});
  const auto failed = [&] { return string_or(world.get("Job", "j")["status"], "failedIndexes"); };
  world.patch("Job", "j", {{"spec", {{"parallelism", 1}}}});
  world.settle();
  EXPECT_EQ(failed(), "") << "shrunk";
  world.patch("Job", "j", {{"spec", {{"suspend", true}}}});
  world.settle();
  EXPECT_EQ(failed(), "") << "suspended";
  EXPECT_EQ(end(), "");
  world.bury_all_pods();
  world.patch("Job", "j", {{"spec", {{"suspend", false}, {"parallelism", 2}}}});
  world.settle();
  ASSERT_NE(pod(1), "");
  EXPECT_EQ(failures_before(world.get("Pod", pod(1))), 0);
  fail_with(1, 1);
  EXPECT_EQ(failed(), "1") << "and this one has";
}

TEST_F(IndexedTest, LimitsOfAnIndexWantEachOther) {
  const auto refused = [&](json spec) {
    spec["completionMode"] = "Indexed";
    spec["completions"] = 2;
    spec["template"]["spec"] = {{"restartPolicy", "Never"},
                                {"containers", json::array({json{{"name", "c"}, {"image", "i"}}})}};
    std::string all;
    for (const auto& cause :
         validate({{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", {{"name", "j"}}}, {"spec", spec}}))
      if (cause.field.rfind("spec.template", 0) != 0) all += cause.field + ": " + cause.message;
    return all;
  };
  EXPECT_EQ(refused({{"maxFailedIndexes", 1}}),
            "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified");
  EXPECT_EQ(refused({{"maxFailedIndexes", 3}, {"backoffLimitPerIndex", 0}}),
            "spec.maxFailedIndexes: Invalid value: 3: must be less than or equal to completions");
  EXPECT_EQ(refused({{"maxFailedIndexes", 2}, {"backoffLimitPerIndex", 0}}), "");
  const json rule = {{"action", "FailIndex"}, {"onExitCodes", {{"operator", "In"}, {"values", {42}}}}};
  EXPECT_EQ(refused({{"podFailurePolicy", {{"rules", json::array({rule})}}}}),
            "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to "
            "be set");
}

TEST_F(IndexedTest, ThePolicyDecidesWhatAFailureIs) {
  start({{"completions", 1},
         {"podFailurePolicy",
          {{"rules",
            json::array({json{{"action", "Ignore"}, {"onExitCodes", {{"operator", "In"}, {"values", {7}}}}},
                         json{{"action", "FailJob"}, {"onExitCodes", {{"operator", "In"}, {"values", {42}}}}}})}}}});
  fail_with(0, 7);
  EXPECT_EQ(world.get("Job", "j")["status"].value("failed", 0), 0) << "ignored";
  world.advance(std::chrono::seconds{11});
  world.run_all_pods();
  fail_with(0, 42);
  EXPECT_EQ(end(), "Failed PodFailurePolicy");
}

TEST_F(IndexedTest, ASuccessRuleEndsItBeforeAllAreThrough) {
  start({{"completions", 3},
         {"parallelism", 3},
         {"successPolicy", {{"rules", json::array({json{{"succeededIndexes", "1"}}})}}}});
  world.end_pod(pod(1), true);
  world.settle();
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(end(), "Complete SuccessPolicy");
  EXPECT_EQ(world.get("Job", "j")["status"].value("failed", 0), 0) << "those that were not needed have not failed";
}

TEST_F(IndexedTest, EndpointsThatAPersonWritesAreMirrored) {
  world.make(json{{"kind", "Service"},
                  {"metadata", {{"name", "own"}, {"namespace", world.ns}}},
                  {"spec", {{"ports", json::array({json{{"port", 80}}})}}}});
  const auto subset = [](const char* address) {
    return json{{"addresses", json::array({json{{"ip", address}}})}, {"ports", json::array({json{{"port", 80}}})}};
  };
  world.make(json{{"kind", "Endpoints"},
                  {"metadata", {{"name", "own"}, {"namespace", world.ns}}},
                  {"subsets", json::array({subset("10.1.2.3")})}});
  world.settle();
  const auto addresses = [&] {
    std::vector<std::string> out;
    for (const auto& slice : world.store.list("EndpointSlice", world.ns))
      for (const auto& endpoint : (*slice)["endpoints"]) out.push_back(endpoint["addresses"][0]);
    return out;
  };
  EXPECT_THAT(addresses(), ElementsAre("10.1.2.3"));
  world.patch("Endpoints", "own", {{"subsets", json::array({subset("10.1.2.4")})}});
  world.settle();
  EXPECT_THAT(addresses(), ElementsAre("10.1.2.4"));
  world.remove("Endpoints", "own");
  world.settle();
  EXPECT_TRUE(addresses().empty());
}

}  // namespace
}  // namespace straycat::cluster
