#include "cli/cluster_options.hpp"

#include <CLI/CLI.hpp>

namespace straycat::cli {

void add_cluster(CLI::App& command, kube::ConfigRequest& at, const ClusterWords& words) {
  const char* group = "Cluster";
  command.add_option("--context", at.context, words.context)->type_name("NAME")->group(group);
  command.add_option("--kubeconfig", at.kubeconfig, words.kubeconfig)->type_name("FILE")->group(group);
  command.add_option("--cluster", at.cluster, "Cluster entry of the kubeconfig")->type_name("NAME")->group(group);
  command.add_option("--user", at.user, "User entry of the kubeconfig")->type_name("NAME")->group(group);
  command.add_flag("--in-cluster", at.in_cluster, words.in_cluster)->group(group);
  command.add_option("-n,--namespace", at.ns, words.ns)->type_name("NAMESPACE")->group(group);
}

}  // namespace straycat::cli
