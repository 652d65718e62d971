#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/commands.hpp"

namespace straycat::cli {

int doctor_command(const Look& look) {
  const report::TextStyle style = style_for(look, STDOUT_FILENO);
  const std::vector<cluster::Capability> capabilities = cluster::examine_machine();
  for (const cluster::Capability& capability : capabilities) {
    fmt::print("{}  {}: {}\n", capability.available ? "yes" : "no ", capability.name,
               report::harmless(capability.detail, style.unicode));
    if (!capability.remedy.empty()) fmt::print("       to allow it: {}\n", capability.remedy);
  }
  const bool all = std::all_of(capabilities.begin(), capabilities.end(),
                               [](const cluster::Capability& one) { return one.available; });
  fmt::print("{}\n", all ? "The embedded cluster runs here with its kernel data plane."
                         : "The embedded cluster runs here with the loopback fallback: real connections and real "
                           "refusals, but no ClusterIP for other programs.");
  return 0;
}

int cluster_command(const cluster::Options& options) { return cluster::run(options); }

}  // namespace straycat::cli
