#include "runner/conditions.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/support/routing_worlds.hpp"

namespace straycat::runner {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  const char* kind;
  const char* condition;
  const char* object;  // JSON; "null": it does not exist
  const char* want;    // "met", "not yet", "never"
  const char* state;   // part of it
};
struct ConditionTest : testing::TestWithParam<Case> {};

TEST_P(ConditionTest, IsJudged) {
  const auto& each = GetParam();
  const auto object = json::parse(each.object);
  const auto judged = judge(World{}, {each.kind, "x", ""}, each.condition, object.is_null() ? nullptr : &object);
  EXPECT_EQ(judged.met ? "met" : judged.never ? "never" : "not yet", std::string{each.want});
  EXPECT_THAT(judged.state, HasSubstr(each.state));
}

INSTANTIATE_TEST_SUITE_P(
    Rollout, ConditionTest,
    testing::Values(
        Case{"Absent", "Deployment", "RolledOut", "null", "not yet", "does not exist"},
        Case{"JustMade", "Deployment", "RolledOut",
             R"({"metadata":{"generation":1},"spec":{"replicas":3,"template":{}}})", "not yet",
             "has not been observed"},
        Case{
            "OldSpecSeen", "Deployment", "RolledOut",
            R"({"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":1,"updatedReplicas":1,"replicas":1,"availableReplicas":1}})",
            "not yet", "has not been observed"},
        Case{
            "SomeUpdated", "Deployment", "RolledOut",
            R"({"metadata":{"generation":2},"spec":{"replicas":3},"status":{"observedGeneration":2,"updatedReplicas":1,"replicas":4,"availableReplicas":3}})",
            "not yet", "1 of 3 new replicas have been updated"},
        Case{
            "OldOnesLeft", "Deployment", "RolledOut",
            R"({"metadata":{"generation":2},"spec":{"replicas":3},"status":{"observedGeneration":2,"updatedReplicas":3,"replicas":4,"availableReplicas":3}})",
            "not yet", "1 old replicas are pending termination"},
        Case{
            "NotAvailable", "Deployment", "RolledOut",
            R"({"metadata":{"generation":2},"spec":{"replicas":3},"status":{"observedGeneration":2,"updatedReplicas":3,"replicas":3,"availableReplicas":2}})",
            "not yet", "2 of 3 updated replicas are available"},
        Case{
            "Done", "Deployment", "RolledOut",
            R"({"metadata":{"generation":2},"spec":{"replicas":3},"status":{"observedGeneration":2,"updatedReplicas":3,"replicas":3,"availableReplicas":3}})",
            "met", ""},
        Case{"ToZero", "Deployment", "RolledOut",
             R"({"metadata":{"generation":2},"spec":{"replicas":0},"status":{"observedGeneration":2}})", "met", ""},
        Case{
            "Stuck", "Deployment", "RolledOut",
            R"({"metadata":{"generation":2},"spec":{},"status":{"observedGeneration":2,"conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}]}})",
            "never", "exceeded its progress deadline"},
        Case{
            "Daemons", "DaemonSet", "RolledOut",
            R"({"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":1}})",
            "not yet", "1 of 2 updated pods are available"},
        Case{
            "StatefulRevision", "StatefulSet", "RolledOut",
            R"({"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"readyReplicas":1,"updateRevision":"b","currentRevision":"a"}})",
            "not yet", "new revision"}),
    [](const auto& each) { return each.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rest, ConditionTest,
    testing::Values(
        Case{"Exists", "Pod", "Exists", "{}", "met", ""},
        Case{"ExistsNot", "Pod", "Exists", "null", "not yet", "does not exist"},
        Case{"Deleted", "Pod", "Deleted", "null", "met", ""},
        Case{"DeletedNot", "Pod", "Deleted", "{}", "not yet", "still there"},
        Case{"JobComplete", "Job", "Complete", R"({"status":{"conditions":[{"type":"Complete","status":"True"}]}})",
             "met", ""},
        Case{"JobRuns", "Job", "Complete", R"({"status":{"active":1,"failed":2}})", "not yet",
             "1 active, 0 succeeded, 2 failed"},
        Case{"JobFailed", "Job", "Complete",
             R"({"status":{"conditions":[{"type":"Failed","status":"True","message":"backoff limit"}]}})", "never",
             "failed: backoff limit"},
        Case{"JobFailedAsAsked", "Job", "Failed", R"({"status":{"conditions":[{"type":"Failed","status":"True"}]}})",
             "met", ""},
        Case{"JobCompleteNotFailed", "Job", "Failed",
             R"({"status":{"conditions":[{"type":"Complete","status":"True"}]}})", "never", "completed"},
        Case{"PodSucceeded", "Pod", "Complete", R"({"status":{"phase":"Succeeded"}})", "met", ""},
        Case{"PodReady", "Pod", "Ready", R"({"status":{"conditions":[{"type":"Ready","status":"True"}]}})", "met", ""},
        Case{"PodNotReady", "Pod", "Ready", R"({"status":{"phase":"Pending"}})", "not yet", "phase Pending"},
        Case{"JobReady", "Job", "Ready", R"({"spec":{"parallelism":2},"status":{"ready":1}})", "not yet",
             "1 of 2 pods are ready"},
        Case{
            "DeploymentReady", "Deployment", "Ready",
            R"({"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"readyReplicas":2}})",
            "met", ""},
        Case{
            "Available", "Deployment", "Available",
            R"({"metadata":{"generation":1},"status":{"observedGeneration":1,"conditions":[{"type":"Available","status":"True"}]}})",
            "met", ""},
        Case{
            "AvailableOfAnOlderSpec", "Deployment", "Available",
            R"({"metadata":{"generation":2},"status":{"observedGeneration":1,"conditions":[{"type":"Available","status":"True"}]}})",
            "not yet", "has not been observed"},
        Case{"AnyCondition", "Kitten", "Fed", R"({"status":{"conditions":[{"type":"Fed","status":"True"}]}})", "met",
             ""},
        Case{"AnyConditionFalse", "Kitten", "Fed", R"({"status":{"conditions":[{"type":"Fed","status":"False"}]}})",
             "not yet", "condition Fed is not True"},
        Case{"WrongTypes", "Job", "Complete", R"({"status":{"conditions":"x","active":"y"}})", "not yet", "0 active"},
        Case{"NoObjectAtAll", "Deployment", "RolledOut", R"([1])", "not yet", ""}),
    [](const auto& each) { return each.param.name; });

