// Garbage, namespaces, scheduling, events, the queue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/garbage_controller.hpp"
#include "cluster/controllers/scheduler_controller.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Garbage, FateFollowsTheOwners) {
  const OwnerView alive{true, false}, dead{false, false}, waits{true, true};
  struct Case {
    const char* name;
    std::vector<OwnerView> owners;
    bool has_dependents;
    Fate fate;
  };
  const Case cases[] = {
      {"nobody's", {}, false, Fate::keep},
      {"owner lives", {alive}, true, Fate::keep},
      {"owner is gone", {dead}, false, Fate::remove},
      {"all owners are gone", {dead, dead}, true, Fate::remove},
      {"one of two is gone", {alive, dead}, false, Fate::drop_dead_owners},
      {"one of two waits", {alive, waits}, true, Fate::drop_dead_owners},
      {"owner waits", {waits}, false, Fate::remove},
      {"owner waits, and it is waited for as well", {waits}, true, Fate::remove_foreground},
      {"gone and waiting", {dead, waits}, false, Fate::remove},
  };
  for (const auto& c : cases) EXPECT_EQ(decide_fate(c.owners, c.has_dependents), c.fate) << c.name;
}

struct ClusterTest : testing::Test {
  ControlWorld world;
  void deploy() {
    world.make(article_deployment(2));
    world.settle();
    world.run_all_pods();
    world.settle();
  }
  std::size_t count(const std::string& kind) { return world.store.list(kind, world.ns).size(); }
};

TEST_F(ClusterTest, BackgroundDeletionTakesTheDependentsAfterwards) {
  deploy();
  world.remove("Deployment", "sayhi", "Background");
  world.settle();
  EXPECT_EQ(count("Deployment"), 0U);
  EXPECT_EQ(count("ReplicaSet"), 0U);
  for (const auto& pod : world.pods()) EXPECT_TRUE(is_deleted(pod));
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(count("Pod"), 0U);
}

TEST_F(ClusterTest, ForegroundDeletionTakesTheDependentsFirst) {
  deploy();
  world.remove("Deployment", "sayhi", "Foreground");
  world.settle();
  ASSERT_EQ(count("Deployment"), 1U);
  ASSERT_EQ(count("ReplicaSet"), 1U);
  EXPECT_TRUE(is_deleted(*world.store.list("ReplicaSet").front()));
  world.bury_pod(name_of(world.pods().front()));
  world.settle();
  EXPECT_EQ(count("Deployment"), 1U);
  EXPECT_EQ(count("Pod"), 1U);  // nothing is made anew
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(count("Pod") + count("ReplicaSet") + count("Deployment"), 0U);
}

TEST_F(ClusterTest, PodsLeaveATaintedNodeWhenTheyHaveToleratedItForLongEnough) {
  world.make(R"({"kind":"Node","metadata":{"name":"n"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
  const auto pod = [&](const char* name, const char* tolerations) {
    json object = {{"kind", "Pod"}, {"metadata", {{"name", name}, {"namespace", world.ns}}}};
    object["spec"] = {{"nodeName", "n"}, {"containers", json::array({{{"name", "c"}, {"image", "i"}}})}};
    object["spec"]["tolerations"] = json::parse(tolerations);
    world.make(object);
  };
  pod("none", "[]");
  pod("brief", R"([{"key":"k","operator":"Exists","tolerationSeconds":30}])");
  pod("ever", R"([{"key":"k","operator":"Exists"}])");
  world.settle();
  const auto leaves = [&](const char* name) { return is_deleted(*world.store.get("Pod", world.ns, name)); };
  const auto taint = [&](const json& taints) {
    (void)world.store.mutate("Node", "", "n", [&](json& node) {
      node["spec"]["taints"] = taints;
      return true;
    });
    world.settle();
  };
  const json away = json::parse(R"([{"key":"k","effect":"NoExecute"}])");
  taint(away);
  EXPECT_TRUE(leaves("none"));
  EXPECT_EQ(world.get("Pod", "none")["status"]["conditions"].back()["reason"], "DeletionByTaintManager");
  EXPECT_FALSE(leaves("brief"));
  world.advance(std::chrono::seconds{20});
  taint(json::array());
  world.advance(std::chrono::seconds{60});
  EXPECT_FALSE(leaves("brief")) << "the taint is gone, and with it the clock";
  taint(away);
  world.advance(std::chrono::seconds{31});
  EXPECT_TRUE(leaves("brief"));
  EXPECT_FALSE(leaves("ever"));
}

// Each waits for the next, and none for ever.
TEST_F(ClusterTest, ACircleOfOwnersIsNotStuck) {
  const auto config = [&](const std::string& name, const std::string& owner) {
    json object = {
        {"kind", "ConfigMap"}, {"apiVersion", "v1"}, {"metadata", {{"name", name}, {"namespace", world.ns}}}};
    if (owner.empty()) return world.make(object);
    json reference = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", owner}, {"blockOwnerDeletion", true}};
    reference["uid"] = uid_of(*world.store.get("ConfigMap", world.ns, owner));
    object["metadata"]["ownerReferences"] = json::array({reference});
    return world.make(object);
  };
  config("a", "");
  config("b", "a");
  config("c", "b");
  json back = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "c"}, {"blockOwnerDeletion", true}};
  back["uid"] = uid_of(*world.store.get("ConfigMap", world.ns, "c"));
  world.patch("ConfigMap", "a", {{"metadata", {{"ownerReferences", json::array({back})}}}});
  world.remove("ConfigMap", "a", "Foreground");
  world.settle();
  for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(world.exists("ConfigMap", name)) << name;
}

