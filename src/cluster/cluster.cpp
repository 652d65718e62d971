// The program `straycat cluster`: the sandbox, and in it the cluster.
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "cluster/sandbox/sandbox.hpp"
#include "cluster/wiring.hpp"
#include <straycat/cluster/cluster.hpp>

namespace straycat::cluster {
namespace {

// Standard output carries one line that a shell can evaluate; everything for the person goes to standard error.
void announce(const SandboxSetup& setup, const EmbeddedCluster& cluster) {
  fmt::print(stderr, "straycat cluster: data plane: {}{}\n", cluster.data_plane(),
             setup.plane_reason.empty() ? "" : " (" + setup.plane_reason + ")");
  fmt::print("export KUBECONFIG={}\n", setup.kubeconfig_path);
  std::fflush(stdout);
}

int serve(const Options& options, const SandboxSetup& setup) {
  try {
    EmbeddedCluster cluster(options, setup);
    if (const auto started = cluster.start(); !started) {
      fmt::print(stderr, "straycat cluster: {}\n", started.error().message);
      return 4;
    }
    announce(setup, cluster);
    cluster.serve();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "straycat cluster: {}\n", error.what());
    return 4;
  }
}

}  // namespace

int run(const Options& options) {
  return run_in_sandbox(options, [&](const SandboxSetup& setup) { return serve(options, setup); });
}

}  // namespace straycat::cluster
