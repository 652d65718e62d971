// Which ready pods the data plane cannot know yet.
#include "runner/carried.hpp"

#include <gtest/gtest.h>

namespace straycat::runner {
namespace {

json pod_json(const std::string& name, const std::string& label, bool ready) {
  return json::parse(R"({"kind": "Pod", "metadata": {"namespace": "shop", "name": ")" + name + R"(", "uid": "u-)" +
                     name + R"(", "labels": {"app": ")" + label + R"("}}, "status": {"phase": "Running", "conditions":
                     [{"type": "Ready", "status": ")" +
                     (ready ? "True" : "False") + R"("}]}})");
}

World town(const std::vector<json>& pods, const std::vector<std::string>& listed) {
  World world;
  (void)world.applied("Service", json::parse(R"({"kind": "Service", "metadata": {"namespace": "shop", "name": "sayhi"},
                                           "spec": {"selector": {"app": "sayhi"}, "ports": [{"port": 80}]}})"));
  for (const json& pod : pods) (void)world.applied("Pod", pod);
  json slice = json::parse(R"({"kind": "EndpointSlice", "metadata": {"namespace": "shop", "name": "s",
      "labels": {"kubernetes.io/service-name": "sayhi"}}, "addressType": "IPv4", "ports": [{"port": 3000}], "endpoints": []})");
  for (const std::string& name : listed)
    slice["endpoints"].push_back({{"addresses", {"10.0.0.1"}}, {"targetRef", {{"kind", "Pod"}, {"name", name}}}});
  (void)world.applied("EndpointSlice", slice);
  return world;
}

plan::Plan asking_sayhi() {
  plan::Plan plan;
  plan.traffic.emplace_back();
  plan.traffic.back().service = "sayhi";
  return plan;
}

TEST(Carried, WhatIsReadyMustBeListed) {
  const plan::Plan plan = asking_sayhi();
  EXPECT_EQ(ready_but_not_listed(town({pod_json("a", "sayhi", true)}, {"a"}), plan), "");
  EXPECT_EQ(ready_but_not_listed(town({pod_json("a", "sayhi", true)}, {}), plan),
            "Pod/a is ready and no EndpointSlice of Service/sayhi names it");
  EXPECT_EQ(ready_but_not_listed(town({pod_json("a", "sayhi", false)}, {}), plan), "") << "it is not ready";
  EXPECT_EQ(ready_but_not_listed(town({pod_json("a", "other", true)}, {}), plan), "") << "nobody selects it";
  EXPECT_EQ(ready_but_not_listed(World{}, plan), "") << "there is no such Service";
}

}  // namespace
}  // namespace straycat::runner
