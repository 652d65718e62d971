#include "cli/cluster_options.hpp"

#include <CLI/CLI.hpp>

namespace straycat::cli {

void add_cluster(CLI::App& command, kube::ConfigRequest& at, const ClusterWords& words) {
  const char* group = "Cluster";
  command.add_option("--context", at.context, words.context)->group(group);
  command.add_option("--kubeconfig", at.kubeconfig, words.kubeconfig)->group(group);
  command.add_option("--cluster", at.cluster, "Cluster entry of the kubeconfig")->group(group);
  command.add_option("--user", at.user, "User entry of the kubeconfig")->group(group);
  command.add_flag("--in-cluster", at.in_cluster, words.in_cluster)->group(group);
  command.add_option("-n,--namespace", at.ns, words.ns)->group(group);
}

}  // namespace straycat::cli
