// A small world on the kernel data plane: pods as forked processes with a network and a mount namespace of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/dataplane/kernel_plane.hpp"
#include "cluster/sandbox/sandbox.hpp"

namespace straycat::cluster::testing {

// What one try to connect came to.
struct Try {
  int error = 0;  // 0: connected; else errno (ETIMEDOUT when nothing came in time)
  std::uint16_t source_port = 0;
  std::uint32_t peer_saw = 0;  // the address that the server saw us under (host order), 0 when not connected
};

Try try_connect(const std::string& address, std::uint16_t port, int timeout_ms = 2000,
                const std::string& source = "0.0.0.0");
std::vector<Try> try_many(const std::string& address, std::uint16_t port, int count, int timeout_ms = 2000);
int count_errors(const std::vector<Try>& tries, int error);

struct Pod {
  pid_t pid = -1;
  std::string address;
};

// Starts a process, attaches it to the plane, then lets `body` run in it; the process ends with `body`, and with this
// one at the latest.
Pod start_pod(DataPlane& plane, const std::function<void(const std::string& address)>& body);
// A pod that accepts on `port`, tells each client the address it sees, and closes. It listens when this returns.
Pod start_server(DataPlane& plane, std::uint16_t port = 3000);
// A pod that does nothing: whoever connects is refused by its kernel.
Pod start_idle(DataPlane& plane);
void stop_pod(DataPlane& plane, const Pod& pod);

// Serves on `port` of this process' network until it is killed; `ready` is called once it listens.
void serve(std::uint16_t port, const std::function<void()>& ready);

// Runs `body` in a pod of its own and returns what it found out.
std::vector<Try> from_pod(DataPlane& plane, const std::function<std::vector<Try>(const std::string& address)>& body);

// Runs `body` as the inner process of a sandbox, in a forked keeper (as this user or, when root, as an ordinary one).
// Its EXPECTs are printed there; the result is 0 when none failed.
enum class As { self, ordinary_user };
int in_sandbox(const Options& options, const std::function<void(const SandboxSetup&)>& body, As as = As::self);
// The same on the kernel data plane, made and ready.
int on_kernel_plane(const std::function<void(KernelDataPlane&, const SandboxSetup&)>& body, As as = As::self);

ServiceRule rule_for(const std::vector<Pod>& pods, std::uint16_t port = 3000);  // default/sayhi, 10.96.0.7:80

// Becomes an ordinary user for good (only root can).
void become_ordinary();

}  // namespace straycat::cluster::testing

// Skips at home, fails in CI, when this machine does not allow the kernel data plane.
#define REQUIRE_KERNEL_PLANE()                                                               \
  if (const auto possible = ::straycat::cluster::probe_kernel_plane(); !possible) {          \
    const char* ci = std::getenv("CI");                                                      \
    if (ci != nullptr && std::string_view(ci) == "true") FAIL() << possible.error().message; \
    GTEST_SKIP() << possible.error().message;                                                \
  }
