// The life of a pod under news in any order.
#include <random>

#include <gtest/gtest.h>

#include "cluster/support/pod_world.hpp"

namespace straycat::cluster::test {
namespace {

using namespace std::chrono_literals;

// Whatever happens in whatever order, a deleted pod ends removed and never asks to be woken in the past again and
// again.
TEST(PodLife, AnyOrderOfNewsEndsInRemoval) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (int round = 0; round < 40; ++round) {
    const json probes = {{"readinessProbe", {{"tcpSocket", {{"port", 1}}}}},
                         {"livenessProbe", {{"tcpSocket", {{"port", 1}}}, {"periodSeconds", 1}}}};
    PodWorld world(pod_object(json::array({container("a", probes), container(random() % 4 == 0 ? "unknown" : "b")}),
                              {{"initContainers", json::array({container("i")})},
                               {"restartPolicy", random() % 2 == 0 ? "Always" : "Never"}}));
    bool deleted = false, sandbox_wanted = false, sandbox_dying = false, removed = false;
    const auto feed = [&](const Input& what) {
      for (const std::string& line : world.feed(what)) {
        if (line == "create sandbox") sandbox_wanted = true;
        if (line == "destroy sandbox") sandbox_dying = true;
        if (line == "remove") removed = true;
      }
    };
    feed(input::Begin{});
    for (int step = 0; step < 400 && !removed; ++step) {
      const std::size_t i = random() % 3;
      const auto state = world.machine().containers()[i].state;
      switch (random() % 9) {
        case 0:
          if (sandbox_wanted) {
            sandbox_wanted = false;
            feed(input::SandboxReady{"10.244.0.9"});
          }
          break;
        case 1:
          if (sandbox_dying) {
            sandbox_dying = false;
            feed(input::SandboxGone{});
          }
          break;
        case 2:
          if (state == ContainerLife::State::starting) feed(input::Started{i, "straycat://1"});
          break;
        case 3:
          if (state == ContainerLife::State::running) feed(input::Exited{i, static_cast<int>(random() % 2)});
          break;
        case 4:
          if (state == ContainerLife::State::starting) feed(input::StartFailed{i, "StartError", "x"});
          break;
        case 5:
          feed(input::Probed{
              i, ProbeKind::liveness, world.machine().containers()[i].restarts, {ProbeOutcome::failure, "x", false}});
          break;
        case 6:
          if (step > 100 && !deleted) {
            deleted = true;
            feed(input::Delete{3});
          }
          break;
        default: {
          for (int spins = 0; world.machine().wake_at() && world.until_wake() <= 0s; ++spins) {
            ASSERT_LT(spins, 20) << "it asks to be woken for nothing";
            feed(input::Tick{});
          }
          if (world.machine().wake_at()) world.pass(world.until_wake());
          feed(input::Tick{});
        }
      }
    }
    EXPECT_TRUE(removed) << "round " << round << " " << world.status().dump();
  }
}

}  // namespace
}  // namespace straycat::cluster::test
