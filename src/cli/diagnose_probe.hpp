// What `diagnose` was told, and its requests.
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
  kube::ConfigRequest at;
  // Traffic and direct probes: for a time (probe), or around a command. "" = not given.
  std::string probe, path = "/", rate = "20/s", port, url, agent_image, out;
  std::vector<std::string> via;  // pod, nodes, host, api; empty: the best one that needs nothing more
  std::vector<std::string> command;
  std::string baseline = "3s", tail = "10s", allow;  // around the command; allow: "1%" or a count
  bool high_rate = false, quiet = false;
};
inline constexpr const char* default_probe = "30s";  // of --probe without a value
// Whether requests are to be sent at all; and what can be said against how, before anything is looked at.
[[nodiscard]] bool wants_traffic(const DiagnoseArguments& arguments);
[[nodiscard]] Result<> check_traffic(const DiagnoseArguments& arguments);
// Traffic through the running Service, for a time or around a command. `meant`: whom it is for, as the person says.
// Errors (bad_input) name the flag.
[[nodiscard]] Result<plan::Plan> probe_plan(const model::Service& service, const std::vector<model::ObjectRef>& meant,
                                            const DiagnoseArguments& arguments);
// Carries it out, with the verdict and timeline of a run. A command that failed keeps its exit code.
int probe_service(const plan::Plan& plan, const DiagnoseArguments& arguments, const kube::Config& config);

}  // namespace straycat::cli
