// The sandbox without namespaces, and the choice between the two where a container forbids them.
#include <array>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/dataplane/planes.hpp"
#include "cluster/support/sandbox_world.hpp"

namespace straycat::cluster::testing {
namespace {

Options loopback() {
  Options options;
  options.data_plane = Options::DataPlane::loopback;
  return options;
}

TEST(LoopbackSandbox, LeavesNothingBehindWhoeverIsKilled) {
  std::mt19937_64 random(test_seed());
  for (int round = 0; round < test_rounds(25) && !HasFailure(); ++round) kill_round(loopback(), As::self, random, 60);
}

TEST(LoopbackSandbox, LeavesNothingBehindWhoeverIsKilledAsAnOrdinaryUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "this already is an ordinary user";
  std::mt19937_64 random(test_seed());
  for (int round = 0; round < test_rounds(15) && !HasFailure(); ++round)
    kill_round(loopback(), As::ordinary_user, random, 60);
}

// What Docker's default seccomp profile does to a process without CAP_SYS_ADMIN: no new namespaces, no mounts.
void forbid_namespaces() {
  constexpr std::uint32_t namespace_flags =
      CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  std::array<sock_filter, 11> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 7, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 5, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, namespace_flags, 1, 0), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K,
               SECCOMP_RET_ERRNO | ENOSYS),  // clone3: its flags are out of a filter's sight; glibc falls back
  }};
  const sock_fprog filter{program.size(), program.data()};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

// Runs `body` in a forked process; its EXPECTs are printed there. 0 when none failed.
int in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    std::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Container, FallsBackToLoopbackAndSaysWhy) {
  EXPECT_EQ(in_child([] {
              forbid_namespaces();
              const int code = run_in_sandbox({}, [](const SandboxSetup& setup) {
                EXPECT_EQ(setup.plane, PlaneKind::loopback);
                EXPECT_EQ(setup.plane_reason, "clone: Operation not permitted");
                EXPECT_EQ(setup.state_dir, "");
                EXPECT_FALSE(setup.own_proc);
                const auto plane = make_data_plane(setup.plane, setup.truth_fd);
                EXPECT_TRUE(plane);
                EXPECT_EQ((*plane)->name(), "loopback fallback");
                return ::testing::Test::HasFailure() ? 1 : 17;
              });
              EXPECT_EQ(code, 17);
            }),
            0);
}

TEST(Container, RefusesWhenTheKernelPlaneWasAskedFor) {
  EXPECT_EQ(in_child([] {
              forbid_namespaces();
              Options options;
              options.data_plane = Options::DataPlane::kernel;
              ::testing::internal::CaptureStderr();
              const int code = run_in_sandbox(options, [](const SandboxSetup&) { return 0; });
              const auto words = ::testing::internal::GetCapturedStderr();
              EXPECT_EQ(code, 4);
              EXPECT_EQ(words,
                        "straycat: the kernel data plane is not possible here: clone: Operation not permitted\n");
            }),
            0);
}

TEST(Container, LeavesNothingBehindWhoeverIsKilled) {
  std::mt19937_64 random(test_seed());
  const auto rounds = test_rounds(10);
  EXPECT_EQ(in_child([&] {
              forbid_namespaces();
              for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round)
                kill_round({}, As::self, random, 60);
            }),
            0);
}

TEST(Container, DoctorSaysWhatIsForbiddenAndHowToAllowIt) {
  EXPECT_EQ(in_child([] {
              forbid_namespaces();
              for (const auto& fact : examine_machine()) {
                EXPECT_EQ(fact.available, fact.name == "loopback fallback") << fact.name;
                if (fact.available) continue;
                EXPECT_EQ(fact.detail, "clone: Operation not permitted") << fact.name;
                EXPECT_NE(fact.remedy.find("seccomp"), std::string::npos) << fact.remedy;
              }
            }),
            0);
}

TEST(Options, NeverOverwritesAKubeconfigThatIsThere) {
  char path[] = "/tmp/kubeconfig-test-XXXXXX";
  const int fd = ::mkstemp(path);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::write(fd, "precious", 8), 8);
  ::close(fd);
  auto options = loopback();
  options.kubeconfig_file = path;
  EXPECT_EQ(in_sandbox(options, [](const SandboxSetup&) { FAIL() << "must not start"; }), 4);
  std::ifstream file(path);
  std::string text;
  EXPECT_TRUE(std::getline(file, text));
  EXPECT_EQ(text, "precious");
  ::unlink(path);
}

