// DaemonSets: a pod on each node that takes one, and how a new template reaches them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/daemon_set_controller.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json daemon_set() {
  return json::parse(R"({"kind":"DaemonSet","metadata":{"name":"agent","namespace":"straycat-demo"},
    "spec":{"selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},
    "spec":{"containers":[{"name":"c","image":"i:1"}]}}}})");
}

json node(const std::string& name, const json& more = json::object()) {
  auto object = json::parse(R"({"kind":"Node","status":{"conditions":[{"type":"Ready","status":"True"}]}})");
  object["metadata"]["name"] = name;
  object.merge_patch(more);
  return object;
}

struct DaemonSetTest : testing::Test {
  ControlWorld world;

  void settle() {
    for (int i = 0; i < 20; ++i) {
      world.settle();
      world.run_all_pods();
      world.bury_all_pods();
    }
  }
  [[nodiscard]] json status() const { return world.get("DaemonSet", "agent")["status"]; }
  [[nodiscard]] std::vector<json> pods() const { return world.pods("DaemonSet"); }
  [[nodiscard]] std::string image() const { return pods().at(0)["spec"]["containers"][0]["image"]; }
  void change_image(const char* image) {
    world.patch("DaemonSet", "agent",
                json::parse(R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":")" + std::string(image) +
                            R"("}]}}}})"));
  }
};

TEST_F(DaemonSetTest, APodOnEachNodeAsKubernetesMakesIt) {
  world.make(daemon_set());
  settle();
  ASSERT_EQ(pods().size(), 1U);
  const auto pod = pods().front();
  EXPECT_THAT(name_of(pod), HasSubstr("agent-"));
  EXPECT_EQ(pod["metadata"]["labels"]["pod-template-generation"], "1");
  const auto hash = text_at(pod, "/metadata/labels/controller-revision-hash");
  const auto revision = world.get("ControllerRevision", "agent-" + hash);
  EXPECT_EQ(revision["revision"], 1);
  EXPECT_EQ(revision["metadata"]["labels"]["controller-revision-hash"], hash);
  EXPECT_EQ(revision["metadata"]["ownerReferences"][0]["kind"], "DaemonSet");
  EXPECT_EQ(pod["spec"]["nodeName"], "node1");
  EXPECT_THAT(pod["spec"]["tolerations"].dump(), HasSubstr("node.kubernetes.io/unschedulable"));
  for (const char* key : {"desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled", "numberReady",
                          "numberAvailable", "observedGeneration"})
    EXPECT_EQ(status().value(key, 0), 1) << key;
  EXPECT_EQ(status()["numberMisscheduled"], 0);
  EXPECT_FALSE(status().contains("numberUnavailable"));
  EXPECT_THAT(world.events("DaemonSet"), ElementsAre("SuccessfulCreate: Created pod: " + name_of(pod)));
}

TEST_F(DaemonSetTest, APodThatGoesOrEndsComesAgain) {
  world.make(daemon_set());
  settle();
  const auto first = name_of(pods().front());
  world.remove("Pod", first);
  world.settle();
  EXPECT_EQ(pods().size(), 1U) << "what is on its way out is waited for";
  settle();
  ASSERT_EQ(pods().size(), 1U);
  EXPECT_NE(name_of(pods().front()), first);
  world.end_pod(name_of(pods().front()), false);
  settle();
  ASSERT_EQ(pods().size(), 1U);
  EXPECT_EQ(status()["numberReady"], 1);
  EXPECT_THAT(world.events("DaemonSet"), testing::Contains(HasSubstr("FailedDaemonPod: Found failed daemon pod")));
}

TEST_F(DaemonSetTest, NodesThatDoNotTakeItGetNone) {
  auto set = daemon_set();
  set["spec"]["template"]["spec"]["nodeSelector"]["disk"] = "ssd";
  world.make(set);
  settle();
  EXPECT_THAT(pods(), IsEmpty());
  EXPECT_EQ(status()["desiredNumberScheduled"], 0);
  (void)world.store.mutate("Node", "", "node1", [](json& object) {
    object["metadata"]["labels"]["disk"] = "ssd";
    return true;
  });
  settle();
  EXPECT_EQ(pods().size(), 1U) << "the node came to fit";
  (void)world.store.mutate("Node", "", "node1", [](json& object) {
    object["metadata"]["labels"].erase("disk");
    return true;
  });
  settle();
  EXPECT_THAT(pods(), IsEmpty()) << "and does no more";
}

