#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/endpoints.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct SliceTest : testing::Test {
  ControlWorld world;

  std::string pod(const std::string& name, const json& labels = json::object({{"app", "sayhi"}}),
                  const char* port_name = "") {
    auto object =
        json::object({{"kind", "Pod"}, {"metadata", {{"name", name}, {"namespace", world.ns}, {"labels", labels}}}});
    auto port = json::object({{"containerPort", 3000}});
    if (*port_name != '\0') port["name"] = port_name;
    object["spec"]["containers"] =
        json::array({json::object({{"name", "c"}, {"image", "x"}, {"ports", json::array({port})}})});
    world.make(object);
    world.settle();
    return name;
  }
  void service(const json& change = json::object()) {
    auto object = article_service();
    object.merge_patch(change);
    world.make(object);
    world.settle();
  }
  std::vector<json> slices() {
    std::vector<json> found;
    for (const auto& slice : world.store.list("EndpointSlice")) found.push_back(*slice);
    return found;
  }
  // "name ready/serving/terminating" of all endpoints.
  std::vector<std::string> endpoints() {
    std::vector<std::string> found;
    for (const auto& slice : slices())
      for (const auto& endpoint : slice["endpoints"]) {
        auto text = text_at(endpoint, "/targetRef/name") + " ";
        for (const char* key : {"ready", "serving", "terminating"})
          text += endpoint["conditions"][key] == true ? key[0] : '-';
        found.push_back(text);
      }
    return found;
  }
};

TEST_F(SliceTest, ListsWhatTheSelectorMatchesSupersetsIncluded) {
  service();
  pod("a");
  pod("b", json::object({{"app", "sayhi"}, {"more", "labels"}}));
  pod("c", json::object({{"app", "other"}}));
  pod("d");  // no address yet
  for (const char* name : {"a", "b", "c"}) world.run_pod(name, true);
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a rs-", "b rs-"));
  world.patch("Pod", "b", json::parse(R"({"metadata":{"labels":{"app":"gone"}}})"));
  world.patch("Pod", "c", json::parse(R"({"metadata":{"labels":{"app":"sayhi"}}})"));
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a rs-", "c rs-"));
}

TEST_F(SliceTest, TellsReadyServingTerminatingApart) {
  service();
  pod("a");
  world.run_pod("a", false);
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a ---"));
  world.set_ready("a", true);
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a rs-"));
  world.remove("Pod", "a");
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a -st"));
  world.set_ready("a", false);
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a --t"));
  world.bury_pod("a");
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre());
  ASSERT_EQ(slices().size(), 1U);  // the slice stays, empty
  EXPECT_TRUE(slices()[0]["endpoints"].is_null());
  EXPECT_TRUE(slices()[0]["ports"].is_null());
}

TEST_F(SliceTest, PublishNotReadyAddressesMeansReadyWhateverHappens) {
  service(json::parse(R"({"spec":{"publishNotReadyAddresses":true}})"));
  pod("a");
  world.run_pod("a", false);
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a r--"));
  world.remove("Pod", "a");
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a r-t"));
}

TEST_F(SliceTest, AnEndedPodStaysListedUntilTheServicesNextSync) {
  service();
  pod("a");
  pod("job");
  world.run_pod("a", true);
  world.run_pod("job", true);
  world.settle();
  world.set_ready("job", false, "PodCompleted");
  world.settle();
  world.end_pod("job", true);  // not ready before, not ready now: no reason to look
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a rs-", "job ---"));
  world.set_ready("a", false);
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a ---"));
  world.set_ready("a", true);
  world.settle();
  world.end_pod("a", true);  // ready until its end: one change, and the address is gone
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre());
}

TEST_F(SliceTest, PodsWithoutTheNamedPortGetASliceWithoutPorts) {
  service(json::parse(R"({"spec":{"ports":[{"name":"web","port":80,"targetPort":"http"}]}})"));
  pod("a", json::object({{"app", "sayhi"}}), "http");
  pod("job");
  world.run_pod("a", true);
  world.run_pod("job", true);
  world.settle();
  ASSERT_EQ(slices().size(), 2U);
  std::map<std::string, json> ports;
  for (const auto& slice : slices()) ports[text_at(slice, "/endpoints/0/targetRef/name")] = slice["ports"];
  EXPECT_EQ(ports["a"], json::parse(R"([{"name":"web","protocol":"TCP","port":3000}])"));
  EXPECT_TRUE(ports["job"].is_null());
  const auto legacy = world.get("Endpoints", "sayhi");
  ASSERT_EQ(legacy["subsets"].size(), 1U);
  EXPECT_EQ(legacy["subsets"][0]["addresses"].size(), 1U);
}

TEST_F(SliceTest, LeavesServicesWithoutASelectorAndForeignSlicesAlone) {
  service(json::parse(R"({"spec":{"selector":null}})"));
  pod("a");
  world.run_pod("a", true);
  world.settle();
  EXPECT_TRUE(slices().empty());
  EXPECT_FALSE(world.exists("Endpoints", "sayhi"));
  world.make(
      R"({"kind":"EndpointSlice","metadata":{"name":"mine","namespace":"straycat-demo","labels":{"kubernetes.io/service-name":"sayhi"}},
    "addressType":"IPv4","endpoints":[],"ports":[]})");
  world.patch("Service", "sayhi", json::parse(R"({"spec":{"selector":{"app":"sayhi"}}})"));
  world.settle();
  EXPECT_EQ(slices().size(), 2U);
  EXPECT_EQ(world.get("EndpointSlice", "mine")["endpoints"], json::array());
}

