// What a HorizontalPodAutoscaler does without metrics: it holds its bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/horizontal_pod_autoscaler_controller.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::Contains;

json autoscaler(int least, int most) {
  auto object = json::parse(R"({"kind":"HorizontalPodAutoscaler","metadata":{"name":"hpa","namespace":"straycat-demo"},
    "spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"sayhi"}}})");
  object["spec"]["minReplicas"] = least;
  object["spec"]["maxReplicas"] = most;
  return object;
}

TEST(Autoscaler, Bounds) {
  EXPECT_EQ(bounded_by(autoscaler(2, 4), 1).replicas, 2);
  EXPECT_EQ(bounded_by(autoscaler(2, 4), 5).replicas, 4);
  EXPECT_EQ(bounded_by(autoscaler(2, 4), 3).reason, "");
  EXPECT_EQ(bounded_by(autoscaler(2, 4), 0).replicas, 0) << "scaled to nothing, it is off";
}

TEST(Autoscaler, HoldsItsTargetWithinThem) {
  ControlWorld world;
  const auto replicas = [&] { return world.get("Deployment", "sayhi")["spec"]["replicas"]; };
  world.make(article_deployment(1));
  world.make(autoscaler(2, 4));
  world.settle();
  EXPECT_EQ(replicas(), 2);
  EXPECT_THAT(world.events("HorizontalPodAutoscaler"),
              Contains("SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas"));
  EXPECT_EQ(world.get("HorizontalPodAutoscaler", "hpa")["status"]["desiredReplicas"], 2);
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":9}})"));
  world.settle();
  EXPECT_EQ(replicas(), 4);
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":0}})"));
  world.settle();
  EXPECT_EQ(replicas(), 0);
  world.patch("Deployment", "sayhi", json::parse(R"({"spec":{"replicas":3}})"));
  world.settle();
  EXPECT_EQ(replicas(), 3) << "within them it leaves its target alone";
}

TEST(Autoscaler, WithoutATargetItWaits) {
  ControlWorld world;
  world.make(autoscaler(2, 4));
  world.settle();
  world.make(article_deployment(1));
  world.settle();
  EXPECT_EQ(world.get("Deployment", "sayhi")["spec"]["replicas"], 2);
}

}  // namespace
}  // namespace straycat::cluster
