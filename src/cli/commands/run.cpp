// `straycat run`: a scenario's plan, run and judged; or many of them.
#include <random>

#include <CLI/CLI.hpp>

#include "cli/choice.hpp"
#include "cli/cluster_options.hpp"
#include "cli/commands.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"
#include "cli/suite.hpp"
#include <straycat/core/embedded.hpp>

namespace straycat::cli {
namespace {

void add_cluster_options(CLI::App& command, RunArguments& arguments) {
  const char* group = "Cluster";
  add_cluster(command, arguments.at,
              {.context = "Run on this context's cluster, not on the embedded one",
               .kubeconfig = "Kubeconfig for --context",
               .in_cluster = "Run on the cluster whose pod this is",
               .ns = "Use this namespace (never deleted), not one of the run's own"});
  command.add_option("--agent-image", arguments.agent_image, "Image with straycat in it, for the agent's pod")
      ->type_name("IMAGE")
      ->group(group);
  command
      .add_option(
          "--via", arguments.via,
          "Send the traffic from: pod, nodes (a pod on each), host (this machine), api (the API server's proxy, "
          "which needs no image); several are compared")
      ->delimiter(',')
      ->check(one_of(known_words<Origin>()))
      ->group(group);
  command.add_option("--image", arguments.images, "NAME=OTHER: deploy this image in the place of that one")
      ->type_name("NAME=OTHER")
      ->group(group);
  command
      .add_flag("--high-rate", arguments.high_rate,
                "Allow more than 200 requests/s there: each is an entry in a node's conntrack table for two minutes, "
                "and when that is full the node drops everybody's connections")
      ->group(group);
}

struct RunCommand {
  RunArguments run;
  SuiteArguments suite;
  std::vector<std::string> paths;
  bool full = false;
};

void add_embedded_options(CLI::App& command, RunArguments& arguments) {
  const char* embedded = "Embedded cluster";
  command.add_option("--data-plane", arguments.data_plane, "Of the embedded cluster: auto, kernel or loopback")
      ->check(one_of({"auto", "kernel", "loopback"}))
      ->group(embedded);
  command.add_option("--nodes", arguments.nodes, "How many nodes it has (default: as the scenario says, else 1)")
      ->type_name("N")
      ->check(CLI::Range(1, most_embedded_nodes))
      ->group(embedded);
  command
      .add_flag(
          "--keep{always}", arguments.keep,
          "Leave it up after the run, for the report's kubectl lines; --keep=failed: only when the run did not pass")
      ->check(one_of({"always", "failed"}))
      ->group(embedded);
  command
      .add_option("--truth", arguments.truth_file,
                  "Write the kernel's ground truth here (for tests; the judge never reads it)")
      ->type_name("FILE")
      ->group(embedded);
}

void add_options(CLI::App& command, RunCommand& all) {
  RunArguments& arguments = all.run;
  command
      .add_option("scenario", all.paths,
                  "scenario.yaml, or a folder that holds one; or several, and folders of scenarios: a suite")
      ->type_name("SCENARIO")
      ->required();
  command.add_option("--out", arguments.out, "Folder for the run's log and reports (default straycat-runs/NAME-TIME)")
      ->type_name("FOLDER");
  add_outputs(command, arguments.outputs);
  command
      .add_option("--value", arguments.values,
                  "Of the scenario's matrix: only combinations with it; several: all of them")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->check([](const std::string& word) {
        return word.find('=') == std::string::npos ? "\"" + word + "\" is no NAME=VALUE" : std::string();
      });
  command
      .add_option("--baseline", arguments.baseline,
                  "An earlier run's or suite's folder: being worse than that is a failure (exit 1)")
      ->type_name("FOLDER");
  command
      .add_option("--history", arguments.history,
                  "Keep a suite's answer in this folder, beside those before: `straycat flakes` counts them")
      ->type_name("FOLDER");
  command.add_option("--history-keep", arguments.history_keep, "At most so many there: the oldest go")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 1000000));
  command.add_flag("--prove-fix", arguments.prove_fix,
                   "When a fix is found: run again with exactly that change, and compare");
  command.add_flag("-q,--quiet", arguments.quiet, "One line in the place of the report, and no progress");
  // Two callbacks: of "--live,!--no-live" CLI11 2.3 makes a value even when neither is given.
  CLI::Option* live = command.add_flag_callback(
      "--live", [&] { arguments.live = true; },
      "A view of what goes on while it runs; the default on a terminal of 80x16 and more");
  command.add_flag_callback("--no-live", [&] { arguments.live = false; }, "One line of it only")->excludes(live);
  command.add_flag("--full", all.full, "The whole report (the run's folder has it anyway)");
  command.add_option("--seed", arguments.seed, "Seed of everything random (printed in the log)")->type_name("NUMBER");
  add_suite_options(command, all.suite);
  add_cluster_options(command, arguments);
  add_embedded_options(command, arguments);
  add_look(command, arguments.look);
}

