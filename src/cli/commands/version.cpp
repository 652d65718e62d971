// `straycat version`: which one this is, and what it can do here.
#include "cli/version.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/model/law.hpp>

namespace straycat::cli {
namespace {

struct VersionArguments {
  bool json = false;
};

void add_options(CLI::App& command, VersionArguments& arguments) {
  command.add_flag("--json", arguments.json, "As JSON");
}

bool all_available() {
  const auto capabilities = cluster::examine_machine();
  return std::all_of(capabilities.begin(), capabilities.end(), [](const auto& one) { return one.available; });
}

std::string as_json(bool kernel) {
  return nlohmann::json{{"version", STRAYCAT_VERSION},
                        {"commit", built_from},
                        {"dataPlanes",
                         {{std::string(to_string(model::Plane::kernel)), kernel},
                          {std::string(to_string(model::Plane::fallback)), true}}},
                        {"scenarios", {"straycat/v1alpha1"}}}
             .dump(2) +
         "\n";
}

int act(const VersionArguments& arguments) {
  const bool kernel = all_available();
  const std::string text =
      fmt::format("straycat {}\ncommit       {}\ndata planes  {} ({}), {}\nscenarios    straycat/v1alpha1\n",
                  STRAYCAT_VERSION, built_from, to_string(model::Plane::kernel),
                  kernel ? "this machine allows it" : "not on this machine: `straycat doctor` says why",
                  to_string(model::Plane::fallback));
  const Result<> told = print_now(arguments.json ? as_json(kernel) : text);
  return told ? 0 : complain(told.error());
}

}  // namespace

Subcommand version_subcommand() {
  return subcommand("version", "Print the version, the commit it was built from, and the data planes it has here",
                    add_options, act)
      .taught({{{"straycat version", "for an issue"}, {"straycat version --json", "for a program"}}, {{"0", "told"}}});
}

}  // namespace straycat::cli
