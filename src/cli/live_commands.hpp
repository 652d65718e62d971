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
  // Traffic and direct probes: for a time (probe), or around a command. "" = not given.
  std::string probe, path = "/", rate = "20/s", port, url, agent_image, out;
  std::vector<std::string> via;  // pod, nodes, host, api; empty: the best one that needs nothing more
  std::vector<std::string> command;
  std::string baseline = "3s", tail = "10s", allow;  // around the command; allow: "1%" or a count
  bool high_rate = false, quiet = false;
};
// 0 nothing suspicious, 1 a finding, 2 cannot tell.
int diagnose_command(const DiagnoseArguments& arguments);

// Runs a plan that no scenario file holds, and judges it as `run` does.
int run_plan(const plan::Plan& plan, const RunArguments& arguments);
// Whether requests are to be sent at all; and what can be said against how, before anything is looked at.
[[nodiscard]] bool wants_traffic(const DiagnoseArguments& arguments);
[[nodiscard]] Result<> check_traffic(const DiagnoseArguments& arguments);
// Traffic through the running Service, for a time or around a command, with the verdict and timeline of a run.
// `context`: the kubeconfig's entry in use. A command that failed keeps its exit code.
int probe_service(const DiagnoseArguments& arguments, const model::Service& service, const std::string& context);

struct CleanupArguments {
  std::string kubeconfig, context, cluster, user, ns, run;
  bool in_cluster = false, dry_run = false;
};
int cleanup_command(const CleanupArguments& arguments);

struct RbacArguments {
  std::string scenario;  // "" = for diagnose
  std::string ns, to;    // to: "User:jane", "" = the roles alone
  bool probe = false;    // diagnose with requests through the API server's proxy
};
int rbac_command(const RbacArguments& arguments);

}  // namespace straycat::cli
