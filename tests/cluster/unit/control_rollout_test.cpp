#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/replica_set_controller.hpp"
#include "cluster/controllers/rollout_math.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

json deployment_with(int replicas, json surge, json unavailable) {
  auto deployment = article_deployment(replicas);
  deployment["spec"]["strategy"] = json::object({{"type", "RollingUpdate"}});
  deployment["spec"]["strategy"]["rollingUpdate"] =
      json::object({{"maxSurge", surge}, {"maxUnavailable", unavailable}});
  return deployment;
}

TEST(RolloutMath, RoundsAsKubernetesDoes) {
  struct Case {
    int replicas;
    json surge, unavailable;
    std::int64_t max_surge, max_unavailable;
  };
  const Case cases[] = {
      {1, "25%", "25%", 1, 0},  {3, "25%", "25%", 1, 0},  {4, "25%", "25%", 1, 1},   {5, "25%", "25%", 2, 1},
      {10, "30%", "30%", 3, 3}, {3, 0, 0, 0, 1},          {3, "0%", "0%", 0, 1},     {2, 0, "10%", 0, 1},
      {2, 5, 0, 5, 0},          {2, 0, 5, 0, 2},          {1, "100%", "100%", 1, 1}, {0, "25%", "25%", 0, 0},
      {7, "1%", "99%", 1, 6},   {3, "nonsense", 0, 0, 1},
  };
  for (const auto& c : cases) {
    const auto posts = fenceposts_of(deployment_with(c.replicas, c.surge, c.unavailable));
    EXPECT_EQ(posts.surge, c.max_surge) << c.replicas << " " << c.surge;
    EXPECT_EQ(posts.unavailable, c.max_unavailable) << c.replicas << " " << c.unavailable;
  }
  auto recreate = article_deployment(4);
  recreate["spec"]["strategy"]["type"] = "Recreate";
  EXPECT_EQ(fenceposts_of(recreate).surge, 0);
}

// Cases of kubernetes deployment_util_test.go and sync_test.go.
TEST(RolloutMath, SharesOutAScaling) {
  EXPECT_EQ(proportion_of({10, 15, 10, 15, 10}, 5, 0), 5);
  EXPECT_EQ(proportion_of({5, 20, 12, 22, 12}, 10, 0), 4);
  EXPECT_EQ(proportion_of({7, 20, 12, 22, 12}, 10, 4), 6);
  EXPECT_EQ(proportion_of({5, 0, 12, 0, 12}, -12, 0), -5);
  EXPECT_EQ(proportion_of({5, 6, 12, 8, 12}, -4, 0), -2);
  EXPECT_EQ(proportion_of({0, 20, 12, 22, 12}, 10, 0), 0);
  EXPECT_EQ(proportion_of({5, 20, 0, 22, 0}, 10, 0), 0);
}

TEST(ReplicaSet, SurplusGoesInKubernetesOrder) {
  const auto pod = [](const char* name, const char* node, const char* phase, bool ready, int age, int restarts = 0,
                      const char* cost = "") {
    auto object = json::object({{"kind", "Pod"}, {"metadata", {{"name", name}, {"uid", name}}}});
    object["metadata"]["creationTimestamp"] = kube_time(100000 - age);
    if (*cost != '\0') object["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"] = cost;
    object["spec"]["nodeName"] = node;
    object["status"] = json::object({{"phase", phase}});
    const auto since = kube_time(100000 - age);
    object["status"]["conditions"] = json::array(
        {json::object({{"type", "Ready"}, {"status", ready ? "True" : "False"}, {"lastTransitionTime", since}})});
    object["status"]["containerStatuses"] = json::array({json::object({{"restartCount", restarts}})});
    return std::make_shared<const json>(std::move(object));
  };
  auto set = json::object({{"kind", "ReplicaSet"}, {"spec", {{"replicas", 0}}}});
  const std::vector<Object> pods = {
      pod("old-ready", "n", "Running", true, 9000),    pod("young-ready", "n", "Running", true, 10),
      pod("restarted", "n", "Running", true, 9001, 3), pod("unready", "n", "Running", false, 9000),
      pod("pending", "n", "Pending", false, 9000),     pod("unbound", "", "Pending", false, 9000),
      pod("costly", "n", "Running", true, 10, 0, "5"), pod("cheap", "n", "Running", true, 9000, 0, "-5"),
      pod("ended", "n", "Succeeded", false, 9000),
  };
  const auto plan = decide_replica_set(set, pods, 100000);
  EXPECT_THAT(plan.remove,
              ElementsAre("unbound", "pending", "unready", "cheap", "young-ready", "restarted", "old-ready", "costly"));
  EXPECT_EQ(plan.status["replicas"], 8);  // an ended pod is no replica
  set["spec"]["replicas"] = 10;
  EXPECT_EQ(decide_replica_set(set, pods, 100000).create, 2);
  set["spec"]["replicas"] = 1000000;
  EXPECT_EQ(decide_replica_set(set, pods, 100000).create, 500);
}

