#include "runner/watch_scope.hpp"

#include <gtest/gtest.h>

namespace straycat::runner {
namespace {

plan::Plan probing(std::vector<std::string> services) {
  plan::Plan plan;
  for (const auto& name : services) {
    plan::TrafficPlan traffic;
    traffic.service = name;
    plan.traffic.push_back(std::move(traffic));
  }
  return plan;
}
plan::Step applying(const char* kind, const char* name) {
  plan::Manifest manifest;
  manifest.object = {{"kind", kind}, {"metadata", {{"name", name}}}};
  return {"", "", plan::Apply{{manifest}}};
}

TEST(WatchScope, InANamespaceOfItsOwnARunWatchesAll) {
  EXPECT_EQ(scope_of(*model::kind_named("Service"), probing({"a"}), ""), Selectors{});
  EXPECT_EQ(scope_of(*model::kind_named("EndpointSlice"), probing({"a"}), ""), Selectors{});
}

TEST(WatchScope, InSomebodyElsesOnlyWhatThePlanNames) {
  const auto plan = probing({"a"});
  EXPECT_EQ(scope_of(*model::kind_named("Service"), plan, "shop"), (Selectors{"", "metadata.name=a"}));
  EXPECT_EQ(scope_of(*model::kind_named("EndpointSlice"), plan, "shop"),
            (Selectors{"kubernetes.io/service-name=a", ""}));
  EXPECT_EQ(scope_of(*model::kind_named("Pod"), plan, "shop"), Selectors{}) << "a stray may be anybody's pod";
}

TEST(WatchScope, SeveralServicesShareAWatchOfSlices) {
  auto plan = probing({"b"});
  plan.steps.push_back(applying("Service", "a"));
  plan.steps.push_back({"", "", plan::Wait{{"Service", "c", ""}, "Routable", {}}});
  EXPECT_EQ(scope_of(*model::kind_named("EndpointSlice"), plan, "shop"),
            (Selectors{"kubernetes.io/service-name in (a,b,c)", ""}));
  EXPECT_EQ(scope_of(*model::kind_named("Service"), plan, "shop"), Selectors{});
}

TEST(WatchScope, WithoutANamedServiceAllAreWatched) {
  EXPECT_EQ(scope_of(*model::kind_named("Service"), plan::Plan{}, "shop"), Selectors{});
  auto elsewhere = probing({"a"});
  elsewhere.traffic[0].service_ns = "other";
  EXPECT_EQ(scope_of(*model::kind_named("EndpointSlice"), elsewhere, "shop"), Selectors{});
  auto by_hand = probing({"a"});
  by_hand.steps.push_back(applying("EndpointSlice", "x"));
  EXPECT_EQ(scope_of(*model::kind_named("EndpointSlice"), by_hand, "shop"), Selectors{});
}

}  // namespace
}  // namespace straycat::runner
