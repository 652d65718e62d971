// Who gets connections, as a survey sees it: by the slices; where these cannot be read, by the pods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/support/routing_worlds.hpp"
#include <straycat/survey/survey.hpp>

namespace straycat::survey {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct PodOf {
  int number = 0;
  bool ready = true, terminating = false;
  bool named_port = true;  // it has the port that the Service names
};

model::Pod pod_of(const PodOf& is) {
  model::Pod pod;
  const std::string number = std::to_string(is.number);
  pod.meta = {"Pod", "shop", "p" + number,           "u" + number, "", 0, {{"app", "sayhi"}},
              {},    1,      is.terminating ? 2 : 0, "",           ""};
  pod.phase = "Running";
  pod.pod_ip = "10.0.0." + number;
  pod.spec.labels = pod.meta.labels;
  pod.spec.containers.push_back({"c", "i", {{is.named_port ? "web" : "other", 3000, "TCP"}}, {}, {}, {}, false});
  if (is.ready) pod.conditions.push_back({"Ready", "True", "", 1});
  return pod;
}

model::Service service_of(const model::PortName& target) {
  model::Service service;
  service.meta.kind = "Service";
  service.meta.ns = "shop";
  service.meta.name = "sayhi";
  service.selector = {{"app", "sayhi"}};
  service.ports = {{"", 80, target, "TCP", 0}};
  return service;
}

// The names of the pods that get connections.
std::vector<std::string> routable(const Snapshot& snapshot) {
  std::vector<std::string> names;
  const auto survey = survey_service(snapshot, "shop", "sayhi", {});
  for (const Standing& one : survey.value().behind)
    for (const PodLine& line : one.pods)
      if (line.routable) names.push_back(line.name);
  return names;
}

TEST(Routable, IsWhatTheSlicesSay) {
  for (const test::routing::World& world : test::routing::worlds()) {
    Snapshot snapshot;
    snapshot.services = {service_of(3000)};
    snapshot.slices = world.projected();
    for (int number = 1; number <= 2; ++number) snapshot.pods.push_back(pod_of({number}));
    std::vector<std::string> expected;
    for (const int number : world.routable) expected.push_back("p" + std::to_string(number));
    EXPECT_EQ(routable(snapshot), expected) << world.name;
  }
}

struct Unseen {
  const char* name;
  std::vector<PodOf> pods;
  bool publishes_unready;
  std::vector<std::string> routable;
};

TEST(Routable, WithoutSlicesIsWhatThePodsWouldHaveTheSlicesSay) {
  const Unseen rows[] = {
      {"nobody", {}, false, {}},
      {"ready", {{1}, {2, false}}, false, {"p1"}},
      {"leaving beside ready", {{1}, {2, true, true}}, false, {"p1"}},
      {"leaving alone", {{1, true, true}, {2, false}}, false, {"p1"}},
      {"leaving and gone", {{1, true, true}, {2, false, true}}, false, {"p1"}},
      {"gone", {{1, false, true}}, false, {}},
      {"published", {{1, false}, {2, false, true}}, true, {"p1", "p2"}},
      {"without the named port", {{1, true, false, false}, {2, true, true}}, false, {"p2"}},
  };
  for (const Unseen& row : rows) {
    Snapshot snapshot;
    snapshot.services = {service_of("web")};
    snapshot.services[0].publish_not_ready = row.publishes_unready;
    for (const PodOf& pod : row.pods) snapshot.pods.push_back(pod_of(pod));
    snapshot.unread.push_back({"endpointslices", "shop", "forbidden", false, "list endpointslices"});
    EXPECT_EQ(routable(snapshot), row.routable) << row.name;
  }
}

TEST(Routable, AHeadlessServicesNameHasNoFallback) {
  Snapshot snapshot;
  snapshot.services = {service_of(3000)};
  snapshot.services[0].cluster_ip = "None";
  snapshot.pods = {pod_of({1, true, true})};
  snapshot.slices = test::routing::World{"", {{{{1, false, true, true}}}}, {}}.projected();
  EXPECT_THAT(routable(snapshot), IsEmpty());
  snapshot.services[0].cluster_ip = "10.96.0.1";
  EXPECT_THAT(routable(snapshot), ElementsAre("p1"));
}

}  // namespace
}  // namespace straycat::survey
