// Which pods a fault hits.
#include "runner/faults.hpp"

#include <set>

#include <gtest/gtest.h>

namespace straycat::runner {
namespace {

std::vector<model::Pod> five_pods(const std::string& suffix) {
  std::vector<model::Pod> out(5);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].pod_ip = "10.244.0." + std::to_string(8 + i);  // two of them have one digit more
    out[i].meta.name = std::string(1, static_cast<char>('e' - i)) + suffix;
  }
  return out;
}

std::string addresses(const std::vector<model::Pod>& pods) {
  std::string out;
  for (const model::Pod& pod : pods) out += pod.pod_ip.substr(9) + " ";
  return out;
}

// Names are made up anew in each run; addresses are given in the order in which pods start.
TEST(ChosenPods, AreTheSameForASeedWhateverTheirNames) {
  auto other = five_pods("-x");
  std::swap(other[0], other[4]);
  EXPECT_EQ(addresses(choose_pods(five_pods("-y"), 2, 7, 3)), addresses(choose_pods(other, 2, 7, 3)));
}

TEST(ChosenPods, DependOnSeedAndStep) {
  std::set<std::string> by_seed, by_step;
  for (std::uint64_t i = 0; i < 40; ++i) {
    by_seed.insert(addresses(choose_pods(five_pods(""), 1, i, 3)));
    by_step.insert(addresses(choose_pods(five_pods(""), 1, 7, i)));
  }
  EXPECT_EQ(by_seed.size(), 5U);
  EXPECT_EQ(by_step.size(), 5U);
}

TEST(ChosenPods, AllOrAsManyAsThereAre) {
  EXPECT_EQ(choose_pods(five_pods(""), 0, 1, 1).size(), 5U);
  EXPECT_EQ(choose_pods(five_pods(""), 9, 1, 1).size(), 5U);
  EXPECT_TRUE(choose_pods({}, 1, 1, 1).empty());
}

}  // namespace
}  // namespace straycat::runner
