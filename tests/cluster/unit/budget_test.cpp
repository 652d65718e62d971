// PodDisruptionBudgets: what they let go, told in their status, and held to by evictions.
#include "cluster/kinds/budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/validation.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* three_of_web =
    R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web","namespace":"straycat-demo"},
  "spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
  "spec":{"containers":[{"name":"c","image":"i"}]}}}})";

struct BudgetWorld : testing::Test {
  ControlWorld world;
  Tokens tokens;
  Rest rest{world.context.get_executor(), world.store, tokens, {}};

  void SetUp() override {
    world.make(three_of_web);
    world.settle();
    world.run_all_pods();
    world.settle();
  }
  void budget(const std::string& rule) {
    world.make(json::parse(
        R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b","namespace":"straycat-demo"},"spec":{)" +
        rule + R"(,"selector":{"matchLabels":{"app":"web"}}}})"));
    world.settle();
  }
  std::string pod(std::size_t number) { return name_of(world.pods().at(number)); }
  std::pair<int, json> evict(const std::string& name, const json& options = json::object(),
                             const std::string& query = "") {
    json eviction = {{"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", {{"name", name}}}};
    eviction["deleteOptions"] = options;
    const Request request{"POST",
                          "/api/v1/namespaces/" + world.ns + "/pods/" + name + "/eviction" + query,
                          "application/json",
                          "application/json",
                          "Bearer " + tokens.admin(),
                          "test/1",
                          "",
                          eviction.dump()};
    auto answer = rest.handle(request);
    const auto* response = std::get_if<Response>(&answer);
    if (response == nullptr) return {0, {}};
    world.settle();
    return {response->code, json::parse(response->body, nullptr, false)};
  }
  json status() { return world.get("PodDisruptionBudget", "b")["status"]; }
};

TEST_F(BudgetWorld, WithoutOneAnybodyGoes) {
  const auto first = pod(0);
  EXPECT_EQ(evict(first).first, 201);
  EXPECT_TRUE(is_deleted(world.get("Pod", first)));
  EXPECT_EQ(evict("nobody").first, 404);
}

TEST_F(BudgetWorld, HoldsBackWhatWouldBeTooMuch) {
  budget(R"("minAvailable":2)");
  EXPECT_EQ(status()["disruptionsAllowed"], 1);
  EXPECT_EQ(status()["currentHealthy"], 3);
  EXPECT_EQ(status()["desiredHealthy"], 2);
  EXPECT_EQ(status()["expectedPods"], 3);
  EXPECT_EQ(status()["conditions"][0]["reason"], "SufficientPods");
  const auto first = pod(0), second = pod(1);
  EXPECT_EQ(evict(first).first, 201);
  EXPECT_EQ(status()["disruptionsAllowed"], 0);
  const auto [code, said] = evict(second);
  EXPECT_EQ(code, 429);
  EXPECT_EQ(said["reason"], "TooManyRequests");
  EXPECT_EQ(said["details"]["causes"][0]["message"],
            "The disruption budget b needs 2 healthy pods and has 2 currently");
  EXPECT_EQ(evict(first).first, 201) << "it goes already";
  world.run_all_pods();  // its successor
  world.settle();
  EXPECT_EQ(evict(second).first, 201);
}

TEST_F(BudgetWorld, SharesAreReckonedFromWhatTheControllersWant) {
  budget(R"("maxUnavailable":"50%")");
  EXPECT_EQ(status()["desiredHealthy"], 1) << "half of three, rounded up, may go";
  world.patch("PodDisruptionBudget", "b", json::parse(R"({"spec":{"maxUnavailable":0}})"));
  world.settle();
  EXPECT_EQ(status()["disruptionsAllowed"], 0);
  EXPECT_EQ(evict(pod(0)).first, 429);
}

// A rollout's two ReplicaSets are one Deployment, and who controls a pod is asked again when that changes.
TEST_F(BudgetWorld, ADeploymentCountsOnce) {
  world.remove("ReplicaSet", "web");
  world.settle();
  auto deployment = json::parse(three_of_web);
  deployment["kind"] = "Deployment";
  world.make(deployment);
  world.settle();
  world.bury_all_pods();
  world.run_all_pods();
  world.settle();
  budget(R"("maxUnavailable":"34%")");
  EXPECT_EQ(status()["expectedPods"], 3);
  world.patch("Deployment", "web", json::parse(R"({"spec":{"template":{"spec":{"nodeName":"x"}}}})"));
  world.settle();
  EXPECT_EQ(world.store.list("ReplicaSet", world.ns).size(), 2U);
  EXPECT_EQ(status()["expectedPods"], 3);
  world.patch("Deployment", "web", json::parse(R"({"spec":{"paused":true,"replicas":6}})"));
  world.settle();
  EXPECT_EQ(status()["expectedPods"], 6);
}

