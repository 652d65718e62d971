// The room as a library: another program links it and probes.
#include <cstdio>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/support/zoo.hpp"

namespace straycat::test {
namespace {

struct Ran {
  std::string output;
  int code = -1;
};

Ran run_example(const std::string& arguments) {
  Ran ran;
  FILE* pipe =
      ::popen(("exec timeout 60 " STRAYCAT_EXAMPLES "/example_probe_session " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) ran.output.append(buffer, got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

TEST(Example, AnotherProgramProbes) {
  const Server server(answers(ok_response("Meow")));
  const Ran ran = run_example(server.url() + " 20");
  EXPECT_EQ(ran.output, "sent 20, ok 20\n");
  EXPECT_EQ(ran.code, 0);
}

TEST(Example, ItsFailuresAndErrorsAreValues) {
  const ClosedPort nobody;
  const Ran refused = run_example("http://127.0.0.1:" + std::to_string(nobody.port()) + "/ 3");
  EXPECT_THAT(refused.output, testing::MatchesRegex("sent 3, ok 0, refused 3 \\(\\(7\\) .*Connection refused\\)\n"));
  EXPECT_EQ(refused.code, 1);
  const Ran none = run_example("nonsense 3");
  EXPECT_THAT(none.output, testing::HasSubstr("bad URL 'nonsense'"));
  EXPECT_EQ(none.code, 3);
}

}  // namespace
}  // namespace straycat::test