TEST_F(ClusterTest, ANamespaceSaysWhatKeepsIt) {
  deploy();
  (void)world.store.remove("Namespace", "", world.ns);
  world.settle();
  const auto ns = *world.store.get("Namespace", "", world.ns);
  std::map<std::string, std::string> told;
  for (const auto& condition : ns["status"]["conditions"])
    told[string_or(condition, "type")] = string_or(condition, "status") + " " + string_or(condition, "message");
  EXPECT_THAT(told["NamespaceContentRemaining"], testing::HasSubstr("pods has 2 resource instances"));
  EXPECT_THAT(told["NamespaceDeletionContentFailure"], testing::StartsWith("False"));
}

TEST_F(ClusterTest, OrphansStay) {
  deploy();
  world.remove("Deployment", "sayhi", "Orphan");
  world.settle();
  EXPECT_EQ(count("Deployment"), 0U);
  EXPECT_EQ(count("ReplicaSet"), 1U);
  EXPECT_FALSE((*world.store.list("ReplicaSet").front())["metadata"].contains("ownerReferences"));
  EXPECT_EQ(count("Pod"), 2U);
}

TEST_F(ClusterTest, AnObjectOfAnOwnerThatNeverWasGoes) {
  world.make(R"({"kind":"ConfigMap","metadata":{"name":"lost","namespace":"straycat-demo","ownerReferences":[
    {"apiVersion":"apps/v1","kind":"Deployment","name":"sayhi","uid":"another-uid"}]}})");
  world.make(R"({"kind":"ConfigMap","metadata":{"name":"foreign","namespace":"straycat-demo","ownerReferences":[
    {"apiVersion":"example.org/v1","kind":"Widget","name":"w","uid":"u"}]}})");
  world.settle();
  EXPECT_FALSE(world.exists("ConfigMap", "lost"));
  EXPECT_TRUE(world.exists("ConfigMap", "foreign"));  // of a kind that is not served: nothing is known about it
}

TEST_F(ClusterTest, EveryNamespaceIsFurnished) {
  EXPECT_TRUE(world.exists("ServiceAccount", "default"));
  EXPECT_EQ(world.get("ConfigMap", "kube-root-ca.crt")["data"]["ca.crt"], "PEM");
  world.remove("ConfigMap", "kube-root-ca.crt");
  world.settle();
  EXPECT_TRUE(world.exists("ConfigMap", "kube-root-ca.crt"));
}

TEST_F(ClusterTest, ANamespaceGoesWithAllThatIsInIt) {
  deploy();
  world.make(article_service());
  world.make(article_job());
  world.settle();
  world.run_all_pods();
  world.settle();
  world.remove("Namespace", world.ns);
  world.settle();
  EXPECT_TRUE(world.store.get("Namespace", "", world.ns));
  EXPECT_EQ(count("Pod"), 3U);
  EXPECT_EQ(count("Service"), 1U);  // pods may need it until they have ended
  for (const auto& pod : world.pods()) EXPECT_TRUE(is_deleted(pod));
  world.bury_all_pods();
  world.settle();
  EXPECT_FALSE(world.store.get("Namespace", "", world.ns));
  for (const char* kind : {"Pod", "Service", "Deployment", "ReplicaSet", "Job", "EndpointSlice", "Endpoints", "Event",
                           "ConfigMap", "ServiceAccount"})
    EXPECT_EQ(count(kind), 0U) << kind;
}

