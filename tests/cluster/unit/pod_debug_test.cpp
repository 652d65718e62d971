// Ephemeral containers: what `kubectl debug` adds to a pod that runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/support/pod_world.hpp"

namespace straycat::cluster::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Adds one to a pod with one container, and it runs.
void debug(PodWorld& world) {
  ContainerSpec debugger;
  debugger.name = "d";
  debugger.image = "i";
  debugger.role = Role::ephemeral;
  debugger.program = {"sh"};
  world.machine().add(debugger);
  EXPECT_THAT(world.tick(), ElementsAre("start 1"));
  world.feed(input::Started{1, "straycat://2"});
}

TEST(PodDebug, AnEphemeralContainerStartsInARunningPodAndCountsForNothing) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.run();
  debug(world);
  EXPECT_TRUE(world.status().at("ephemeralContainerStatuses")[0].at("state").contains("running"));
  EXPECT_EQ(world.status().at("containerStatuses").size(), 1U);
  world.orders(input::Exited{.container = 1, .code = 3, .message = "bye"});
  world.pass(1h);
  EXPECT_THAT(world.tick(), IsEmpty()) << "it never runs again";
  EXPECT_EQ(world.status().at("ephemeralContainerStatuses")[0].at("state").at("terminated").at("message"), "bye");
  EXPECT_EQ(world.phase(), "Running");
  EXPECT_TRUE(world.holds("Ready"));
}

TEST(PodDebug, AnEphemeralContainerKeepsNoPodFromEnding) {
  PodWorld world(pod_object(json::array({container("c")}), {{"restartPolicy", "Never"}}));
  world.run();
  debug(world);
  EXPECT_THAT(world.orders(input::Exited{.container = 0, .code = 0}), Contains(HasSubstr("signal 1")));
}

}  // namespace
}  // namespace straycat::cluster::test
