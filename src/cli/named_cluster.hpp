// What a plan becomes before it runs on a cluster that is not straycat's own.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include <straycat/plan/plan.hpp>

namespace straycat::cli {

struct OnNamedCluster {
  plan::Plan plan;
  std::vector<std::string> notes;  // what the verdict cannot rest on there, and how to have it
};
// Errors (bad_input): a traffic would fill the nodes' tables of connections.
[[nodiscard]] Result<> check_rates(const plan::Plan& plan);
// Images mapped (--image), traffic sent from where it can start (--via; without an agent's image: the API server's
// proxy), rates bounded. Errors (bad_input) name the flag.
[[nodiscard]] Result<OnNamedCluster> for_named_cluster(const plan::Plan& plan, const RunArguments& arguments);

}  // namespace straycat::cli
