// The sandbox with namespaces: its ends, whoever dies first.
#include <chrono>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/support/sandbox_world.hpp"

namespace straycat::cluster::testing {
namespace {

class KernelSandbox : public ::testing::TestWithParam<As> {
 protected:
  void SetUp() override {
    if (GetParam() == As::ordinary_user && ::geteuid() != 0) GTEST_SKIP() << "this already is an ordinary user";
    REQUIRE_KERNEL_PLANE();
    options_.data_plane = Options::DataPlane::kernel;
  }
  Options options_;
};

INSTANTIATE_TEST_SUITE_P(Users, KernelSandbox, ::testing::Values(As::self, As::ordinary_user),
                         [](const auto& each) { return each.param == As::self ? "Self" : "OrdinaryUser"; });

TEST_P(KernelSandbox, LeavesNothingBehindWhoeverIsKilled) {
  std::mt19937_64 random(test_seed());
  for (int round = 0; round < test_rounds(12) && !HasFailure(); ++round) kill_round(options_, GetParam(), random, 250);
}

TEST_P(KernelSandbox, GivesInnerItsOwnWorld) {
  EXPECT_EQ(in_sandbox(
                options_,
                [](const SandboxSetup& setup) {
                  EXPECT_EQ(setup.plane, PlaneKind::kernel);
                  EXPECT_TRUE(setup.own_proc);
                  EXPECT_EQ(setup.state_dir, "/run/straycat");
                  EXPECT_EQ(::access("/proc/1/stat", R_OK), 0);
                  EXPECT_NE(::getppid(), 0);
                  EXPECT_EQ(::getppid(), 1) << "the guard is PID 1";
                  EXPECT_EQ(::geteuid(), 0U);
                  EXPECT_GE(::open("/run/straycat/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 0);
                  sigset_t mask;
                  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
                  EXPECT_EQ(sigismember(&mask, SIGTERM), 0) << "inner's signals are not blocked";
                },
                GetParam()),
            0);
  EXPECT_NE(::access("/run/straycat", F_OK), 0) << "the tmpfs is the sandbox's alone";
}

TEST_P(KernelSandbox, KeepsTheListenerReachableFromTheHost) {
  int port_pipe[2];
  ASSERT_EQ(::pipe(port_pipe), 0);
  const pid_t keeper = ::fork();
  if (keeper == 0) {
    if (GetParam() == As::ordinary_user) become_ordinary();
    ::_exit(run_in_sandbox(options_, [&](const SandboxSetup& setup) {
      (void)!::write(setup.kubeconfig_fd, "hello", 5);
      (void)!::write(port_pipe[1], &setup.port, sizeof setup.port);
      pollfd waited{setup.listen_fd, POLLIN, 0};
      if (::poll(&waited, 1, 5000) != 1) return 9;
      const int client = ::accept(setup.listen_fd, nullptr, nullptr);
      const std::uint32_t word = 7;
      (void)::send(client, &word, sizeof word, MSG_NOSIGNAL);
      ::close(client);
      return 5;
    }));
  }
  int port = 0;
  ASSERT_EQ(::read(port_pipe[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  const auto tried = try_connect("127.0.0.1", static_cast<std::uint16_t>(port));
  EXPECT_EQ(tried.error, 0);
  EXPECT_EQ(tried.peer_saw, 7U);
  int status = 0;
  ::waitpid(keeper, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 5) << "inner's own exit code";
}

}  // namespace
}  // namespace straycat::cluster::testing