TEST_F(DaemonSetTest, ANewTemplateTakesTheOldPodsPlace) {
  world.make(daemon_set());
  settle();
  change_image("i:2");
  world.settle();
  ASSERT_EQ(pods().size(), 1U);
  EXPECT_TRUE(is_deleted(pods().front())) << "the old one goes first";
  EXPECT_EQ(status().value("updatedNumberScheduled", 0), 0);
  settle();
  EXPECT_EQ(image(), "i:2");
  EXPECT_EQ(pods().front()["metadata"]["labels"]["pod-template-generation"], "2");
  EXPECT_EQ(world.store.list("ControllerRevision").size(), 2U);
  change_image("i:1");
  settle();
  EXPECT_EQ(image(), "i:1");
  EXPECT_EQ(world.store.list("ControllerRevision").size(), 2U) << "a template that comes back has its old revision";
  std::int64_t newest = 0;
  for (const auto& revision : world.store.list("ControllerRevision"))
    newest = std::max(newest, integer_or(*revision, "revision"));
  EXPECT_EQ(newest, 3);
}

TEST_F(DaemonSetTest, WithASurgeTheNewPodComesFirst) {
  auto set = daemon_set();
  set["spec"]["updateStrategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  world.make(set);
  settle();
  change_image("i:2");
  world.settle();
  EXPECT_EQ(pods().size(), 2U);
  EXPECT_FALSE(is_deleted(pods().front()));
  settle();
  ASSERT_EQ(pods().size(), 1U);
  EXPECT_EQ(image(), "i:2");
}

TEST_F(DaemonSetTest, OnDeleteWaitsForThePerson) {
  auto set = daemon_set();
  set["spec"]["updateStrategy"]["type"] = "OnDelete";
  world.make(set);
  settle();
  change_image("i:2");
  settle();
  EXPECT_EQ(image(), "i:1");
  EXPECT_FALSE(status().contains("updatedNumberScheduled"));
  world.remove("Pod", name_of(pods().front()));
  settle();
  EXPECT_EQ(image(), "i:2");
}

TEST_F(DaemonSetTest, PodsGoWithTheirSet) {
  world.make(daemon_set());
  settle();
  world.remove("DaemonSet", "agent", "Background");
  settle();
  EXPECT_THAT(pods(), IsEmpty());
  EXPECT_THAT(world.store.list("ControllerRevision"), IsEmpty());
}

// Over several nodes at most maxUnavailable are without a pod at a time.
TEST(DaemonSet, AnUpdateGoesNodeByNode) {
  auto set = daemon_set();
  set["spec"]["updateStrategy"] = json::parse(R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1}})");
  std::vector<Object> nodes, pods;
  for (const char* name : {"a", "b", "c"}) {
    nodes.push_back(std::make_shared<const json>(node(name)));
    auto pod = daemon_pod(set, name, "old");
    pod["metadata"]["name"] = std::string("pod-") + name;
    pod["metadata"]["creationTimestamp"] = kube_time(1000);
    pod["spec"]["nodeName"] = name;
    pod["status"] = json::parse(
        R"({"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"1970-01-01T00:00:01Z"}]})");
    pods.push_back(std::make_shared<const json>(std::move(pod)));
  }
  EXPECT_THAT(decide_daemon_set(set, pods, nodes, "new", 2000).remove, ElementsAre("pod-a"));
  set["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = "60%";
  EXPECT_THAT(decide_daemon_set(set, pods, nodes, "new", 2000).remove, ElementsAre("pod-a", "pod-b"));
  auto broken = *pods[2];
  broken["status"]["conditions"][0]["status"] = "False";
  pods[2] = std::make_shared<const json>(broken);
  set["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = 1;
  EXPECT_THAT(decide_daemon_set(set, pods, nodes, "new", 2000).remove, ElementsAre("pod-c", "pod-a"))
      << "who serves nobody goes at once";
  EXPECT_THAT(decide_daemon_set(set, pods, nodes, "old", 2000).remove, IsEmpty());
}

}  // namespace
}  // namespace straycat::cluster
