// Who is killed for memory, and who loses its priority.
#include "cluster/node/warden.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t mebi = 1 << 20;

MachineLoad calm() { return {1000 * mebi, 800 * mebi, 2, 2}; }

TEST(Warden, WhoIsOverItsLimitIsKilled) {
  const auto orders =
      decide(calm(), {{1, 10 * mebi, 10 * mebi, {1}}, {2, 10 * mebi, 11 * mebi, {2}}, {3, 0, 500 * mebi, {3}}});
  EXPECT_THAT(orders.kill, ElementsAre(2));
  EXPECT_THAT(orders.slow, IsEmpty());
}

TEST(Warden, WhenTheMachineRunsOutTheLargestIsKilledAndNobodySmall) {
  MachineLoad machine = calm();
  machine.available = 40 * mebi;
  EXPECT_THAT(decide(machine, {{1, 0, 60 * mebi, {1}}, {2, 0, 300 * mebi, {2}}}).kill, ElementsAre(2));
  EXPECT_THAT(decide(machine, {{1, 0, 20 * mebi, {1}}, {2, 0, 10 * mebi, {2}}}).kill, IsEmpty());
  EXPECT_THAT(decide(machine, {}).kill, IsEmpty());
}

TEST(Warden, OnlyACrowdLosesItsPriorityAndOnlyWhenOthersWait) {
  const std::vector<pid_t> crowd(100, 7), few(3, 8);
  MachineLoad machine = calm();
  EXPECT_THAT(decide(machine, {{7, 0, 0, crowd}, {8, 0, 0, few}}).slow, IsEmpty());
  machine.runnable = 100;
  EXPECT_THAT(decide(machine, {{7, 0, 0, crowd}, {8, 0, 0, few}}).slow, ElementsAre(7));
}

TEST(Warden, ReadsWhatTheKernelSays) {
  const auto load = read_load("MemTotal:       24683584 kB\nMemFree: 1 kB\nMemAvailable:   22968000 kB\n",
                              "3.57 1.53 0.59 17/432 9021\n");
  EXPECT_EQ(load.memory, 24683584LL * 1024);
  EXPECT_EQ(load.available, 22968000LL * 1024);
  EXPECT_EQ(load.runnable, 17);
  EXPECT_EQ(read_load("", "").runnable, 0);
}

}  // namespace
}  // namespace straycat::cluster
