// The wire between the node and a pod.
#include <cstdlib>

#include "cluster/support/plane_world.hpp"

namespace straycat::cluster::testing {
namespace {

// A link whose queue is not there yet drops the first ARP request, and the next one goes out a second later.
TEST(Wire, CarriesTheFirstPacketToANewPod) {
  REQUIRE_KERNEL_PLANE();
  EXPECT_EQ(on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
              for (int i = 0; i < 20; ++i) {
                const auto pod = start_idle(plane);
                EXPECT_EQ(try_connect(pod.address, 3000, 900).error, ECONNREFUSED) << "pod " << i << " was not reached";
              }
            }),
            0);
}

}  // namespace
}  // namespace straycat::cluster::testing