TEST(Scheduler, PlacesAPodWhereItMayGo) {
  const auto node = [](const char* text) {
    auto object = json::parse(
        R"({"kind":"Node","metadata":{"name":"n"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
    object.merge_patch(json::parse(text));
    return std::make_shared<const json>(std::move(object));
  };
  const auto pod = [](const char* text) { return json::parse(text); };
  struct Case {
    const char* name;
    Object node;
    json pod;
    const char* message;
  };
  const Case cases[] = {
      {"ready", node("{}"), pod("{}"), ""},
      {"not ready", node(R"({"status":{"conditions":[]}})"), pod("{}"),
       "1 node(s) had untolerated taint(s) {node.kubernetes.io/not-ready: }"},
      {"cordoned", node(R"({"spec":{"unschedulable":true}})"), pod("{}"), "1 node(s) were unschedulable"},
      {"selector", node("{}"), pod(R"({"spec":{"nodeSelector":{"disk":"ssd"}}})"),
       "1 node(s) didn't match Pod's node affinity/selector"},
      {"selector matches", node(R"({"metadata":{"labels":{"disk":"ssd"}}})"),
       pod(R"({"spec":{"nodeSelector":{"disk":"ssd"}}})"), ""},
      {"tainted", node(R"({"spec":{"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]}})"), pod("{}"),
       "1 node(s) had untolerated taint(s) {k: v}"},
      {"tolerated", node(R"({"spec":{"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]}})"),
       pod(R"({"spec":{"tolerations":[{"key":"k","operator":"Exists"}]}})"), ""},
      {"other value", node(R"({"spec":{"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]}})"),
       pod(R"({"spec":{"tolerations":[{"key":"k","value":"w"}]}})"), "untolerated"},
      {"soft taint", node(R"({"spec":{"taints":[{"key":"k","effect":"PreferNoSchedule"}]}})"), pod("{}"), ""},
  };
  for (const auto& c : cases) {
    const auto placement = place_pod(c.pod, {c.node});
    EXPECT_EQ(placement.node, *c.message == '\0' ? "n" : "") << c.name;
    EXPECT_THAT(placement.message, HasSubstr(c.message)) << c.name;
  }
  EXPECT_EQ(place_pod(json::object(), {}).message, "no nodes available to schedule pods");
}

TEST(Scheduler, PodsOfOneControllerSpread) {
  const auto named = [](const char* name) {
    return std::make_shared<const json>(
        json{{"metadata", {{"name", name}}},
             {"status", {{"conditions", json::array({json{{"type", "Ready"}, {"status", "True"}}})}}}});
  };
  const auto on = [](const char* node, const char* controller) {
    return std::make_shared<const json>(
        json{{"metadata", {{"ownerReferences", json::array({json{{"uid", controller}, {"controller", true}}})}}},
             {"spec", {{"nodeName", node}}}});
  };
  const std::vector<Object> nodes{named("node1"), named("node2"), named("node3")};
  std::vector<Object> pods;
  EXPECT_EQ(place_pod(*on("", "a"), nodes, pods).node, "node1");
  pods = {on("node1", "a"), on("node2", "b"), on("node2", "b")};
  EXPECT_EQ(place_pod(*on("", "a"), nodes, pods).node, "node3") << "none of its own there, and nobody else";
  pods.push_back(on("node3", "a"));
  EXPECT_EQ(place_pod(*on("", "a"), nodes, pods).node, "node2") << "none of its own, though the most";
  EXPECT_EQ(place_pod(*on("", "b"), nodes, pods).node, "node1");
}

