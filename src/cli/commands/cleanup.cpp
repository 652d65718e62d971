// `straycat cleanup`: what runs left behind in a cluster, shown, and taken away.
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_options.hpp"
#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/report/report.hpp>
#include <straycat/runner/leftovers.hpp>

namespace straycat::cli {
namespace {

struct CleanupArguments {
  kube::ConfigRequest at;
  std::string run;
  bool dry_run = false;
};

void add_options(CLI::App& command, CleanupArguments& arguments) {
  command.add_flag("--dry-run", arguments.dry_run, "Show it only");
  command.add_option("--run", arguments.run, "Only what this run left, by its id, alive or not")->type_name("ID");
  add_cluster(command, arguments.at,
              {.context = "Context of the cluster", .ns = "Look only here (default: all namespaces)"});
}

std::string line_of(const runner::Leftover& one) {
  return report::harmless(fmt::format("{:<22} {}{}, of run {}, made {}", one.type.kind,
                                      one.ns.empty() ? "" : one.ns + "/", one.name, one.run,
                                      format_wall(one.created_wall_ns)));
}

int act(const CleanupArguments& arguments) {
  if (!names_cluster(arguments.at))
    return complain(
        bad_input("cleanup needs --context (or --in-cluster): whatever deletes must have its cluster named"));
  const Result<kube::Config> config = kube::load_config(arguments.at);
  if (!config) return complain(config.error());
  if (const auto words = config->warning(); !words.empty()) say("straycat: warning: {}\n", words);
  say("straycat: {}, {}\n", config->describe(),
      arguments.at.ns.empty() ? "all namespaces" : "namespace " + arguments.at.ns);
  runner::LeftoverRequest request;
  request.cluster = *config;
  request.ns = arguments.at.ns;
  request.run = arguments.run;
  Result<runner::Leftovers> found = runner::find_leftovers(request);
  if (!found) return complain(found.error());
  for (const std::string& unread : found->unread) say("straycat: not looked through: {}\n", report::harmless(unread));
  std::vector<runner::Leftover> going;
  for (const runner::Leftover& one : found->found) {
    const bool spared = one.alive && arguments.run.empty();
    fmt::print("{} {}\n", spared ? "lives   " : arguments.dry_run ? "would go" : "goes    ", line_of(one));
    if (!spared) going.push_back(one);
  }
  if (found->found.empty())
    fmt::print("{}\n",
               found->unread.empty() ? "nothing is left of any run" : "nothing was found where it could be looked");
  if (going.size() != found->found.size())
    fmt::print("what lives belongs to a run under way; name it with --run to remove it all the same\n");
  if (arguments.dry_run || going.empty()) return found->unread.empty() ? 0 : exit_own_trouble;
  const auto left = runner::remove_leftovers(*config, going);
  if (!left) return complain(left.error());
  for (const std::string& one : *left) say("straycat: still there: {}\n", report::harmless(one));
  return left->empty() && found->unread.empty() ? 0 : exit_own_trouble;
}

}  // namespace

Subcommand cleanup_subcommand() {
  return subcommand("cleanup", "Show what runs left behind in a cluster, and remove it", add_options, act)
      .taught({{{"straycat cleanup --context kind-dev --dry-run", "what runs that were killed left behind"},
                {"straycat cleanup --context kind-dev --run czrsh6", "what one run left, alive or not"}},
               {{"0", "nothing is left, or all of it was removed"},
                {"3", "bad input: no cluster is named, or there is no such namespace"},
                {"4", "something could not be looked through or removed"}}});
}

}  // namespace straycat::cli
