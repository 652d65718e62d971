// `straycat schema`: the shape of what people write, and of what programs read.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {
namespace {

void add_options(CLI::App& command, std::string& which) {
  which = "scenario";
  command.add_option("which", which, "scenario or report")->check(one_of({"scenario", "report"}));
}

int act(const std::string& which) {
  fmt::print("{}\n", (which == "report" ? report::json_schema() : scenario::schema()).dump(2));
  return 0;
}

}  // namespace

Subcommand schema_subcommand() {
  return subcommand("schema", "Print a JSON Schema: of scenarios, or of JSON reports", add_options, act)
      .taught({{{"straycat schema > scenario.schema.json", "for an editor that completes and checks scenarios"},
                {"straycat schema report", "the shape of --json"}},
               {{"0", "told"}, {"3", "bad input: there is no such schema"}}});
}

}  // namespace straycat::cli
