// The programs of known images as an executable of their own.
#include "cluster/node/own_programs.hpp"

#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <straycat/images/images.hpp>

namespace straycat::cluster {
namespace {

// No sanitizer can be linked statically.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRAYCAT_SANITIZED true
#endif
#endif
#ifndef STRAYCAT_SANITIZED
#define STRAYCAT_SANITIZED false
#endif

struct Ended {
  int code = -1;
  std::string said;
};

Ended run_own_program(const Descriptor& program, const char* image) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 2);
    const char* words[] = {"/proc/self/exe", "image", image, nullptr};
    const char* nothing[] = {nullptr};
    ::syscall(SYS_execveat, program.get(), "", words, nothing, AT_EMPTY_PATH);
    ::_exit(126);
  }
  ::close(ends[1]);
  Ended out;
  char buffer[512];
  for (ssize_t size = 0; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    out.said.append(buffer, static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) out.code = WEXITSTATUS(status);
  return out;
}

TEST(OwnPrograms, AreThoseOfTheProgramItself) {
  const auto program = open_own_programs();
  ASSERT_EQ(static_cast<bool>(program), !STRAYCAT_SANITIZED);
  if (!program) return;
  EXPECT_EQ(::pwrite(program.get(), "x", 1, 0), -1) << "a pod could change what the next one runs";
  const auto ended = run_own_program(program, "no-such-image");
  EXPECT_EQ(ended.code, images::run({"no-such-image"}));
  EXPECT_NE(ended.said.find("no-such-image"), std::string::npos) << ended.said;
}

}  // namespace
}  // namespace straycat::cluster
