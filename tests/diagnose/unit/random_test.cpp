// The judge on trial, without a cluster: worlds drawn from printed seeds, whose truth the log does not hold.
#include <gtest/gtest.h>

#include "diagnose/case.hpp"
#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

// Seeds that ever failed come first; the others go on from a fixed one, so that a failure names its seed.
std::vector<std::uint64_t> seeds() {
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1000; seed < 1050; ++seed) all.push_back(seed);
  return all;
}

bool in_candidate_set(const history::History& history, const std::vector<Cell>& cells, const AttemptFailed& failed,
                      const std::string& pod) {
  for (const Cell& cell : cells) {
    if (cell.first_ns > failed.connect_ns || failed.connect_ns > cell.last_ns) continue;
    for (const auto index : cell.candidates) {
      if (history.views[0].endpoints[index].id.pod == pod) return true;
    }
  }
  return false;
}

TEST(Random, the_true_endpoint_is_in_each_candidate_set) {
  for (const auto seed : seeds()) {
    test::LogMaker maker(test::random_world(seed, true));
    const auto history = history::fold(maker.make());
    ASSERT_TRUE(history);
    const auto the_case = open_case(*history);
    for (const AttemptFailed& failed : history->traffic.at(0).failures) {
      const auto& pod = maker.truth().at(failed.id);
      EXPECT_TRUE(in_candidate_set(*history, the_case.cells, failed, pod))
          << "seed " << seed << " attempt " << failed.id << " pod " << pod;
    }
  }
}

TEST(Random, without_a_stray_nobody_is_accused) {
  for (const auto seed : seeds()) {
    const auto verdict = test::judged(test::random_world(seed, false));
    EXPECT_EQ(test::brief(verdict), "none") << "seed " << seed;
  }
}

TEST(Random, with_a_stray_it_is_found) {
  int conclusive = 0;
  for (const auto seed : seeds()) {
    const auto verdict = test::judged(test::random_world(seed, true));
    if (verdict.conclusion == Conclusion::inconclusive) {
      std::cout << "seed " << seed << ": " << verdict.headline << "\n";
      continue;
    }
    EXPECT_EQ(test::brief(verdict), "found stray-endpoint Job/sayhi") << "seed " << seed;
    EXPECT_EQ(verdict.findings.at(0).explained, verdict.failed) << "seed " << seed;
    ++conclusive;
  }
  EXPECT_GE(conclusive, 48);
}

}  // namespace
}  // namespace straycat::diagnose
