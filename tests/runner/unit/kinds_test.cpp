// What the table of kinds says of watching, waiting and rights is what a run does.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/conditions.hpp"
#include "runner/world.hpp"
#include <straycat/kube/client.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/runner/rights.hpp>

namespace straycat::runner {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(KindsOfARun, WhatIsWatchedIsTold) {
  for (const model::Kind& kind : model::kinds()) {
    if (!kind.watched) continue;
    World world;
    const json object{{"kind", kind.name}, {"metadata", {{"name", "x"}, {"uid", "u"}}}};
    const std::string name(kind.name);
    const auto told = world.applied(name, object);
    ASSERT_THAT(told, SizeIs(1)) << name;
    Oddities odd;
    const auto read = model::from_log(told[0].kind, told[0].body, odd);
    ASSERT_TRUE(read) << name << " is told in words that no judge reads";
    EXPECT_EQ(model::meta_of(read->object).kind, kind.name);
    EXPECT_EQ(world.workloads().size(), kind.makes_pods() ? 1u : 0u) << name;
    const auto gone = world.deleted(name, object);
    ASSERT_THAT(gone, SizeIs(1)) << name;
    EXPECT_TRUE(model::from_log(gone[0].kind, gone[0].body, odd)->deleted);
    EXPECT_EQ(odd, Oddities{}) << name;
  }
}

TEST(KindsOfARun, WhatTheLogDoesNotHoldIsKeptForTheStepsAlone) {
  for (const char* kind : {"ConfigMap", "Kitten"}) {
    World world;
    const json object{{"metadata", {{"name", "x"}}}};
    EXPECT_THAT(world.applied(kind, object), IsEmpty());
    EXPECT_NE(world.find(kind, "x"), nullptr);
    EXPECT_THAT(world.deleted(kind, object), IsEmpty());
    EXPECT_EQ(world.find(kind, "x"), nullptr);
  }
}

// An object of whom all that a scenario may wait for has come true.
json fulfilled(const model::Kind& kind, const std::string& condition) {
  json object{{"kind", kind.name}, {"metadata", {{"name", "x"}, {"uid", "u"}, {"generation", 1}}}};
  object["spec"] = {{"replicas", 1}, {"parallelism", 1}};
  json& status = object["status"];
  for (const char* count :
       {"observedGeneration", "replicas", "updatedReplicas", "availableReplicas", "readyReplicas", "ready",
        "desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"})
    status[count] = 1;
  status["phase"] = condition == "Failed" ? "Failed" : "Succeeded";
  // Who makes pods is ready by their count, and has no condition of that name.
  if (condition != "Ready" || !kind.makes_pods())
    status["conditions"] = json::array({json{{"type", condition}, {"status", "True"}}});
  return object;
}

// A world in which the object stands ready behind a Service (or, a Service, has somebody ready behind it).
World routing(const model::Kind& kind) {
  World world;
  json pod{{"metadata", {{"name", kind.name == "Pod" ? "x" : "p"}, {"uid", "up"}}}};
  if (kind.makes_pods())
    pod["metadata"]["ownerReferences"] =
        json::array({json{{"kind", kind.name}, {"name", "x"}, {"uid", "u"}, {"controller", true}}});
  (void)world.applied("Pod", pod);
  const json endpoint{{"addresses", {"10.0.0.1"}}, {"targetRef", {{"kind", "Pod"}, {"name", "p"}, {"uid", "up"}}}};
  (void)world.applied("EndpointSlice",
                      {{"metadata", {{"name", "s"}, {"labels", {{"kubernetes.io/service-name", "x"}}}}},
                       {"addressType", "IPv4"},
                       {"endpoints", json::array({endpoint})},
                       {"ports", json::array({json{{"port", 80}}})}});
  return world;
}

TEST(KindsOfARun, EveryConditionOfAKindComesTrue) {
  for (const model::Kind& kind : model::kinds()) {
    for (const std::string& condition : kind.all_conditions()) {
      const json object = fulfilled(kind, condition);
      const bool gone = condition == "Deleted";
      const World world = condition == "Routable" ? routing(kind) : World{};
      const plan::Target target{std::string(kind.name), "x", ""};
      const auto judged = judge(world, target, condition, gone ? nullptr : &object);
      EXPECT_TRUE(judged.met) << kind.name << " " << condition << ": " << judged.state;
      const bool at_once = gone || condition == "Unroutable";
      EXPECT_EQ(judge(World{}, target, condition, nullptr).met, at_once) << kind.name << " " << condition;
    }
  }
}

std::set<std::string> asked(const std::vector<Right>& rights) {
  std::set<std::string> out;
  for (const Right& right : rights) out.insert(describe(right));
  return out;
}

TEST(KindsOfARun, RightsAreThoseOfWhatIsRead) {
  const auto of_a_run = asked(run_rights(plan::Plan{}, false));
  const auto of_a_survey = asked(survey_rights());
  for (const model::Kind& kind : model::kinds()) {
    EXPECT_EQ(of_a_run.contains("watch " + kind.qualified()), kind.watched.has_value()) << kind.name;
    EXPECT_EQ(of_a_run.contains("list " + kind.qualified()), kind.watched.has_value()) << kind.name;
    EXPECT_EQ(of_a_survey.contains("list " + kind.qualified()), kind.listed.has_value()) << kind.name;
  }
  EXPECT_EQ(of_a_run.size(), 2 * std::count_if(model::kinds().begin(), model::kinds().end(),
                                               [](const model::Kind& kind) { return kind.watched.has_value(); }));
}

TEST(KindsOfARun, EveryKindHasItsPlaceInTheApi) {
  for (const model::Kind& kind : model::kinds()) {
    const auto type = kube::resource_for_kind(kind.name);
    ASSERT_TRUE(type);
    const auto same = kube::resource_for({{"apiVersion", kind.api_version}, {"kind", kind.name}});
    ASSERT_TRUE(same);
    EXPECT_EQ(same->path("n", "x"), type->path("n", "x"));
    if (kind.also_as.empty()) continue;
    const auto other = kube::resource_for({{"apiVersion", kind.also_as}, {"kind", kind.name}});
    ASSERT_TRUE(other) << kind.also_as;
    EXPECT_NE(other->path("n", "x"), type->path("n", "x"));
  }
}

}  // namespace
}  // namespace straycat::runner