TEST_F(BudgetWorld, APodWithoutAControllerIsNoPartOfAShare) {
  world.make(json::parse(
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"alone","namespace":"straycat-demo","labels":{"db":"x"}},
    "spec":{"containers":[{"name":"c","image":"i"}]}})"));
  budget(R"("maxUnavailable":1)");
  EXPECT_EQ(status()["expectedPods"], 3);
  world.patch("PodDisruptionBudget", "b", json::parse(R"({"spec":{"selector":{"matchLabels":{"app":null}}}})"));
  world.settle();
  EXPECT_EQ(status()["expectedPods"], 3);
  EXPECT_EQ(status()["currentHealthy"], 3);
}

TEST_F(BudgetWorld, WhatCannotBeReckonedLetsNobodyGo) {
  world.make(json::parse(
      R"({"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"each","namespace":"straycat-demo"},
    "spec":{"selector":{"matchLabels":{"app":"web","each":"node"}},"template":{"metadata":{"labels":{"app":"web",
    "each":"node"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})"));
  world.settle();
  world.run_all_pods();
  world.settle();
  budget(R"("maxUnavailable":2)");
  EXPECT_EQ(status()["disruptionsAllowed"], 0);
  EXPECT_EQ(status()["conditions"][0]["reason"], "SyncFailed");
  const auto [code, said] = evict(pod(0));
  EXPECT_EQ(code, 429);
  EXPECT_EQ(said["details"]["causes"][0]["message"],
            "The disruption budget b does not allow evicting pods currently because it failed sync: apps/v1, "
            "Resource=daemonsets does not implement the scale subresource");
  world.patch("PodDisruptionBudget", "b", json::parse(R"({"spec":{"maxUnavailable":null,"minAvailable":1}})"));
  world.settle();
  EXPECT_EQ(status()["disruptionsAllowed"], 3) << "a number needs no controller";
}

TEST_F(BudgetWorld, WithoutANumberNobodyGoes) {
  budget(R"("unhealthyPodEvictionPolicy":"IfHealthyBudget")");
  EXPECT_EQ(status()["disruptionsAllowed"], 0);
  const auto [code, said] = evict(pod(0));
  EXPECT_EQ(code, 429);
  EXPECT_EQ(said["details"]["causes"][0]["message"], "The disruption budget b does not allow evicting pods currently");
}

TEST(Budgets, AShareIsAtMostTheWhole) {
  EXPECT_EQ(resolve_int_or_percent("9223372036854775807%", 3, true), 64424510);
  const auto said = [](const char* amount) {
    std::string all;
    for (const auto& cause : validate({{"apiVersion", "policy/v1"},
                                       {"kind", "PodDisruptionBudget"},
                                       {"metadata", {{"name", "b"}}},
                                       {"spec", {{"maxUnavailable", json::parse(amount)}}}}))
      all += cause.field + ": " + cause.message;
    return all;
  };
  EXPECT_EQ(said("\"100%\""), "");
  EXPECT_EQ(said("7"), "");
  EXPECT_EQ(said("\"101%\""), "spec.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%");
  EXPECT_EQ(said("-1"), "spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0");
  EXPECT_THAT(said("\"x\""), testing::HasSubstr("a valid percent string"));
}

TEST_F(BudgetWorld, AnUnreadyPodDisturbsNobodyWhileTheBudgetIsMet) {
  budget(R"("minAvailable":2)");
  world.set_ready(pod(0), false);
  world.settle();
  EXPECT_EQ(status()["disruptionsAllowed"], 0);
  EXPECT_EQ(evict(pod(1)).first, 429);
  EXPECT_EQ(evict(pod(0)).first, 201);
}

TEST_F(BudgetWorld, TwoBudgetsOfOnePodAreNotSupported) {
  budget(R"("minAvailable":1)");
  world.make(
      R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"c","namespace":"straycat-demo"},
    "spec":{"minAvailable":1,"selector":{}}})");
  EXPECT_EQ(evict(pod(0)).first, 500);
}

TEST_F(BudgetWorld, ADryRunChangesNothing) {
  const auto first = pod(0);
  EXPECT_EQ(evict(first, {{"dryRun", json::array({"All"})}}).first, 201);
  EXPECT_EQ(evict(first, json::object(), "?dryRun=All").first, 201);
  EXPECT_FALSE(is_deleted(world.get("Pod", first)));
}

TEST_F(BudgetWorld, PreconditionsAreAskedBeforeThePodIsMarkedAndItIsMarkedOnce) {
  const auto first = pod(0);
  const auto marks = [&] {
    const auto conditions = world.get("Pod", first)["status"]["conditions"];
    return std::count_if(conditions.begin(), conditions.end(),
                         [](const json& one) { return string_or(one, "type") == "DisruptionTarget"; });
  };
  EXPECT_EQ(evict(first, {{"preconditions", {{"uid", "another"}}}}).first, 409);
  EXPECT_EQ(marks(), 0);
  const auto version = text_at(world.get("Pod", first), "/metadata/resourceVersion");
  EXPECT_EQ(evict(first, {{"preconditions", {{"resourceVersion", version}}}}).first, 201);
  EXPECT_TRUE(is_deleted(world.get("Pod", first)));
  EXPECT_EQ(evict(first).first, 201);
  EXPECT_EQ(marks(), 1);
}

}  // namespace
}  // namespace straycat::cluster
