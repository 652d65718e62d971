// What the prober says that it ran into, and what the judge makes of requests that then got no answer: the contract's
// both ends.
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include <straycat/probe/limits.hpp>

namespace straycat::probe {
namespace {

struct Row {
  const char* name;
  EngineHealth health;
  Stall stall;
  ConntrackTable conntrack;
  const char* verdict;
  int exit_code;
  const char* state;  // of the phase
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class JudgedLimits : public testing::TestWithParam<Row> {};

TEST_P(JudgedLimits, SayWhoseTheTimeoutsAre) {
  const Row& row = GetParam();
  test::World world = test::quiet();
  world.starved_from = 10, world.starved_to = 12;
  world.starved_by = limit_of(row.health, {}, row.stall, row.conntrack);
  world.expect.max_failures = plan::Budget{false, 3};
  const auto verdict = test::judged(world);
  EXPECT_EQ(test::brief(verdict).substr(0, std::string(row.verdict).size()), row.verdict) << test::brief(verdict);
  EXPECT_EQ(verdict.exit_code, row.exit_code);
  EXPECT_EQ(verdict.phases.at(0).state, row.state);
  EXPECT_EQ(verdict.failed, 40u) << "they are told, whoever they are of";
}

INSTANTIATE_TEST_SUITE_P(
    All, JudgedLimits,
    testing::Values(
        Row{"well",
            {},
            Stall::none,
            {},
            "inconclusive: 40 requests to pods of Deployment/sayhi failed while nothing moved, most of them without an "
            "answer to their SYN",
            1,
            "failing"},
        Row{"roomy_table",
            {},
            Stall::none,
            {940, 1000},
            "inconclusive: 40 requests to pods of Deployment/sayhi failed while nothing moved, most of them without an "
            "answer to their SYN",
            1,
            "failing"},
        Row{"full_table",
            {},
            Stall::none,
            {950, 1000},
            "inconclusive: local exhaustion: 40 failures of the prober's own, for want of room in the kernel's table",
            2,
            "not shown"},
        Row{"memory",
            {.no_memory = 1},
            Stall::none,
            {},
            "inconclusive: local exhaustion: 40 failures of the prober's own, for want of memory",
            2,
            "not shown"},
        Row{"ports",
            {.no_ports = 1},
            Stall::none,
            {},
            "inconclusive: local exhaustion: 40 failures of the prober's own, for want of ports",
            2,
            "not shown"},
        Row{"descriptors",
            {.no_descriptors = 1},
            Stall::none,
            {},
            "inconclusive: local exhaustion: 40 failures of the prober's own, for want of descriptors",
            2,
            "not shown"}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace straycat::probe
