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

#include "cluster/dataplane/names.hpp"
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

// Names: a pod sees its namespace's hosts file, a new Service while it runs, and an unknown name fails at once.
std::string resolve(const char* name) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name, nullptr, &hints, &found) != 0) return "";
  char text[64] = "";
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  ::freeaddrinfo(found);
  return text;
}

void expect_names_in_pod(const std::string& hosts, NamesFile& names, KernelDataPlane& plane) {
  int words[2];
  ASSERT_EQ(::pipe(words), 0);
  start_pod(plane, [&](const std::string&) {
    std::string out = "0";
    for (const auto& [from, to] : {std::pair{hosts, "/etc/hosts"},
                                   {names.nsswitch_path(), "/etc/nsswitch.conf"},
                                   {names.resolv_path(), "/etc/resolv.conf"}})
      if (::access(to, F_OK) == 0 && ::mount(from.c_str(), to, nullptr, MS_BIND, nullptr) != 0) out = ::strerror(errno);
    for (const char* name : {"sayhi", "sayhi.default", "sayhi.default.svc.cluster.local", "other", "other.elsewhere"})
      out += " " + resolve(name);
    const auto before = std::chrono::steady_clock::now();
    out += resolve("no-such-name.example.com");
    out += std::chrono::steady_clock::now() - before < std::chrono::milliseconds(500) ? " quick" : " slow";
    (void)!::write(words[1], out.data(), out.size());
  });
  char buffer[512];
  const auto size = ::read(words[0], buffer, sizeof buffer);
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(size)), "0 10.96.0.7 10.96.0.7 10.96.0.7  10.96.0.9 quick");
}

TEST_P(KernelSandbox, ResolvesServiceNamesInPods) {
  EXPECT_EQ(on_kernel_plane(
                [](KernelDataPlane& plane, const SandboxSetup& setup) {
                  auto names = NamesFile::create(setup.state_dir);
                  ASSERT_TRUE(names);
                  const auto hosts = names->hosts_path("default");
                  ASSERT_TRUE(hosts);
                  ASSERT_TRUE(names->set_service("default", "sayhi", {"10.96.0.7"}));
                  ASSERT_TRUE(names->set_service("elsewhere", "other", {"10.96.0.9"}));
                  expect_names_in_pod(*hosts, *names, plane);
                },
                GetParam()),
            0);
}

}  // namespace
}  // namespace straycat::cluster::testing
