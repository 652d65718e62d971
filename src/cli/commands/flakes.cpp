// `straycat flakes`: how often each scenario of the suites that were kept was flaky.
#include <optional>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/output_options.hpp"
#include "cli/past.hpp"
#include "cli/subcommand.hpp"
#include "cli/values.hpp"
#include <straycat/compare/share.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

struct FlakesArguments {
  std::string folder, json, allow;
  std::size_t keep = 0;
  Look look;
};

void add_options(CLI::App& command, FlakesArguments& arguments) {
  command.add_option("folder", arguments.folder, "Where `straycat run PATH... --history FOLDER` keeps its answers")
      ->type_name("FOLDER")
      ->required();
  command.add_option("--keep", arguments.keep, "Remove all but the newest so many, first")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 1000000));
  command
      .add_option("--allow", arguments.allow,
                  "Exit 1 when a scenario is surely (99.7 %) flaky more often than this share of the suites: 5%")
      ->type_name("BUDGET");
  command.add_option("--json", arguments.json, "Write it for programs; - is standard output")->type_name("FILE");
  add_look(command, arguments.look);
}

Result<std::optional<double>> allowed_share(const std::string& text) {
  if (text.empty()) return std::optional<double>{};
  const Result<plan::Budget> budget = budget_value("--allow", text);
  if (!budget) return budget.error();
  if (!budget->share) return bad_input(fmt::format("--allow {}: expected a share of the suites, as 5%", text));
  return std::optional<double>(budget->value);
}

// Those that are flaky more often than is allowed, whatever chance did.
bool too_flaky(const report::Past& past, double allowed) {
  bool any = false;
  for (const suite::Record& record : past.records) {
    const auto told = static_cast<double>(record.told());
    if (told == 0) continue;
    const double share = static_cast<double>(record.count(suite::Outcome::flaky)) / told;
    if (compare::share_range(share, told).low <= allowed) continue;
    any = true;
    say("straycat: {} is too flaky: {}\n", report::harmless(record.name),
        report::rate_words(record, suite::Outcome::flaky));
  }
  return any;
}

Result<> tell_past(const report::Past& past, const FlakesArguments& arguments) {
  if (!arguments.json.empty()) {
    if (const Result<> done = write_file(arguments.json, report::render_past_json(past).dump(1) + "\n"); !done)
      return done;
    if (arguments.json == "-") return {};
  }
  if (past.suites == 0) return {};  // nobody is flaky in no suite
  return print_now(report::render_past_text(past, style_for(arguments.look, STDOUT_FILENO)));
}

int act(const FlakesArguments& arguments) {
  const Result<std::optional<double>> allowed = allowed_share(arguments.allow);
  if (!allowed) return complain(allowed.error());
  if (arguments.keep > 0) {
    const Result<std::size_t> gone = prune_history(arguments.folder, arguments.keep);
    if (!gone) return complain(gone.error());
    if (*gone > 0) say("straycat: {} older answers removed\n", *gone);
  }
  const Result<report::Past> past = read_history(arguments.folder);
  if (!past) return complain(past.error());
  if (const Result<> told = tell_past(*past, arguments); !told) return complain(told.error());
  if (past->suites == 0) {
    say("straycat: {}: no answer of a suite lies there: nothing can be told\n", arguments.folder);
    return exit_inconclusive;
  }
  return *allowed && too_flaky(*past, **allowed) ? 1 : 0;
}

}  // namespace

Subcommand flakes_subcommand() {
  return subcommand("flakes", "Tell how often each scenario of earlier suites was flaky", add_options, act)
      .taught({{{"straycat flakes flakes/", "what `straycat run scenarios/ --retry 1 --history flakes/` kept there"},
                {"straycat flakes flakes/ --keep 50", "the rate of each, over the newest 50"},
                {"straycat flakes flakes/ --allow 5%", "as a check"}},
               {{"0", "told"},
                {"1", "with --allow: a scenario is flaky more often than that"},
                {"2", "cannot tell: no suite's answer is there"},
                {"3", "bad input: there is no such folder"},
                {"4", "straycat's own trouble: a full disk"}}});
}

}  // namespace straycat::cli
