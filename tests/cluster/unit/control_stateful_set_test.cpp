// StatefulSets: pods by number, in order, and how a new template reaches them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/stateful_set_controller.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json stateful_set(int replicas = 3) {
  auto set = json::parse(R"({"kind":"StatefulSet","metadata":{"name":"web","namespace":"straycat-demo"},
    "spec":{"serviceName":"web","selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
    "spec":{"containers":[{"name":"c","image":"i:1"}]}}}})");
  set["spec"]["replicas"] = replicas;
  return set;
}

struct StatefulSetTest : testing::Test {
  ControlWorld world;

  void settle(bool ready = true) {
    for (int i = 0; i < 30; ++i) {
      world.settle();
      world.run_all_pods(ready);
      world.bury_all_pods();
    }
  }
  [[nodiscard]] json status() const { return world.get("StatefulSet", "web")["status"]; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& pod : world.store.list("Pod", world.ns)) out.push_back(name_of(*pod));
    return out;
  }
  [[nodiscard]] std::vector<std::string> images() const {
    std::vector<std::string> out;
    for (const auto& pod : world.store.list("Pod", world.ns)) out.push_back((*pod)["spec"]["containers"][0]["image"]);
    return out;
  }
  void change_image(const char* image) {
    world.patch("StatefulSet", "web",
                json::parse(R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":")" + std::string(image) +
                            R"("}]}}}})"));
  }
};

