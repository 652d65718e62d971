// `straycat demo`: the article's incident, told while it happens.
#include <cstdio>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/demo_files.hpp"
#include "cli/narrator.hpp"
#include "cli/output_options.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {
namespace {

struct DemoArguments {
  std::string out;
  bool prove_fix = false, full = false;
  Look look;
};

void add_options(CLI::App& command, DemoArguments& arguments) {
  command.add_option("--out", arguments.out, "Folder for the run's log and reports (default straycat-runs/demo-TIME)")
      ->type_name("FOLDER");
  command.add_flag("--prove-fix", arguments.prove_fix, "Then run again with the change that it prints, and compare");
  command.add_flag("--full", arguments.full, "The whole report (the run's folder has it anyway)");
  add_look(command, arguments.look);
}

Result<std::string> demo_file(const std::string& name) {
  const auto found = demo_files().find(name);
  return found == demo_files().end() ? Result<std::string>(bad_input(name + ": not a file of the demo"))
                                     : Result<std::string>(std::string(found->second));
}

constexpr const char* opening =
    "A Service that refuses connections now and then: the incident, on a small cluster of\nstraycat's own, in twelve "
    "seconds.\n";
constexpr const char* closing =
    "\nNow with yours:\n"
    "  straycat explain stray-endpoint       what this is, and how to see it with kubectl\n"
    "  straycat diagnose svc/NAME            a Service of your cluster; reads only\n"
    "  straycat lint FOLDER                  manifests, before they are deployed\n";

int act(const DemoArguments& arguments) {
  const Result<std::string> text = demo_file("scenario.yaml");
  if (!text) return complain(text.error());
  const Result<plan::Plan> plan = scenario::parse(*text, "demo", demo_file, nullptr, scenario::Ground::own);
  if (!plan) return complain(plan.error());
  if (const Result<> told = print_now(opening); !told) return complain(told.error());
  Narrator narrator(style_for(arguments.look, STDOUT_FILENO).unicode);
  RunArguments run;
  run.out = arguments.out;
  run.look = arguments.look;
  run.full = arguments.full;
  run.prove_fix = arguments.prove_fix;
  run.again = "straycat demo";
  // Where nobody reads on, the run goes to its end all the same, and the seam tells.
  run.narrate = [&](const Event& event) {
    fmt::print("{}", narrator.on_event(event));
    std::fflush(stdout);
  };
  const int code = run_plan(*plan, run);
  if (code == 0) fmt::print("{}", closing);
  return code;
}

}  // namespace

Subcommand demo_subcommand() {
  return subcommand("demo", "Show the incident that straycat was made for, and what it finds, in twelve seconds",
                    add_options, act)
      .taught({{{"straycat demo", "needs no cluster and no privileges, and leaves only the run's folder"},
                {"straycat demo --out demo", "then open demo/report.html"}},
               {{"0", "the stray was found"},
                {"2", "inconclusive: this machine was too busy to prove it"},
                {"3", "bad input: a flag"},
                {"4", "straycat's own trouble"}}});
}

}  // namespace straycat::cli
