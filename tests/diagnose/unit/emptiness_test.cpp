// A Service that loses its last endpoint, and a prober that runs out of something: what is said of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

TEST(ProberLimits, are_told_by_what_the_prober_wanted) {
  const std::pair<Limit, const char*> cases[] = {
      {Limit::ports, "the prober itself ran out of ports, descriptors or memory: "},
      {Limit::memory, "the prober itself ran out of ports, descriptors or memory: "},
      {Limit::unknown, "the prober itself ran out of ports, descriptors or memory: "},
      {Limit::rights, "the API server did not let the prober send (a right is missing, or its token has expired): "},
      {Limit::api_server, "the API server did not take the prober's requests: "},
  };
  for (const auto& [limit, words] : cases) {
    World world = test::quiet();
    world.local_from = 10;
    world.local_to = 20;
    world.limit = limit;
    const auto verdict = test::judged(world);
    EXPECT_EQ(verdict.conclusion, Conclusion::inconclusive);
    EXPECT_THAT(verdict.reasons,
                testing::Contains(testing::AllOf(testing::StartsWith(words), testing::HasSubstr(" of its own ("))));
  }
}

// A proxy knows of the last endpoint's end a moment before the watch tells it: those failures are of the emptiness,
// too.
TEST(Emptiness, begins_a_moment_before_it_is_told) {
  World world = test::quiet(1);
  world.rate = 60;
  world.pods[0].ready_to = world.pods[0].gone_at = 15;
  world.pods[0].answers_to = 14.96;
  const auto verdict = test::judged(world);
  EXPECT_EQ(test::brief(verdict), "found no-endpoints") << verdict.headline;
  ASSERT_EQ(verdict.findings.size(), 1U) << to_json(verdict)["findings"].dump(1);
  EXPECT_EQ(verdict.findings[0].explained, verdict.failed);
}

// Where nobody stays, no pod's patience would help: one cause, not two.
TEST(Emptiness, of_the_last_endpoints_going_is_no_race) {
  World world = test::quiet(2);
  for (auto& pod : world.pods) {
    pod.ready_to = 15;
    pod.terminates = true;
    pod.gone_at = 16;
    pod.answers_to = 15.7;
  }
  EXPECT_EQ(test::brief(test::judged(world)), "found no-endpoints");
}

}  // namespace
}  // namespace straycat::diagnose
