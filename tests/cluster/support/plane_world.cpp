#include "cluster/support/plane_world.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace straycat::cluster::testing {
namespace {

sockaddr_in socket_address(const std::string& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

bool wait_for(int fd, short events, int timeout_ms) {
  pollfd waited{fd, events, 0};
  return ::poll(&waited, 1, timeout_ms) == 1;
}

void say(int line, const std::string& word) {
  ASSERT_EQ(::send(line, word.data(), word.size(), MSG_NOSIGNAL), static_cast<ssize_t>(word.size()));
}

std::string hear(int line) {
  char buffer[64];
  const auto size = wait_for(line, POLLIN, 5000) ? ::recv(line, buffer, sizeof buffer, 0) : 0;
  return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

int finish_connect(int socket, const sockaddr_in& target, int timeout_ms) {
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 && errno != EINPROGRESS)
    return errno;
  if (!wait_for(socket, POLLOUT, timeout_ms)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Try try_connect(const std::string& address, std::uint16_t port, int timeout_ms, const std::string& source) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  Try out;
  const auto from = socket_address(source, 0);
  if (source != "0.0.0.0" && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
    return {errno, 0, 0};
  out.error = finish_connect(socket.get(), socket_address(address, port), timeout_ms);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size);
  out.source_port = ntohs(own.sin_port);
  if (out.error == 0 && wait_for(socket.get(), POLLIN, timeout_ms))
    if (::recv(socket.get(), &out.peer_saw, sizeof out.peer_saw, 0) != sizeof out.peer_saw) out.error = EPROTO;
  return out;
}

std::vector<Try> try_many(const std::string& address, std::uint16_t port, int count, int timeout_ms) {
  std::vector<Try> out;
  for (int i = 0; i < count; ++i) out.push_back(try_connect(address, port, timeout_ms));
  return out;
}

int count_errors(const std::vector<Try>& tries, int error) {
  return static_cast<int>(
      std::count_if(tries.begin(), tries.end(), [error](const Try& each) { return each.error == error; }));
}

Pod start_pod(DataPlane& plane, const std::function<void(const std::string&)>& body) {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const auto address = plane.allocate_address();
  EXPECT_TRUE(address);
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    if (plane.isolates_pods() && ::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) ::_exit(1);
    say(ends[1], "unshared");
    if (hear(ends[1]) != "attached") ::_exit(1);
    body(*address);
    std::fflush(nullptr);
    ::_exit(0);
  }
  ::close(ends[1]);
  const Descriptor line(ends[0]);
  EXPECT_EQ(hear(line.get()), "unshared");
  const auto attached = plane.attach(pid, *address);
  EXPECT_TRUE(attached) << attached.error().message;
  say(line.get(), "attached");
  return {pid, *address};
}

void serve(std::uint16_t port, const std::function<void()>& ready) {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto any = socket_address("0.0.0.0", port);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
      ::listen(listener.get(), 512) != 0)
    return;
  ready();
  while (true) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const Descriptor client(::accept4(listener.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC));
    const std::uint32_t seen = ntohl(peer.sin_addr.s_addr);
    if (client) (void)::send(client.get(), &seen, sizeof seen, MSG_NOSIGNAL);
  }
}

Pod start_server(DataPlane& plane, std::uint16_t port) {
  int ready[2];
  EXPECT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const auto pod =
      start_pod(plane, [&](const std::string&) { serve(port, [&] { (void)!::write(ready[1], "r", 1); }); });
  ::close(ready[1]);
  EXPECT_TRUE(wait_for(ready[0], POLLIN, 5000));
  ::close(ready[0]);
  return pod;
}

Pod start_idle(DataPlane& plane) {
  return start_pod(plane, [](const std::string&) { ::pause(); });
}

void stop_pod(DataPlane& plane, const Pod& pod) {
  ::kill(pod.pid, SIGKILL);
  ::waitpid(pod.pid, nullptr, 0);
  plane.detach(pod.address);
}

std::vector<Try> from_pod(DataPlane& plane, const std::function<std::vector<Try>(const std::string&)>& body) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const auto pod = start_pod(plane, [&](const std::string& address) {
    const auto found = body(address);
    const auto bytes = found.size() * sizeof(Try);
    for (std::size_t sent = 0; sent < bytes;) {
      const auto size = ::write(ends[1], reinterpret_cast<const char*>(found.data()) + sent, bytes - sent);
      if (size <= 0) ::_exit(1);
      sent += static_cast<std::size_t>(size);
    }
  });
  ::close(ends[1]);
  std::vector<Try> out;
  Try one;
  while (::read(ends[0], &one, sizeof one) == sizeof one) out.push_back(one);
  ::close(ends[0]);
  stop_pod(plane, pod);
  return out;
}

void become_ordinary() {
  if (::geteuid() != 0) return;
  constexpr uid_t nobody = 65534;
  const bool done = ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
                    ::setresuid(nobody, nobody, nobody) == 0;
  if (!done) ::_exit(99);
  ::prctl(PR_SET_DUMPABLE, 1);  // a change of user clears it, and then /proc/self belongs to root
}

int in_sandbox(const Options& options, const std::function<void(const SandboxSetup&)>& body, As as) {
  std::fflush(nullptr);
  const pid_t keeper = ::fork();
  if (keeper == 0) {
    if (as == As::ordinary_user) become_ordinary();
    const int code = run_in_sandbox(options, [&](const SandboxSetup& setup) {
      body(setup);
      return ::testing::Test::HasFailure() ? 1 : 0;
    });
    std::fflush(nullptr);
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(keeper, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int on_kernel_plane(const std::function<void(KernelDataPlane&, const SandboxSetup&)>& body, As as) {
  Options options;
  options.data_plane = Options::DataPlane::kernel;
  return in_sandbox(
      options,
      [&](const SandboxSetup& setup) {
        auto plane = KernelDataPlane::create(setup.truth_fd);
        ASSERT_TRUE(plane) << plane.error().message;
        body(**plane, setup);
      },
      as);
}

ServiceRule rule_for(const std::vector<Pod>& pods, std::uint16_t port) {
  ServiceRule rule{"default", "sayhi", "", "10.96.0.7", 80, {}};
  for (const auto& pod : pods) rule.endpoints.push_back({pod.address, port, "pod-" + pod.address});
  return rule;
}

}  // namespace straycat::cluster::testing
