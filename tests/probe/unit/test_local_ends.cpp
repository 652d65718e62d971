// Which local ports and addresses connections leave from: the ring, and when it begins.
#include <cerrno>
#include <set>

#include <gtest/gtest.h>

#include "probe/local_ends.hpp"

namespace straycat::probe {
namespace {

using namespace std::chrono_literals;

Stamp at(Nanos since) { return Stamp{3600'000'000'000} + since; }

TEST(PortRing, GoesRoundAndLetsEachPortRest) {
  PortRing ring({100, 109}, 60s);
  for (int port = 100; port < 110; ++port) {
    const auto next = ring.next(at(0s));
    ASSERT_EQ(next, port);
    ring.used(*next, at(0s));
  }
  EXPECT_EQ(ring.next(at(30s)), std::nullopt);
  EXPECT_EQ(ring.resting(at(59s)), 10U);
  EXPECT_EQ(ring.any(), 100) << "the one that rests longest";
  EXPECT_EQ(ring.resting(at(60s)), 0U);
  EXPECT_EQ(ring.next(at(60s)), 101);
}

TEST(PortRing, WhatTheKernelChoseRestsToo) {
  PortRing ring({100, 109}, 60s);
  ring.used(100, at(0s));
  ring.used(102, at(0s));
  ring.used(102, at(1s));  // once in the count, from its last use on
  ring.used(5000, at(1s));
  EXPECT_EQ(ring.resting(at(1s)), 2U);
  EXPECT_EQ(ring.next(at(1s)), 101);
  EXPECT_EQ(ring.next(at(1s)), 103);
  EXPECT_EQ(ring.resting(at(60s)), 1U);
}

TEST(PortRing, ARefusalDoesNotProlongARest) {
  PortRing ring({100, 101}, 60s);
  ring.used(100, at(0s));
  EXPECT_TRUE(ring.refused(100, at(50s)));
  EXPECT_FALSE(ring.refused(101, at(50s)));
  EXPECT_EQ(ring.next(at(61s)), 100);
  ring.used(100, at(61s));
  EXPECT_EQ(ring.next(at(61s)), std::nullopt);
}

TEST(PortRing, OfThoseThatRestItHandsOutItsOwn) {
  PortRing ring({100, 103}, 60s);
  ring.used(100, at(0s));  // the kernel's choice
  ring.used(102, at(0s));
  for (int i = 0; i < 2; ++i) ring.used(ring.next(at(1s)).value(), at(1s));
  EXPECT_EQ(ring.next(at(2s)), std::nullopt);
  EXPECT_EQ(ring.any(), 101);
  EXPECT_EQ(ring.any(), 103);
  EXPECT_EQ(ring.any(), 101);
}

TEST(PortRing, LeavesReservedPortsAlone) {
  PortRing ring({100, 300}, 60s, "100-250,252,x-y,9\n");
  EXPECT_EQ(ring.next(at(0s)), 251);
  EXPECT_EQ(ring.next(at(0s)), 253);
}

TEST(PortRing, IsCrowdedAtTwoFifths) {
  PortRing ring({100, 199}, 60s);
  for (std::uint16_t port = 100; port < 139; ++port) ring.used(port, at(0s));
  EXPECT_FALSE(ring.crowded(at(1s)));
  ring.used(150, at(1s));
  EXPECT_TRUE(ring.crowded(at(1s)));
  EXPECT_FALSE(ring.crowded(at(60s)));
}

TEST(PortRing, CountsRightlyOverALongTime) {
  PortRing ring({1000, 1999}, 2s);
  for (int i = 0; i < 5000; ++i) {  // a hundred a second: two hundred rest
    const Stamp now = at(10ms * i);
    ring.used(ring.next(now).value(), now);
  }
  EXPECT_NEAR(ring.resting(at(50s)), 200, 10);
  EXPECT_EQ(ring.resting(at(10000s)), 0U);
}

TEST(PortFacts, ARestIsShortWhereTheKernelTakesPortsAgain) {
  struct Case {
    int reuse;
    bool timestamps;
    const char* remote;
    Nanos rest;
  };
  const Case cases[] = {{0, true, "127.0.0.1", 61s}, {1, true, "10.1.2.3", 2s}, {2, true, "10.1.2.3", 61s},
                        {2, true, "127.9.9.9", 2s},  {2, false, "::1", 61s},    {2, true, "::1", 2s}};
  for (const Case& c : cases)
    EXPECT_EQ(rest_of({{1, 2}, "", c.reuse, c.timestamps}, c.remote), c.rest) << c.remote << c.reuse;
}

TEST(LocalEnds, TheKernelChoosesUntilItsPortsAreFew) {
  const EngineOptions options;
  LocalEnds ends(options, {{100, 199}, "", 0, true}, {"127.0.0.1", 80});
  for (std::uint16_t port = 100; port < 140; ++port) {
    EXPECT_EQ(ends.next(at(0s)), (Dial{"", 0}));
    ends.closed({"127.0.0.1", port}, at(0s));
  }
  EXPECT_EQ(ends.next(at(1s)), (Dial{"127.0.0.1", 140}));
}

TEST(LocalEnds, TheKernelGoesOnWhereItTakesPortsAgainItself) {
  const EngineOptions options;
  LocalEnds ends(options, {{100, 199}, "", 2, true}, {"127.0.0.1", 80});
  for (std::uint16_t port = 100; port < 200; ++port) ends.closed({"127.0.0.1", port}, at(0s));
  EXPECT_EQ(ends.next(at(1s)), (Dial{"", 0}));
}

TEST(LocalEnds, PortsThatRestAreTakenAgainWhereTheKernelGivesThem) {
  const EngineOptions options;
  LocalEnds ends(options, {{100, 109}, "", 0, true}, {"127.0.0.1", 80});
  ends.searched();
  EXPECT_EQ(ends.next(at(0s)).port, 0) << "once may be chance";
  ends.found_at_once();
  ends.searched();
  EXPECT_EQ(ends.next(at(0s)).port, 0) << "and once again";
  ends.searched();
  for (int i = 0; i < 25; ++i) {
    const Dial end = ends.next(at(0s));
    EXPECT_EQ(end, (Dial{"127.0.0.1", static_cast<std::uint16_t>(100 + i % 10)}));
    ends.closed(end, at(0s));
  }
  ends.refused({"127.0.0.1", 105}, EADDRINUSE, at(1s));
  EXPECT_EQ(ends.next(at(1s)).address, "127.0.0.1");
  ends.refused({"127.0.0.1", 105}, EADDRNOTAVAIL, at(1s));
  EXPECT_NE(ends.next(at(1s)).address, "127.0.0.1");
}

TEST(LocalEnds, FurtherAddressesOfTheHostJoinIn) {
  const EngineOptions options;
  LocalEnds ends(options, {{100, 109}, "", 0, false}, {"127.0.0.1", 80});
  ends.searched();
  ends.searched();
  std::set<std::string> sources;
  for (int i = 0; i < 320; ++i) {
    const Dial end = ends.next(at(0s));
    ASSERT_NE(end.port, 0) << i;
    sources.insert(end.address);
    ends.closed(end, at(0s));
    EXPECT_EQ(sources.size() > 1, i >= 10) << "not before they are needed";
  }
  EXPECT_EQ(sources.size(), 32U);
  EXPECT_NE(ends.next(at(1s)).port, 0) << "the kernel is to say that there is none";
}

TEST(LocalEnds, GivenAddressesAreTakenInTurnAndNoOthers) {
  EngineOptions options;
  options.source_addresses = {"127.0.0.5", "::1", "127.0.0.6"};
  LocalEnds ends(options, {{100, 101}, "", 0, true}, {"127.0.0.1", 80});
  EXPECT_EQ(ends.next(at(0s)), (Dial{"127.0.0.5", 0}));
  EXPECT_EQ(ends.next(at(0s)), (Dial{"127.0.0.6", 0}));
  ends.searched();
  ends.searched();
  std::set<std::pair<std::string, int>> seen;
  for (int i = 0; i < 40; ++i) {
    const Dial end = ends.next(at(0s));
    seen.insert({end.address, end.port});
    ends.closed(end, at(0s));
  }
  EXPECT_EQ(seen.size(), 4U);
}

TEST(LocalEnds, TheRangeAndTheChoiceAreTheCallers) {
  EngineOptions options;
  options.port_range = PortRange{7000, 7001};
  LocalEnds wide(options, {{100, 101}, "", 0, true}, {"127.0.0.1", 80});
  wide.searched();
  wide.searched();
  EXPECT_EQ(wide.next(at(0s)), (Dial{"127.0.0.1", 7000}));
  options.ports = EngineOptions::Ports::kernel;
  LocalEnds kernel(options, {{100, 101}, "", 0, true}, {"127.0.0.1", 80});
  kernel.searched();
  kernel.searched();
  EXPECT_EQ(kernel.next(at(0s)), (Dial{"", 0}));
}

}  // namespace
}  // namespace straycat::probe
