// The options of every subcommand that goes to a cluster.
#pragma once

#include <string>

#include <straycat/kube/config.hpp>

namespace CLI {
class App;
}

namespace straycat::cli {

// What the words say where subcommands differ.
struct ClusterWords {
  std::string context = "Context (default: the kubeconfig's current one)";
  std::string kubeconfig = "Kubeconfig (default: $KUBECONFIG, ~/.kube/config)";
  std::string in_cluster = "The cluster whose pod this is";
  std::string ns = "Namespace (default: the context's)";
};
void add_cluster(CLI::App& command, kube::ConfigRequest& at, const ClusterWords& words = {});

}  // namespace straycat::cli