TEST(ReplicaSet, CountsAvailabilityByMinReadySeconds) {
  ControlWorld world;
  auto deployment = article_deployment(1);
  deployment["spec"]["minReadySeconds"] = 30;
  world.make(deployment);
  world.settle();
  world.run_all_pods();
  world.settle();
  const auto set = name_of(*world.store.list("ReplicaSet").front());
  EXPECT_EQ(world.get("ReplicaSet", set)["status"].value("readyReplicas", 0), 1);
  EXPECT_FALSE(world.get("ReplicaSet", set)["status"].contains("availableReplicas"));
  world.advance(std::chrono::seconds{29});
  EXPECT_FALSE(world.get("ReplicaSet", set)["status"].contains("availableReplicas"));
  world.advance(std::chrono::seconds{2});
  EXPECT_EQ(world.get("ReplicaSet", set)["status"]["availableReplicas"], 1);
  EXPECT_EQ(world.get("Deployment", "sayhi")["status"]["availableReplicas"], 1);
}

struct RolloutTest : testing::Test {
  ControlWorld world;

  void deploy(const json& deployment) {
    world.make(deployment);
    settle_ready();
  }
  void settle_ready() {
    for (int i = 0; i < 50; ++i) {
      world.settle();
      world.run_all_pods();
      world.bury_all_pods();
    }
    world.settle();
  }
  void change_template(const std::string& value) {
    world.patch("Deployment", "sayhi",
                json::object({{"spec", {{"template", {{"metadata", {{"annotations", {{"v", value}}}}}}}}}}));
  }
  json status() { return world.get("Deployment", "sayhi")["status"]; }
  std::string progress() { return string_or(*condition_of(status(), "Progressing"), "reason"); }
  std::vector<std::int64_t> sizes() {  // of the ReplicaSets by revision
    std::map<std::string, std::int64_t> by_revision;
    for (const auto& set : world.store.list("ReplicaSet"))
      by_revision[annotation_of(*set, "deployment.kubernetes.io/revision")] = spec_number(*set, "replicas");
    std::vector<std::int64_t> found;
    for (const auto& [revision, size] : by_revision) found.push_back(size);
    return found;
  }
};

TEST_F(RolloutTest, RestartsAsOnARealCluster) {
  deploy(article_deployment(3));
  change_template("2");
  world.settle();
  EXPECT_THAT(sizes(), ElementsAre(3, 1));
  EXPECT_EQ(progress(), "ReplicaSetUpdated");
  world.run_all_pods();
  world.settle();  // the first new one is ready: an old one goes, the next new one comes
  EXPECT_THAT(sizes(), ElementsAre(2, 2));
  settle_ready();
  EXPECT_THAT(sizes(), ElementsAre(0, 3));
  EXPECT_EQ(progress(), "NewReplicaSetAvailable");
  std::vector<std::string> events;
  for (const auto& event : world.events("Deployment")) events.push_back(event.substr(event.rfind(" from")));
  EXPECT_THAT(events, ElementsAre(" from 0 to 3", " from 0 to 1", " from 3 to 2", " from 1 to 2", " from 2 to 1",
                                  " from 2 to 3", " from 1 to 0"));
}

TEST_F(RolloutTest, ANewTemplateThatNeverGetsReadyStopsTheRollout) {
  deploy(article_deployment(3));
  change_template("broken");
  for (int i = 0; i < 5; ++i) {
    world.settle();
    world.run_all_pods(false);
    world.bury_all_pods();
  }
  world.settle();
  EXPECT_THAT(sizes(), ElementsAre(3, 1));
  world.advance(std::chrono::seconds{599});
  EXPECT_EQ(progress(), "ReplicaSetUpdated");
  world.advance(std::chrono::seconds{3});
  EXPECT_EQ(progress(), "ProgressDeadlineExceeded");
  EXPECT_EQ(string_or(*condition_of(status(), "Progressing"), "status"), "False");
  EXPECT_THAT(string_or(*condition_of(status(), "Progressing"), "message"), HasSubstr("has timed out progressing."));
}