// A Deployment's pod and a Job's pod behind one Service.
struct RoutableTest : testing::Test {
  World world;
  void SetUp() override {
    const auto owned = [](const char* name, const char* kind) {
      json out{{"metadata", {{"name", name}, {"uid", std::string{"u-"} + name}}}, {"status", {{"phase", "Running"}}}};
      out["metadata"]["ownerReferences"] =
          json::array({json{{"kind", kind}, {"name", "w"}, {"uid", "w"}, {"controller", true}}});
      return out;
    };
    (void)world.applied("Pod", owned("d", "StatefulSet"));
    (void)world.applied("Pod", owned("j", "Job"));
  }
  void slice(const char* pod, json conditions, bool ports = true, const char* service = "s") {
    json endpoint{{"addresses", json::array({"10.0.0.1"})}, {"conditions", std::move(conditions)}};
    endpoint["targetRef"] = {{"kind", "Pod"}, {"name", pod}, {"uid", std::string{"u-"} + pod}};
    json out{{"metadata", {{"name", "s-1"}, {"labels", {{"kubernetes.io/service-name", service}}}}},
             {"addressType", "IPv4"}};
    out["endpoints"] = json::array({endpoint});
    if (ports) out["ports"] = json::array({json{{"port", 3000}}});
    (void)world.applied("EndpointSlice", out);
  }
  bool met(const char* kind, const char* name, const char* condition) {
    return judge(world, {kind, name, ""}, condition, nullptr).met;
  }
};

