#include <sstream>

#include <gtest/gtest.h>

#include <straycat/diagnose/verdict.hpp>

#include "diagnose/support/scenes.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

Verdict judged(const World& world) {
  const auto history = history::fold(test::log_of(world));
  EXPECT_TRUE(history) << history.error().message;
  return judge(*history);
}

TEST(Article, names_the_job) {
  const auto verdict = judged(test::article());
  EXPECT_EQ(to_string(verdict.conclusion), "found");
  ASSERT_FALSE(verdict.findings.empty());
  EXPECT_EQ(verdict.findings[0].cause, "stray-endpoint");
  EXPECT_EQ(verdict.exit_code, 0);
}

}  // namespace
}  // namespace straycat::diagnose
