// `straycat doctor`: what this machine allows the embedded cluster.
#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/output_options.hpp"
#include "cli/subcommand.hpp"
#include <straycat/cluster/cluster.hpp>

namespace straycat::cli {

namespace {

int act(const Look& look) {
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
                           "refusals, but no ClusterIP for other programs, and pods are processes with your rights, "
                           "your files and your network: run only what you trust.");
  return 0;
}

}  // namespace

Subcommand doctor_subcommand() {
  return subcommand("doctor", "Tell what this machine allows the embedded cluster, and how to allow more", add_look,
                    act)
      .taught({{{"straycat doctor", "what this machine allows, and how to allow more"},
                {"straycat doctor --ascii", "for a terminal without UTF-8"}},
               {{"0", "told"}}});
}

}  // namespace straycat::cli
