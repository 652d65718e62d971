// The program `straycat cluster`: the sandbox, and in it the cluster.
#include <fmt/format.h>

#include "cluster/sandbox/sandbox.hpp"
#include "cluster/wiring/wiring.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cluster {
namespace {

// Standard output carries one line that a shell can evaluate; everything for the person goes to standard error.
Result<> announce(const SandboxSetup& setup, const EmbeddedCluster& cluster) {
  say("straycat cluster: data plane: {}{}\n", cluster.data_plane(),
      setup.plane_reason.empty() ? "" : " (" + setup.plane_reason + ")");
  return print_now(fmt::format("export KUBECONFIG={}\n", setup.kubeconfig_path));
}

int serve(const Options& options, const SandboxSetup& setup) {
  EmbeddedCluster cluster(options, setup);
  auto serves = cluster.start();
  if (serves) serves = announce(setup, cluster);
  if (!serves) {
    say("straycat cluster: {}\n", serves.error().message);
    return 4;
  }
  cluster.serve();
  return 0;
}

}  // namespace

int run(const Options& options) {
  return run_in_sandbox(options, [&](const SandboxSetup& setup) { return serve(options, setup); });
}

}  // namespace straycat::cluster
