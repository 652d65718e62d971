// Whether a person's command can be started at all is known before anything is done.
#include <gtest/gtest.h>

#include <straycat/runner/child.hpp>

namespace straycat::runner {
namespace {

TEST(CheckProgram, LooksWhereASpawnWould) {
  EXPECT_TRUE(check_program("sh"));
  EXPECT_TRUE(check_program("/bin/sh"));
  for (const char* none : {"", "no-such-program-anywhere", "/no/such", "/etc/passwd"}) {
    const auto missing = check_program(none);
    ASSERT_FALSE(missing) << none;
    EXPECT_EQ(missing.error().fault, Fault::bad_input);
    EXPECT_NE(missing.error().message.find(std::string("cannot run '") + none), std::string::npos);
  }
}

}  // namespace
}  // namespace straycat::runner