TEST_F(StatefulSetTest, PodsComeOneAfterTheOtherWithTheirNumbers) {
  world.make(stateful_set());
  world.settle();
  EXPECT_THAT(names(), ElementsAre("web-0"));
  world.run_all_pods(false);
  world.settle();
  EXPECT_THAT(names(), ElementsAre("web-0")) << "the next waits until this one is ready";
  world.set_ready("web-0", true);
  world.settle();
  EXPECT_THAT(names(), ElementsAre("web-0", "web-1"));
  settle();
  EXPECT_THAT(names(), ElementsAre("web-0", "web-1", "web-2"));
  const auto pod = world.get("Pod", "web-2");
  const auto revision = text_at(pod, "/metadata/labels/controller-revision-hash");
  EXPECT_EQ(pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"], "2");
  EXPECT_EQ(pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"], "web-2");
  EXPECT_EQ(pod["spec"]["hostname"], "web-2");
  EXPECT_EQ(pod["spec"]["subdomain"], "web");
  EXPECT_EQ(pod["metadata"]["ownerReferences"][0]["kind"], "StatefulSet");
  EXPECT_TRUE(world.exists("ControllerRevision", revision));
  EXPECT_EQ(status()["currentRevision"], revision);
  EXPECT_EQ(status()["updateRevision"], revision);
  for (const char* key : {"replicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas"})
    EXPECT_EQ(status().value(key, 0), 3) << key;
  EXPECT_THAT(world.events("StatefulSet"),
              testing::Contains("SuccessfulCreate: create Pod web-0 in StatefulSet web successful"));
}

TEST_F(StatefulSetTest, InParallelNobodyWaits) {
  auto set = stateful_set();
  set["spec"]["podManagementPolicy"] = "Parallel";
  set["spec"]["ordinals"]["start"] = 5;
  world.make(set);
  world.settle();
  EXPECT_THAT(names(), ElementsAre("web-5", "web-6", "web-7"));
}

TEST_F(StatefulSetTest, TheHighestNumberGoesFirst) {
  world.make(stateful_set());
  settle();
  world.patch("StatefulSet", "web", json::parse(R"({"spec":{"replicas":1}})"));
  world.settle();
  EXPECT_FALSE(is_deleted(world.get("Pod", "web-1")));
  EXPECT_TRUE(is_deleted(world.get("Pod", "web-2")));
  settle();
  EXPECT_THAT(names(), ElementsAre("web-0"));
  EXPECT_EQ(status()["replicas"], 1);
}

TEST_F(StatefulSetTest, WhatIsUnhealthyHoldsUpTheWayDown) {
  world.make(stateful_set());
  settle();
  for (const char* name : {"web-0", "web-2"}) world.set_ready(name, false);
  world.patch("StatefulSet", "web", json::parse(R"({"spec":{"replicas":0}})"));
  world.settle();
  EXPECT_FALSE(is_deleted(world.get("Pod", "web-2"))) << "one below it is unhealthy, too";
  world.set_ready("web-0", true);
  world.settle();
  EXPECT_TRUE(is_deleted(world.get("Pod", "web-2")));
}

TEST_F(StatefulSetTest, AnUpdateGoesFromTheHighestNumberDown) {
  world.make(stateful_set());
  settle();
  const auto before = text_at(status(), "/currentRevision");
  change_image("i:2");
  world.settle();
  EXPECT_TRUE(is_deleted(world.get("Pod", "web-2")));
  EXPECT_FALSE(is_deleted(world.get("Pod", "web-1")));
  EXPECT_EQ(text_at(status(), "/currentRevision"), before);
  EXPECT_NE(text_at(status(), "/updateRevision"), before);
  settle();
  EXPECT_THAT(images(), ElementsAre("i:2", "i:2", "i:2"));
  EXPECT_EQ(status()["currentRevision"], status()["updateRevision"]);
  EXPECT_EQ(status()["updatedReplicas"], 3);
}

TEST_F(StatefulSetTest, BelowThePartitionPodsStayAsTheyWere) {
  auto set = stateful_set();
  set["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = 2;
  world.make(set);
  settle();
  change_image("i:2");
  settle();
  EXPECT_THAT(images(), ElementsAre("i:1", "i:1", "i:2"));
  EXPECT_EQ(status()["updatedReplicas"], 1);
  EXPECT_EQ(status()["currentReplicas"], 2);
  world.remove("Pod", "web-0");
  settle();
  EXPECT_THAT(images(), ElementsAre("i:1", "i:1", "i:2")) << "and come back so";
  world.patch("StatefulSet", "web", json::parse(R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}})"));
  settle();
  EXPECT_THAT(images(), ElementsAre("i:2", "i:2", "i:2"));
}

TEST_F(StatefulSetTest, OnDeleteWaitsForThePerson) {
  auto set = stateful_set(2);
  set["spec"]["updateStrategy"]["type"] = "OnDelete";
  world.make(set);
  settle();
  change_image("i:2");
  settle();
  EXPECT_THAT(images(), ElementsAre("i:1", "i:1"));
}

TEST_F(StatefulSetTest, APodThatEndsComesAgainUnderItsName) {
  world.make(stateful_set(1));
  settle();
  const auto uid = uid_of(world.get("Pod", "web-0"));
  world.end_pod("web-0", false);
  settle();
  EXPECT_NE(uid_of(world.get("Pod", "web-0")), uid);
  EXPECT_THAT(world.events("StatefulSet"),
              testing::Contains("RecreatingFailedPod: StatefulSet straycat-demo/web is recreating failed Pod web-0"));
}

TEST_F(StatefulSetTest, ClaimsAreMadeAndMounted) {
  auto set = stateful_set(1);
  set["spec"]["volumeClaimTemplates"] = json::parse(
      R"([{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}])");
  world.make(set);
  world.settle();
  EXPECT_EQ(world.get("PersistentVolumeClaim", "data-web-0")["metadata"]["labels"]["app"], "web");
  EXPECT_EQ(text_at(world.get("Pod", "web-0"), "/spec/volumes/0/persistentVolumeClaim/claimName"), "data-web-0");
}

TEST_F(StatefulSetTest, PodsGoWithTheirSet) {
  world.make(stateful_set(2));
  settle();
  world.remove("StatefulSet", "web", "Background");
  settle();
  EXPECT_THAT(names(), IsEmpty());
}

TEST(StatefulSet, NumbersAreReadFromNamesAlone) {
  const auto set = stateful_set();
  EXPECT_EQ(ordinal_of(set, "web-0"), 0);
  EXPECT_EQ(ordinal_of(set, "web-12"), 12);
  for (const char* name : {"web", "web-", "web-01", "web-x", "web-1x", "webs-1", "web--1", "x-web-1"})
    EXPECT_EQ(ordinal_of(set, name), -1) << name;
}

}  // namespace
}  // namespace straycat::cluster
