// The options of the subcommands for clusters that run already.
#include "cli/live_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/output_options.hpp"

namespace straycat::cli {

CLI::App* add_diagnose(CLI::App& app, DiagnoseArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "diagnose", "Tell who stands behind a Service of a running cluster and was not meant to; reads only");
  command->add_option("service", arguments.service, "svc/NAME");
  command->add_flag("--all", arguments.all, "Each Service of the namespace");
  command->add_flag("-A,--all-namespaces", arguments.everywhere, "Each Service of all namespaces");
  command->add_option("--for", arguments.meant, "KIND/NAME that the Service was made for (may be given several times)");
  command
      ->add_option("--probe", arguments.probe, "Also send requests for this long (30s), from a pod beside the Service")
      ->expected(0, 1)
      ->default_str("30s")
      ->group("Probing");
  command->add_option("--path", arguments.path, "What the requests ask for (default /); any answer counts as served")
      ->group("Probing");
  command->add_option("--rate", arguments.rate, "Requests a second (default 20/s)")->group("Probing");
  command->add_option("--agent-image", arguments.agent_image, "Image with straycat in it, for the agent's pod")
      ->group("Probing");
  command->add_option("--out", arguments.out, "Folder for the run's log and reports")->group("Probing");
  add_outputs(*command, arguments.outputs);
  command->add_option("-n,--namespace", arguments.ns, "Namespace (default: the context's)")->group("Cluster");
  command->add_option("--context", arguments.context, "Context (default: the kubeconfig's current one)")
      ->group("Cluster");
  command->add_option("--kubeconfig", arguments.kubeconfig, "Kubeconfig (default: $KUBECONFIG, ~/.kube/config)")
      ->group("Cluster");
  command->add_option("--cluster", arguments.cluster, "Cluster entry of the kubeconfig")->group("Cluster");
  command->add_option("--user", arguments.user, "User entry of the kubeconfig")->group("Cluster");
  command->add_flag("--in-cluster", arguments.in_cluster, "The cluster whose pod this is")->group("Cluster");
  command->footer(
      "Exit codes: 0 nothing suspicious, 1 a finding, 2 cannot tell, 3 bad input, 4 straycat's own trouble.");
  return command;
}

CLI::App* add_cleanup(CLI::App& app, CleanupArguments& arguments) {
  CLI::App* command = app.add_subcommand("cleanup", "Show what runs left behind in a cluster, and remove it");
  command->add_flag("--dry-run", arguments.dry_run, "Show it only");
  command->add_option("--run", arguments.run, "Only what this run left, by its id, alive or not");
  command->add_option("-n,--namespace", arguments.ns, "Look only here (default: all namespaces)");
  command->add_option("--context", arguments.context, "Context of the cluster");
  command->add_option("--kubeconfig", arguments.kubeconfig, "Kubeconfig (default: $KUBECONFIG, ~/.kube/config)");
  command->add_option("--cluster", arguments.cluster, "Cluster entry of the kubeconfig");
  command->add_option("--user", arguments.user, "User entry of the kubeconfig");
  command->add_flag("--in-cluster", arguments.in_cluster, "The cluster whose pod this is");
  return command;
}

CLI::App* add_rbac(CLI::App& app, RbacArguments& arguments) {
  CLI::App* command = app.add_subcommand("rbac", "Print the Roles that a scenario, or diagnose, needs");
  command->add_option("scenario", arguments.scenario, "scenario.yaml, or a folder that holds one (default: diagnose)");
  command->add_option("-n,--namespace", arguments.ns, "In this namespace only (default: everywhere)");
  command->add_option("--to", arguments.to, "Also bind them: User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME");
  return command;
}

}  // namespace straycat::cli