TEST_F(ClusterTest, APodWaitsUntilANodeTakesIt) {
  (void)world.store.mutate("Node", "", "node1",
                           [](json& node) { return (node["spec"]["unschedulable"] = true, true); });
  world.make(article_job());
  world.settle();
  auto pod = world.pods().front();
  EXPECT_EQ(text_at(pod, "/spec/nodeName"), "");
  EXPECT_EQ(pod["status"]["conditions"][0]["reason"], "Unschedulable");
  EXPECT_THAT(world.events("Pod"),
              ElementsAre(HasSubstr("FailedScheduling: 0/1 nodes are available: 1 node(s) were unschedulable.")));
  (void)world.store.mutate("Node", "", "node1", [](json& node) { return (node["spec"].erase("unschedulable"), true); });
  world.settle();
  pod = world.pods().front();
  EXPECT_EQ(text_at(pod, "/spec/nodeName"), "node1");
  EXPECT_EQ(pod["metadata"]["generation"], 1);
  EXPECT_EQ(pod["status"]["conditions"][0]["status"], "True");
}

TEST_F(ClusterTest, EventsCountRepetitions) {
  EventRecorder recorder(world.store, world.clock, "kubelet", "node1");
  const auto pod =
      json::parse(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","namespace":"straycat-demo","uid":"u"}})");
  for (int i = 0; i < 3; ++i) {
    recorder.warning(pod, "Unhealthy", "Readiness probe failed: x", "spec.containers{c}");
    world.advance(std::chrono::seconds{1});
  }
  recorder.warning(pod, "Unhealthy", "Readiness probe failed: y", "spec.containers{c}");
  recorder.normal(pod, "Started", "Container started");
  EXPECT_THAT(world.events("Pod"), ElementsAre("Unhealthy: Readiness probe failed: x (x3)",
                                               "Unhealthy: Readiness probe failed: y", "Started: Container started"));
  const auto first = *world.store.list("Event", world.ns).front();
  EXPECT_EQ(first["firstTimestamp"], "2026-11-23T13:38:42Z");
  EXPECT_EQ(first["lastTimestamp"], "2026-11-23T13:38:44Z");
  EXPECT_EQ(first["source"], json::parse(R"({"component":"kubelet","host":"node1"})"));
  EXPECT_EQ(first["involvedObject"]["fieldPath"], "spec.containers{c}");
  world.store.purge("Event", world.ns, name_of(first));
  recorder.warning(pod, "Unhealthy", "Readiness probe failed: x", "spec.containers{c}");  // told again, from 1
  EXPECT_THAT(world.events("Pod"), testing::Contains("Unhealthy: Readiness probe failed: x"));
}

TEST(WorkQueue, TakesEachKeyOnceAndMayBeGoneWhenItsTimeComes) {
  boost::asio::io_context context;
  ManualClock clock(context);
  std::vector<std::string> done;
  std::unique_ptr<WorkQueue> queue;
  queue = std::make_unique<WorkQueue>(context.get_executor(), clock, [&](const Key& key) {
    done.push_back(key.second);
    if (key.second == "again" && done.size() < 3) queue->add(key);  // from inside the work: not lost
  });
  const auto run = [&] {
    context.restart();
    context.poll();
  };
  queue->add({"", "a"});
  queue->add({"", "a"});
  EXPECT_TRUE(done.empty());
  run();
  EXPECT_THAT(done, ElementsAre("a"));
  queue->add({"", "again"});
  run();
  EXPECT_THAT(done, ElementsAre("a", "again", "again"));
  queue->add_after({"", "later"}, std::chrono::seconds{5});
  queue->add_after({"", "later"}, std::chrono::seconds{5});
  clock.advance(std::chrono::seconds{4});
  run();
  EXPECT_EQ(done.size(), 3U);
  clock.advance(std::chrono::seconds{1});
  run();
  EXPECT_THAT(done, ElementsAre("a", "again", "again", "later"));
  queue->add({"", "b"});
  queue->add_after({"", "c"}, std::chrono::seconds{1});
  queue.reset();
  clock.advance(std::chrono::seconds{2});
  run();
  EXPECT_EQ(done.size(), 4U);
}

// Objects that were there before the controllers are worked at as well.
TEST(Controllers, StartWithWhatIsThere) {
  boost::asio::io_context context;
  Store store{context.get_executor()};
  ASSERT_TRUE(store.create(json::object({{"kind", "Namespace"}, {"metadata", {{"name", "straycat-demo"}}}})));
  ASSERT_TRUE(store.create(article_deployment(2)));
  context.poll();
  Controllers controllers{context, store, {"PEM"}};
  controllers.start();
  context.restart();
  context.poll();
  EXPECT_EQ(store.list("Pod").size(), 2U);
  EXPECT_TRUE(store.get("ServiceAccount", "straycat-demo", "default"));
}

}  // namespace
}  // namespace straycat::cluster