TEST_F(RoutableTest, IsAReadyEndpointOfTheWorkloadsOwnPod) {
  EXPECT_FALSE(met("Job", "w", "Routable"));
  EXPECT_TRUE(met("Job", "w", "Unroutable"));
  slice("j", {{"ready", true}});
  EXPECT_TRUE(met("Job", "w", "Routable"));
  EXPECT_FALSE(met("Job", "w", "Unroutable"));
  EXPECT_FALSE(met("StatefulSet", "w", "Routable"));
  EXPECT_TRUE(met("Service", "s", "Routable"));
  EXPECT_TRUE(met("Pod", "j", "Routable"));
}

TEST_F(RoutableTest, UnsetReadyMeansReady) {
  slice("j", json::object());
  EXPECT_TRUE(met("Job", "w", "Routable"));
}

TEST_F(RoutableTest, NotReadyIsListedButNotRoutable) {
  slice("j", {{"ready", false}, {"serving", true}});
  EXPECT_FALSE(met("Job", "w", "Routable"));
}

TEST_F(RoutableTest, WhoServesWhileItTerminatesIsRoutableWhereNothingElseIs) {
  slice("j", {{"ready", false}, {"serving", true}, {"terminating", true}});
  EXPECT_TRUE(met("Job", "w", "Routable")) << "a proxy falls back to it";
  EXPECT_FALSE(met("Job", "w", "Unroutable"));
  EXPECT_TRUE(met("Service", "s", "Routable"));
  slice("j", {{"ready", false}, {"serving", false}, {"terminating", true}});
  EXPECT_TRUE(met("Job", "w", "Unroutable"));
}

TEST(Routable, IsWhatTheJudgeSaysItIs) {
  for (const test::routing::World& each : test::routing::worlds()) {
    World world;
    for (const json& object : each.objects()) (void)world.applied("EndpointSlice", object);
    for (int number = 1; number <= 2; ++number) {
      const std::string name = "p" + std::to_string(number);
      (void)world.applied("Pod", {{"metadata", {{"name", name}, {"uid", "u" + std::to_string(number)}}}});
      // Which ports are asked for is not said: those of other protocols and names count.
      const std::string_view of_another = each.name;
      if (of_another.starts_with("Another")) continue;
      const bool wanted = std::find(each.routable.begin(), each.routable.end(), number) != each.routable.end();
      EXPECT_EQ(judge(world, {"Pod", name, ""}, "Routable", nullptr).met, wanted) << each.name << " " << name;
      EXPECT_EQ(judge(world, {"Pod", name, ""}, "Unroutable", nullptr).met, !wanted) << each.name << " " << name;
    }
    EXPECT_EQ(judge(world, {"Service", "other", ""}, "Routable", nullptr).met, false);
  }
}

TEST_F(RoutableTest, ASliceWithoutPortsRoutesNothing) {
  slice("j", {{"ready", true}}, false);
  EXPECT_FALSE(met("Job", "w", "Routable"));
}

TEST(Trouble, ShowsPodsThatAreNotReadyAndTheLastWarnings) {
  World world;
  json pod{{"metadata", {{"name", "p"}, {"uid", "u"}}}};
  pod["status"] = {{"phase", "Pending"}};
  pod["status"]["containerStatuses"] = json::array({json{
      {"name", "c"}, {"ready", false}, {"restartCount", 2}, {"state", {{"waiting", {{"reason", "ErrImagePull"}}}}}}});
  (void)world.applied("Pod", pod);
  for (int i = 0; i < 7; ++i) {
    json event{{"metadata", {{"name", "e" + std::to_string(i)}}},
               {"type", "Warning"},
               {"reason", "Failed"},
               {"message", "try " + std::to_string(i)}};
    event["involvedObject"] = {{"kind", "Pod"}, {"name", "p"}};
    event["lastTimestamp"] = "2026-11-24T20:00:0" + std::to_string(i) + "Z";
    (void)world.applied("Event", event);
  }
  EXPECT_EQ(
      describe_trouble(world, {"Pod", "p", ""}),
      "; Pod/p: Pending, container c waiting (ErrImagePull), 2 restarts; Pod/p Failed: try 2; Pod/p Failed: try 3; "
      "Pod/p Failed: try 4; Pod/p Failed: try 5; Pod/p Failed: try 6");
}

}  // namespace
}  // namespace straycat::runner
