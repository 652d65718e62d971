// `straycat cleanup`: what runs left behind in a cluster, shown, and taken away.
#include <set>

#include <fmt/format.h>

#include "cli/live_commands.hpp"
#include <straycat/kube/config.hpp>
#include <straycat/report/report.hpp>
#include <straycat/runner/leftovers.hpp>

namespace straycat::cli {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "straycat: {}\n", error.message);
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

std::string line_of(const runner::Leftover& one) {
  return report::harmless(fmt::format("{:<22} {}{}, of run {}, made {}", one.type.kind,
                                      one.ns.empty() ? "" : one.ns + "/", one.name, one.run,
                                      format_wall(one.created_wall_ns)));
}

}  // namespace

int cleanup_command(const CleanupArguments& arguments) {
  if (arguments.context.empty() && !arguments.in_cluster)
    return complain(
        bad_input("cleanup needs --context (or --in-cluster): whatever deletes must have its cluster named"));
  kube::ConfigRequest where{arguments.kubeconfig, arguments.context, arguments.cluster,
                            arguments.user,       arguments.ns,      arguments.in_cluster};
  const Result<kube::Config> config = kube::load_config(where);
  if (!config) return complain(config.error());
  if (const auto words = config->warning(); !words.empty()) fmt::print(stderr, "straycat: warning: {}\n", words);
  fmt::print(stderr, "straycat: {}, {}\n", config->describe(),
             arguments.ns.empty() ? "all namespaces" : "namespace " + arguments.ns);
  runner::LeftoverRequest request;
  request.cluster = *config;
  request.ns = arguments.ns;
  request.run = arguments.run;
  Result<runner::Leftovers> found = runner::find_leftovers(request);
  if (!found) return complain(found.error());
  for (const std::string& unread : found->unread)
    fmt::print(stderr, "straycat: not looked through: {}\n", report::harmless(unread));
  std::vector<runner::Leftover> going;
  for (const runner::Leftover& one : found->found) {
    const bool spared = one.alive && arguments.run.empty();
    fmt::print("{} {}\n", spared ? "lives   " : arguments.dry_run ? "would go" : "goes    ", line_of(one));
    if (!spared) going.push_back(one);
  }
  if (found->found.empty()) fmt::print("nothing is left of any run\n");
  if (going.size() != found->found.size())
    fmt::print("what lives belongs to a run under way; name it with --run to remove it all the same\n");
  if (arguments.dry_run || going.empty()) return found->unread.empty() ? 0 : exit_own_trouble;
  const auto left = runner::remove_leftovers(*config, going);
  if (!left) return complain(left.error());
  for (const std::string& one : *left) fmt::print(stderr, "straycat: still there: {}\n", report::harmless(one));
  return left->empty() && found->unread.empty() ? 0 : exit_own_trouble;
}

}  // namespace straycat::cli