// What `kubectl rollout undo` does: the old set's template again.
TEST_F(RolloutTest, UndoBringsTheOldSetBackUnderANewRevision) {
  deploy(article_deployment(2));
  const auto first = name_of(*world.store.list("ReplicaSet").front());
  change_template("2");
  settle_ready();
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"template":{"metadata":{"annotations":null}}}})"));
  settle_ready();
  const auto set = world.get("ReplicaSet", first);
  EXPECT_EQ(spec_number(set, "replicas"), 2);
  EXPECT_EQ(annotation_of(set, "deployment.kubernetes.io/revision"), "3");
  EXPECT_EQ(annotation_of(set, "deployment.kubernetes.io/revision-history"), "1");
  EXPECT_EQ(annotation_of(world.get("Deployment", "sayhi"), "deployment.kubernetes.io/revision"), "3");
  EXPECT_EQ(world.store.list("ReplicaSet").size(), 2U);
}

TEST_F(RolloutTest, KeepsSoManyOldRevisions) {
  auto deployment = article_deployment(1);
  deployment["spec"]["revisionHistoryLimit"] = 2;
  deploy(deployment);
  for (const char* version : {"2", "3", "4", "5"}) {
    change_template(version);
    settle_ready();
  }
  std::vector<std::string> revisions;
  for (const auto& set : world.store.list("ReplicaSet"))
    revisions.push_back(annotation_of(*set, "deployment.kubernetes.io/revision"));
  EXPECT_THAT(revisions, testing::UnorderedElementsAre("3", "4", "5"));
}

TEST_F(RolloutTest, RecreateNeverRunsOldAndNewTogether) {
  auto deployment = article_deployment(3);
  deployment["spec"]["strategy"]["type"] = "Recreate";
  deploy(deployment);
  change_template("2");
  world.settle();
  EXPECT_THAT(sizes(), ElementsAre(0));
  auto old = world.pods();
  ASSERT_EQ(old.size(), 3U);
  for (std::size_t i = 0; i < old.size(); ++i) {
    EXPECT_EQ(world.store.list("ReplicaSet").size(), 1U) << i;  // no new set while one old pod is left
    world.bury_pod(name_of(old[i]));
    world.settle();
  }
  EXPECT_THAT(sizes(), ElementsAre(0, 3));
  settle_ready();
  EXPECT_EQ(progress(), "NewReplicaSetAvailable");
}

TEST_F(RolloutTest, AScaledDeploymentScalesItsSet) {
  deploy(article_deployment(1));
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":3}})"));
  settle_ready();
  EXPECT_THAT(sizes(), ElementsAre(3));
  EXPECT_THAT(world.events("Deployment"), Contains(HasSubstr("from 1 to 3")));
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":0}})"));
  settle_ready();
  EXPECT_THAT(sizes(), ElementsAre(0));
  EXPECT_TRUE(world.pods().empty());
  EXPECT_FALSE(status().contains("replicas"));
  EXPECT_EQ(string_or(*condition_of(status(), "Available"), "status"), "True");
}

TEST_F(RolloutTest, ScalingInTheMiddleOfARolloutIsSharedOut) {
  deploy(deployment_with(10, 3, 2));
  change_template("2");
  world.settle();  // 8 old, 5 new, none of the new ready
  EXPECT_THAT(sizes(), ElementsAre(8, 5));
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":15}})"));
  for (int i = 0; i < 3; ++i) world.settle();
  EXPECT_THAT(sizes(), ElementsAre(11, 7));  // kubernetes' own documentation has this example
}

TEST_F(RolloutTest, APausedDeploymentScalesButDoesNotRoll) {
  deploy(article_deployment(2));
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"paused":true}})"));
  change_template("2");
  settle_ready();
  EXPECT_EQ(progress(), "DeploymentPaused");
  EXPECT_EQ(world.store.list("ReplicaSet").size(), 1U);
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":4}})"));
  settle_ready();
  EXPECT_THAT(sizes(), ElementsAre(4));
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"paused":null}})"));
  settle_ready();
  EXPECT_THAT(sizes(), ElementsAre(0, 4));
  EXPECT_EQ(progress(), "NewReplicaSetAvailable");
}

TEST_F(RolloutTest, AdoptsAndReleasesSetsAndPodsByTheirLabels) {
  deploy(article_deployment(1));
  const auto set = name_of(*world.store.list("ReplicaSet").front());
  world.remove("Deployment", "sayhi", "Orphan");
  world.settle();
  EXPECT_EQ(controller_of(world.get("ReplicaSet", set)), nullptr);
  const auto pod = name_of(world.pods().front());
  world.make(article_deployment(1));
  settle_ready();
  EXPECT_NE(controller_of(world.get("ReplicaSet", set)), nullptr);
  EXPECT_EQ(world.store.list("ReplicaSet").size(), 1U);
  EXPECT_EQ(name_of(world.pods().front()), pod);
  world.patch("Pod", pod, json::parse(R"({"metadata":{"labels":{"pod-template-hash":"other"}}})"));
  settle_ready();
  EXPECT_EQ(controller_of(world.get("Pod", pod)), nullptr);
  EXPECT_EQ(world.pods("ReplicaSet").size(), 1U);  // a new one took its place
}