TEST_F(SliceTest, RepairsWhatSomebodyDeletes) {
  service();
  pod("a");
  world.run_pod("a", true);
  world.settle();
  world.remove("EndpointSlice", name_of(slices()[0]));
  world.settle();
  EXPECT_THAT(endpoints(), ElementsAre("a rs-"));
}

TEST_F(SliceTest, GoesWithItsService) {
  service();
  world.remove("Service", "sayhi");
  world.settle();
  EXPECT_TRUE(slices().empty());
  EXPECT_FALSE(world.exists("Endpoints", "sayhi"));
}

TEST_F(SliceTest, MarksHeadlessServicesAndCopiesLabels) {
  service(json::parse(R"({"metadata":{"labels":{"team":"cats"}},"spec":{"clusterIP":"None"}})"));
  ASSERT_EQ(slices().size(), 1U);
  EXPECT_EQ(slices()[0]["metadata"]["labels"],
            json::parse(R"({"endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io",
    "kubernetes.io/service-name":"sayhi","service.kubernetes.io/headless":"","team":"cats"})"));
}

TEST_F(SliceTest, SaysTheZoneOfTheNode) {
  (void)world.store.mutate("Node", "", "node1", [](json& node) {
    node["metadata"]["labels"]["topology.kubernetes.io/zone"] = "z1";
    return true;
  });
  service();
  pod("a");
  world.run_pod("a", true);
  world.settle();
  EXPECT_EQ(slices()[0]["endpoints"][0]["zone"], "z1");
  EXPECT_EQ(slices()[0]["endpoints"][0]["nodeName"], "node1");
}

TEST_F(SliceTest, LegacyEndpointsSplitReadyFromNot) {
  service();
  pod("a");
  pod("b");
  world.run_pod("a", true);
  world.run_pod("b", false);
  world.settle();
  const auto subset = world.get("Endpoints", "sayhi")["subsets"][0];
  EXPECT_EQ(subset["addresses"][0]["targetRef"]["name"], "a");
  EXPECT_EQ(subset["notReadyAddresses"][0]["targetRef"]["name"], "b");
  EXPECT_EQ(subset["ports"], json::parse(R"([{"port":3000,"protocol":"TCP"}])"));
}

// Random pods, random histories: the union of the slices is always what the pods say, none is over-full, none has an
// endpoint twice, and a second decision finds nothing to do.
TEST(SlicesProperty, AreAlwaysEqualToThePods) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto service = article_service();
  service["metadata"]["uid"] = "service";
  service["apiVersion"] = "v1";
  service["spec"]["ports"][0]["targetPort"] = "http";
  std::map<std::string, Object> slices;
  std::map<int, json> pods;
  int names = 0, made = 0;
  for (int step = 0; step < 30; ++step) {
    const int births = static_cast<int>(random() % (step % 10 == 0 ? 260 : 8));
    for (int i = 0; i < births; ++i) {
      const int id = made++;
      auto pod = json::object(
          {{"kind", "Pod"}, {"metadata", {{"name", "p" + std::to_string(id)}, {"uid", "u" + std::to_string(id)}}}});
      if (random() % 10 != 0)
        pod["spec"]["containers"] = json::parse(R"([{"ports":[{"name":"http","containerPort":3000}]}])");
      pod["status"] = json::object(
          {{"phase", "Running"}, {"podIP", "10.0." + std::to_string(id / 250) + "." + std::to_string(id % 250)}});
      pods[id] = std::move(pod);
    }
    const bool massacre = random() % 8 == 0;
    std::erase_if(pods, [&](const auto&) { return random() % (massacre ? 2 : 12) == 0; });
    for (auto& [id, pod] : pods)
      if (random() % 6 == 0) pod["status"]["conditions"] = json::parse(R"([{"type":"Ready","status":"True"}])");
    SliceObserved observed{service, {}, {}, "", 0};
    for (const auto& [id, pod] : pods) observed.pods.push_back(std::make_shared<const json>(pod));
    for (const auto& [name, slice] : slices) observed.slices.push_back(slice);
    const auto plan = decide_slices(observed);
    ASSERT_TRUE(plan.create.empty() || plan.remove.empty()) << "a slice was thrown away while one was made";
    for (const auto& name : plan.remove) slices.erase(name);
    for (auto slice : plan.create) {
      slice["metadata"]["name"] = "s" + std::to_string(names++);
      slices[name_of(slice)] = std::make_shared<const json>(slice);
    }
    for (const auto& slice : plan.update) slices[name_of(slice)] = std::make_shared<const json>(slice);
    std::map<std::string, json> listed;
    for (const auto& [name, slice] : slices) {
      ASSERT_LE((*slice)["endpoints"].size(), max_endpoints_per_slice);
      for (const auto& endpoint : (*slice)["endpoints"]) {
        const auto uid = text_at(endpoint, "/targetRef/uid");
        ASSERT_TRUE(listed.emplace(uid, json::array({endpoint, (*slice)["ports"]})).second) << uid << " stands twice";
      }
    }
    ASSERT_EQ(listed.size(), pods.size());
    for (const auto& [id, pod] : pods)
      ASSERT_EQ(listed[uid_of(pod)], json::array({endpoint_for(pod, service, ""), slice_ports(service, pod)})) << id;
    ASSERT_FALSE(slices.empty());
    SliceObserved again{service, observed.pods, {}, "", 0};
    for (const auto& [name, slice] : slices) again.slices.push_back(slice);
    const auto idle = decide_slices(again);
    ASSERT_TRUE(idle.create.empty() && idle.update.empty() && idle.remove.empty());
  }
}

}  // namespace
}  // namespace straycat::cluster