TEST(Options, WritesAndRemovesTheKubeconfigCopy) {
  char directory[] = "/tmp/kubeconfig-test-XXXXXX";
  ASSERT_NE(::mkdtemp(directory), nullptr);
  auto options = loopback();
  options.kubeconfig_file = std::string(directory) + "/config";
  EXPECT_EQ(in_sandbox(options,
                       [&](const SandboxSetup& setup) {
                         struct stat seen{};
                         ASSERT_EQ(::stat(options.kubeconfig_file.c_str(), &seen), 0);
                         EXPECT_EQ(seen.st_mode & 0777U, 0600U);
                         ASSERT_EQ(::fstat(setup.kubeconfig_fd, &seen), 0);
                         EXPECT_EQ(seen.st_mode & 0777U, 0600U);
                         EXPECT_EQ(::write(setup.kubeconfig_fd, "config", 6), 6);
                         std::ifstream through_proc(setup.kubeconfig_path);
                         std::string text;
                         EXPECT_TRUE(std::getline(through_proc, text));
                         EXPECT_EQ(text, "config");
                       }),
            0);
  EXPECT_NE(::access(options.kubeconfig_file.c_str(), F_OK), 0);
  EXPECT_EQ(::rmdir(directory), 0) << "nothing else was left in it";
}

TEST(Options, SaysWhichPortIsTaken) {
  EXPECT_EQ(in_child([] {
              EXPECT_EQ(run_in_sandbox(loopback(),
                                       [](const SandboxSetup& setup) {
                                         auto second = loopback();
                                         second.port = setup.port;
                                         ::testing::internal::CaptureStderr();
                                         EXPECT_EQ(run_in_sandbox(second, [](const SandboxSetup&) { return 0; }), 4);
                                         EXPECT_EQ(::testing::internal::GetCapturedStderr(),
                                                   "straycat: listen on 127.0.0.1:" + std::to_string(setup.port) +
                                                       ": Address already in use\n");
                                         return ::testing::Test::HasFailure() ? 1 : 0;
                                       }),
                        0);
            }),
            0);
}

// A parent that starts the cluster with die_with_parent and is killed.
TEST(Options, DiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    if (::fork() == 0) {
      auto options = loopback();
      options.die_with_parent = true;
      ::_exit(run_in_sandbox(options, [&](const SandboxSetup&) {
        (void)!::write(ends[1], "r", 1);
        while (true) ::pause();
        return 0;
      }));
    }
    while (true) ::pause();
  }
  ::close(ends[1]);
  char word;
  ASSERT_EQ(::read(ends[0], &word, 1), 1);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(::read(ends[0], &word, 1), 0) << "the pipe closes only when keeper, guard and inner are all gone";
  ::close(ends[0]);
}

// Asked to end before inner has said what to do then: the signal's own effect, and no complaint.
TEST(Signals, EndAnInnerThatDoesNotListenYet) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t keeper = ::fork();
  if (keeper == 0) {
    ::_exit(run_in_sandbox(loopback(), [&](const SandboxSetup&) {
      (void)!::write(ends[1], "r", 1);
      while (true) ::pause();
      return 1;
    }));
  }
  char word;
  ASSERT_EQ(::read(ends[0], &word, 1), 1);
  ::kill(keeper, SIGTERM);
  int status = 0;
  ::waitpid(keeper, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

// SIGTERM to the keeper reaches inner, which may end in its own way and with its own code.
TEST(Signals, ReachInnerOnceAndKillItOnTheSecond) {
  for (const bool obeys : {true, false}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t keeper = ::fork();
    if (keeper == 0) {
      ::freopen("/dev/null", "w", stderr);
      ::_exit(run_in_sandbox(loopback(), [&](const SandboxSetup&) {
        sigset_t term;
        sigemptyset(&term);
        sigaddset(&term, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &term, nullptr);
        (void)!::write(ends[1], "r", 1);
        int signal = 0;
        ::sigwait(&term, &signal);
        (void)!::write(ends[1], "t", 1);
        while (!obeys) ::pause();
        return 3;
      }));
    }
    char word;
    ASSERT_EQ(::read(ends[0], &word, 1), 1);
    ::kill(keeper, SIGINT);
    ASSERT_EQ(::read(ends[0], &word, 1), 1);
    EXPECT_EQ(word, 't');
    if (!obeys) ::kill(keeper, SIGINT);
    int status = 0;
    ::waitpid(keeper, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), obeys ? 3 : 4);
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

}  // namespace
}  // namespace straycat::cluster::testing
