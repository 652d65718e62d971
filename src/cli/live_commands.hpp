// The subcommands for clusters that run already, one file each; exit codes as in commands.hpp.
#pragma once

#include "cli/commands.hpp"

namespace straycat::cli {

struct DiagnoseArguments {
  std::string service;             // "svc/NAME"
  bool all = false;                // each Service of the namespace
  bool everywhere = false;         // of all namespaces
  std::vector<std::string> meant;  // --for KIND/NAME
  Outputs outputs;                 // of the survey; with traffic: of the run
  Look look;
  std::string kubeconfig, context, cluster, user, ns;
  bool in_cluster = false;
  // --probe: traffic and direct probes, from an agent's pod in the Service's namespace.
  std::string probe, path = "/", rate = "20/s", agent_image, out;
};
// 0 nothing suspicious, 1 a finding, 2 cannot tell.
int diagnose_command(const DiagnoseArguments& arguments);

// Runs a plan that no scenario file holds, and judges it as `run` does.
int run_plan(const plan::Plan& plan, const RunArguments& arguments);
// `diagnose --probe`: traffic through the running Service, with the verdict and timeline of a run.
int probe_service(const DiagnoseArguments& arguments, const model::Service& service);

struct CleanupArguments {
  std::string kubeconfig, context, cluster, user, ns, run;
  bool in_cluster = false, dry_run = false;
};
int cleanup_command(const CleanupArguments& arguments);

struct RbacArguments {
  std::string scenario;  // "" = for diagnose
  std::string ns, to;    // to: "User:jane", "" = the roles alone
};
int rbac_command(const RbacArguments& arguments);

}  // namespace straycat::cli
