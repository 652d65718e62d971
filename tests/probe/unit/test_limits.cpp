#include <gtest/gtest.h>

#include <straycat/probe/limits.hpp>

namespace straycat::probe {
namespace {

using std::chrono::milliseconds;

TEST(Limits, AStallIsTheProcessorsOrAStop) {
  struct Case {
    const char* name;
    milliseconds late, ran, waited;
    Stall stall;
  };
  const Case cases[] = {
      {"in time", milliseconds{0}, milliseconds{1}, milliseconds{0}, Stall::none},
      {"noise", milliseconds{49}, milliseconds{0}, milliseconds{0}, Stall::none},
      {"busy itself", milliseconds{300}, milliseconds{290}, milliseconds{5}, Stall::cpu},
      {"no processor to be had", milliseconds{300}, milliseconds{2}, milliseconds{295}, Stall::cpu},
      {"stopped", milliseconds{5000}, milliseconds{1}, milliseconds{3}, Stall::stopped},
  };
  for (const Case& c : cases) EXPECT_EQ(classify_stall(c.late, {c.ran, c.waited}), c.stall) << c.name;
}

TEST(Limits, TheWorstLagIsToldOnce) {
  LoopLag lag;
  lag.tick({100}, {100}, {});
  EXPECT_EQ(lag.tick({1'000}, {2'000}, {}), Stall::none);
  EXPECT_EQ(lag.tick({1'000'000'000}, {1'600'000'000}, {Nanos{1}, Nanos{1}}), Stall::stopped);
  lag.tick({1'700'000'000}, {1'700'000'500}, {});
  const LoopLag::Seen seen = lag.take();
  EXPECT_EQ(seen.worst, Nanos{600'000'000});
  EXPECT_EQ(seen.stall, Stall::stopped);
  EXPECT_EQ(seen.from, Stamp{1'000'000'000});
  EXPECT_EQ(seen.to, Stamp{1'600'000'000});
  EXPECT_EQ(lag.take().worst, Nanos{0});
}

// Without a descriptor nobody can ask what the thread used: that it was stopped nobody knows then.
TEST(Limits, WhatCannotBeAskedIsNoStop) {
  LoopLag lag;
  lag.tick({0}, {0}, {Nanos{5}, Nanos{5}});
  EXPECT_EQ(lag.tick({1'000'000'000}, {1'600'000'000}, {}), Stall::cpu);
  EXPECT_EQ(lag.tick({1'600'000'000}, {1'600'000'001}, {}), Stall::none);
  EXPECT_EQ(lag.tick({2'000'000'000}, {3'000'000'000}, {Nanos{9}, Nanos{9}}), Stall::stopped);
}

TEST(Limits, WhatTheKernelSaysIsRead) {
  const CpuUse use = parse_schedstat("1234567 89 42\n");
  EXPECT_EQ(use.ran, Nanos{1'234'567});
  EXPECT_EQ(use.waited, Nanos{89});
  EXPECT_EQ(parse_schedstat("").ran, Nanos{0});
  const PortTable table = parse_port_table(
      "sockets: used 5\nTCP: inuse 4 orphan 0 tw 14023 alloc 9 mem 1\nUDP: inuse 0 mem 0\n", "32768\t60999\n");
  EXPECT_EQ(table.time_waits, 14'023u);
  EXPECT_EQ(table.range, 28'232u);
  EXPECT_EQ(parse_port_table("", "").range, 28'232u);
  EXPECT_GT(port_table().range, 0u);
}

TEST(Limits, TheFirstThatHoldsIsNamed) {
  const PortTable roomy{10, 28'232}, crowded{14'000, 28'232};
  struct Case {
    const char* name;
    EngineHealth health;
    PortTable ports;
    Stall stall;
    Limit limit;
  };
  const Case cases[] = {
      {"well", {}, roomy, Stall::none, Limit::none},
      {"stopped", {.no_descriptors = 1}, roomy, Stall::stopped, Limit::stopped},
      {"descriptors", {.no_ports = 1, .no_descriptors = 1}, roomy, Stall::none, Limit::descriptors},
      {"ports", {.no_ports = 1}, roomy, Stall::cpu, Limit::ports},
      {"the TIME_WAIT cliff: no errno", {.watched_connects = 4, .slow_connects = 3}, crowded, Stall::cpu, Limit::ports},
      {"one slow connect among many is chance",
       {.watched_connects = 60, .slow_connects = 1},
       crowded,
       Stall::none,
       Limit::none},
      {"slow connects alone prove nothing",
       {.watched_connects = 4, .slow_connects = 3},
       roomy,
       Stall::none,
       Limit::none},
      {"TIME_WAITs alone do no harm", {}, crowded, Stall::none, Limit::none},
      {"memory", {.no_memory = 1}, roomy, Stall::cpu, Limit::memory},
      {"cpu", {}, roomy, Stall::cpu, Limit::cpu},
      {"a right that is missing", {.no_right = 1, .no_server = 1}, roomy, Stall::cpu, Limit::rights},
      {"an API server that is away", {.no_server = 1}, roomy, Stall::cpu, Limit::api_server},
      {"one's own want first", {.no_ports = 1, .no_right = 1}, roomy, Stall::none, Limit::ports},
  };
  for (const Case& c : cases) EXPECT_EQ(limit_of(c.health, c.ports, c.stall), c.limit) << c.name;
}

}  // namespace
}  // namespace straycat::probe
