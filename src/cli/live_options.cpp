// The options of the subcommands for clusters that run already.
#include "cli/live_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/output_options.hpp"

namespace straycat::cli {

namespace {

void add_probing(CLI::App& command, DiagnoseArguments& arguments) {
  const char* group = "Requests (with --probe, or around a COMMAND)";
  command.add_option("--probe", arguments.probe, "Also send requests through the Service, for this long (30s)")
      ->expected(0, 1)
      ->default_str("30s")
      ->group(group);
  command.add_option("--baseline", arguments.baseline, "Send so long before the command starts (default 3s)")
      ->group(group);
  command.add_option("--tail", arguments.tail, "... and after it has ended (default 10s)")->group(group);
  command.add_option("--allow", arguments.allow, "Requests that may fail: 1%, or a count (default: none)")
      ->group(group);
  command.add_option("--path", arguments.path, "What the requests ask for (default /); any answer counts as served")
      ->group(group);
  command.add_option("--port", arguments.port, "The Service's port, by name or number (default: its first of TCP)")
      ->group(group);
  command.add_option("--rate", arguments.rate, "Requests a second (default 20/s)")->group(group);
  command
      .add_option(
          "--via", arguments.via,
          "Send them from: api (the API server's proxy; the default, as it needs no image), pod, nodes (a pod on "
          "each), host (this machine, needs --url); several are compared")
      ->delimiter(',')
      ->check(CLI::IsMember({"pod", "nodes", "host", "api"}))
      ->group(group);
  command
      .add_option("--url", arguments.url,
                  "A URL of the Service that this machine reaches (ingress, NodePort, load balancer): ask it, too")
      ->group(group);
  command
      .add_option("--agent-image", arguments.agent_image,
                  "Image with straycat in it (scripts/image): send them from a pod; needs --context")
      ->group(group);
  command
      .add_flag("--high-rate", arguments.high_rate,
                "Allow more than 200/s: each is an entry in a node's conntrack table for two minutes, and when that is "
                "full the node drops everybody's connections")
      ->group(group);
  command.add_option("--out", arguments.out, "Folder for the run's log and reports")->group(group);
  command.add_flag("-q,--quiet", arguments.quiet, "No progress lines")->group(group);
}

}  // namespace

CLI::App* add_diagnose(CLI::App& app, DiagnoseArguments& arguments) {
  CLI::App* command =
      app.add_subcommand("diagnose",
                         "Tell who stands behind a Service of a running cluster and was not meant to; reads only, "
                         "unless asked to probe: straycat diagnose svc/NAME [-- COMMAND ARGUMENTS]");
  command->add_option("service", arguments.service, "svc/NAME");
  command->add_flag("--all", arguments.all, "Each Service of the namespace");
  command->add_flag("-A,--all-namespaces", arguments.everywhere, "Each Service of all namespaces");
  command->add_option("--for", arguments.meant, "KIND/NAME that the Service was made for (may be given several times)");
  add_probing(*command, arguments);
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
      "Exit codes: 0 nothing suspicious, 1 a finding, 2 cannot tell, 3 bad input, 4 straycat's own trouble.\n"
      "With requests their verdict decides, not the objects'. With a COMMAND: its own code when it fails (a line on\n"
      "standard error tells it from ours), 3 or 4 when it was not run, else as above.");
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
  command->add_flag("--probe", arguments.probe, "For diagnose --probe (or around a command) without --agent-image");
  command->add_option("--to", arguments.to, "Also bind them: User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME");
  return command;
}

}  // namespace straycat::cli
