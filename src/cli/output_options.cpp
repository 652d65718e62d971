#include "cli/output_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/choice.hpp"
#include <straycat/report/formats.hpp>

namespace straycat::cli {

void add_look(CLI::App& command, Look& look) {
  command.add_option("--color", look.colour, "auto, always or never (NO_COLOR is respected)")
      ->check(one_of({"auto", "always", "never"}));
  command.add_flag("--ascii", look.ascii, "Draw with ASCII only");
  command.add_option("--width", look.width, "Columns of the report (default: the terminal's, else 80)")
      ->type_name("COLUMNS")
      ->check(CLI::Range(60, 200));
}

void add_outputs(CLI::App& command, Outputs& outputs) {
  for (const report::Format& format : report::formats()) {
    const std::string name(format.name);
    command.add_option("--" + name, outputs.files[name], std::string(format.help))->type_name("FILE")->group("Outputs");
  }
  command
      .add_option("--inconclusive", outputs.inconclusive,
                  "What could not be proven: skip or fail. JUnit skips it by default; a suite then ends with 2")
      ->check(one_of({"skip", "fail"}))
      ->group("Outputs");
  command.add_flag("--force", outputs.force, "Write over files that are there")->group("Outputs");
}

}  // namespace straycat::cli