Result<plan::Plan> read_plan(const RunArguments& arguments) {
  const auto ground = names_cluster(arguments.at) ? scenario::Ground::elsewhere : scenario::Ground::own;
  const std::vector<scenario::Values> values = scenario_values(arguments.scenario, arguments.values);
  Result<plan::Plan> plan = load_scenario(arguments.scenario, nullptr, ground, values.front());
  if (plan && arguments.nodes > 0) plan->cluster.nodes = arguments.nodes;
  if (plan && arguments.seed != 0) plan->seed = arguments.seed;
  if (plan && plan->seed == 0) plan->seed = std::random_device{}();
  return plan;
}

int act(const RunCommand& all) {
  RunArguments arguments = all.run;
  if (!arguments.at.kubeconfig.empty() && arguments.at.context.empty())
    return complain(bad_input("--kubeconfig needs --context: whatever deploys must have its cluster named"));
  if (const Result<> good = check_outputs(arguments.outputs); !good) return complain(good.error());
  if (!arguments.keep.empty() && names_cluster(arguments.at))
    return complain(bad_input("--keep is for the embedded cluster: another one stays up anyway"));
  if (arguments.nodes > 0 && names_cluster(arguments.at))
    return complain(bad_input("--nodes is for the embedded cluster: another one has the nodes that it has"));
  if (!arguments.keep.empty() && arguments.prove_fix)
    return complain(bad_input("--keep beside --prove-fix: that makes several runs, each on a cluster of its own"));
  if (arguments.history_keep > 0 && arguments.history.empty())
    return complain(bad_input("--history-keep needs --history FOLDER"));
  const bool matrix = all.paths.size() == 1 && scenario_values(all.paths.front(), arguments.values).size() > 1;
  if (matrix || !arguments.history.empty() || is_suite(all.paths, all.suite))
    return run_suite(all.paths, all.suite, arguments);
  arguments.scenario = all.paths.front();
  arguments.full = all.full;
  const Result<plan::Plan> plan = read_plan(arguments);
  if (!plan) return complain(plan.error());
  return run_plan(*plan, arguments);
}

}  // namespace

Subcommand run_subcommand() {
  return subcommand("run", "Run a scenario, judge it and print the timeline", add_options, act)
      .taught({{{"straycat run scenarios/service-selector", "the article's incident, on the embedded cluster"},
                {"straycat run scenarios/service-selector --prove-fix",
                 "the same, then again with the change that it prints, and both compared"},
                {"straycat run scenarios/ -l 'length!=long' --junit junit.xml",
                 "every scenario below a folder, as a regression suite"}},
               {{"0", "what the scenario expects was found, or nothing where it expects nothing"},
                {"1", "not so, or a budget is broken"},
                {"2", "inconclusive: the run cannot prove either, or did not finish"},
                {"3", "bad input: a scenario, a manifest, a kubeconfig, a flag"},
                {"4", "straycat's own trouble: a cluster that is down, a missing right, a full disk"}},
               "Without --context it runs on an embedded cluster of its own, needs no privileges and leaves nothing "
               "behind."});
}

}  // namespace straycat::cli