TEST_F(RolloutTest, ATakenNameIsACollision) {
  auto deployment = article_deployment(1);
  deploy(deployment);
  const auto set = world.get("ReplicaSet", name_of(*world.store.list("ReplicaSet").front()));
  world.remove("Deployment", "sayhi", "Background");
  settle_ready();
  auto squatter =
      json::object({{"kind", "ReplicaSet"}, {"metadata", {{"name", name_of(set)}, {"namespace", world.ns}}}});
  squatter["spec"] = json::parse(
      R"({"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[]}}})");
  world.make(squatter);
  deploy(deployment);
  EXPECT_EQ(status()["collisionCount"], 1);
  EXPECT_EQ(world.store.list("ReplicaSet").size(), 2U);
  EXPECT_EQ(progress(), "NewReplicaSetAvailable");
}

// Whatever pods do meanwhile, a rollout itself never takes available pods below the minimum and never has more than
// surge allows.
TEST(RolloutProperty, KeepsItsFenceposts) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto upto = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most + 1)); };
  for (int round = 0; round < 8; ++round) {
    ControlWorld world;
    const int replicas = 1 + upto(5);
    const json surge = upto(1) == 0 ? json(upto(3)) : json(std::to_string(upto(100)) + "%");
    const json unavailable = upto(1) == 0 ? json(upto(2)) : json(std::to_string(upto(100)) + "%");
    const auto deployment = deployment_with(replicas, surge, unavailable);
    const auto posts = fenceposts_of(deployment);
    SCOPED_TRACE(deployment["spec"]["strategy"].dump() + " x" + std::to_string(replicas));
    const auto count = [&](auto&& wanted) {
      return std::ranges::count_if(world.store.list("Pod"), [&](const Object& pod) { return wanted(*pod); });
    };
    const auto available = [&] { return count([](const json& pod) { return pod_active(pod) && pod_ready(pod); }); };
    const auto active = [&] { return count(pod_active); };
    const auto watch = world.store.subscribe([&](const Change& change) {
      if (change.kind != "Pod") return;
      ASSERT_LE(active(), replicas + posts.surge);
      const bool dropped = change.previous && pod_active(*change.previous) && is_deleted(*change.object) &&
                           !is_deleted(*change.previous);
      if (dropped && pod_ready(*change.previous)) ASSERT_GE(available(), replicas - posts.unavailable);
    });
    world.make(deployment);
    int version = 0;
    for (int step = 0; step < 60; ++step) {
      world.settle();
      const auto pods = world.pods();
      const auto what = upto(9);
      if (what == 0) {
        world.patch(
            "Deployment", "sayhi",
            json::object(
                {{"spec", {{"template", {{"metadata", {{"annotations", {{"v", std::to_string(++version % 4)}}}}}}}}}}));
      } else if (what <= 2 && !pods.empty()) {
        const auto& pod = pods[random() % pods.size()];
        if (string_or(status_of(pod), "phase") == "Running") world.set_ready(name_of(pod), !pod_ready(pod));
      } else if (what <= 6) {
        for (const auto& pod : pods)
          if (!is_deleted(pod) && string_or(status_of(pod), "phase") == "Pending" && upto(1) == 0)
            world.run_pod(name_of(pod), upto(3) != 0);
      } else if (what == 7 && !pods.empty()) {
        const auto& pod = pods[random() % pods.size()];
        if (is_deleted(pod)) world.bury_pod(name_of(pod));
      } else {
        world.advance(std::chrono::seconds{upto(30)});
      }
    }
    for (int step = 0; step < 40; ++step) {
      world.settle();
      for (const auto& pod : world.pods()) {
        if (is_deleted(pod))
          world.bury_pod(name_of(pod));
        else if (!pod_ready(pod))
          world.run_pod(name_of(pod), true);
      }
    }
    world.settle();
    const auto status = world.get("Deployment", "sayhi")["status"];
    EXPECT_EQ(status["updatedReplicas"], replicas);
    EXPECT_EQ(status["replicas"], replicas);
    EXPECT_EQ(string_or(*condition_of(status, "Progressing"), "reason"), "NewReplicaSetAvailable");
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace straycat::cluster
