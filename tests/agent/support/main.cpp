// The tests' own main: the same program is the agent when it is told so, so that the agent under test is a real
// process.
#include <cstdlib>

#include <gtest/gtest.h>

#include <straycat/agent/orders.hpp>
#include <straycat/core/seam.hpp>

int main(int argc, char** argv) {
  if (std::getenv("STRAYCAT_TEST_AGENT") != nullptr) return straycat::at_the_seam("agent", straycat::agent::run_agent);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
