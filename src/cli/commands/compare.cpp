// `straycat compare`: two runs, and whether the second is worse.
#include <filesystem>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/report/compare.hpp>

namespace straycat::cli {
namespace {

struct CompareArguments {
  std::string before, after;
  Outputs outputs;
  bool quiet = false;
  Look look;
};

void add_options(CLI::App& command, CompareArguments& arguments) {
  command.add_option("before", arguments.before, "The first run's folder, or its log.jsonl")
      ->type_name("RUN")
      ->required();
  command.add_option("after", arguments.after, "The second's: is it worse?")->type_name("RUN")->required();
  add_outputs(command, arguments.outputs);
  command.add_flag("-q,--quiet", arguments.quiet, "Only the answer, one line");
  add_look(command, arguments.look);
}

// Before anything is read: a format that cannot show a comparison is no way to have one.
Result<> check_formats(const Outputs& outputs) {
  for (const report::Format& format : report::formats()) {
    const auto wanted = outputs.files.find(format.name);
    if (wanted != outputs.files.end() && !wanted->second.empty() && format.of_pair == nullptr)
      return bad_input(fmt::format("--{}: has no form for two runs", format.name));
  }
  return check_outputs(outputs);
}

int act(const CompareArguments& arguments) {
  if (const Result<> good = check_formats(arguments.outputs); !good) return complain(good.error());
  const Result<Judged> before = judge_run(arguments.before);
  if (!before) return complain(before.error());
  const Result<Judged> after = judge_run(arguments.after);
  if (!after) return complain(after.error());
  const report::Compared one{arguments.before, &before->history, &before->verdict};
  const report::Compared other{arguments.after, &after->history, &after->verdict};
  const compare::Comparison all =
      compare::compare({before->history, before->verdict}, {after->history, after->verdict});
  const auto render = [&](const report::Format& format, const report::Wishes&) { return format.of_pair(one, other); };
  if (const Result<> done = write_outputs(arguments.outputs, render); !done) return complain(done.error());
  if (takes_standard_output(arguments.outputs)) return compare::exit_code(all.whole);
  const report::TextStyle style = style_for(arguments.look, STDOUT_FILENO);
  const Result<> printed = print_now(arguments.quiet ? report::harmless(all.sentence, style.unicode) + "\n"
                                                     : report::render_compare(one, other, all, style));
  return printed ? compare::exit_code(all.whole) : complain(printed.error());
}

}  // namespace

Subcommand compare_subcommand() {
  return subcommand("compare", "Tell whether the second of two runs is worse than the first", add_options, act)
      .taught({{{"straycat compare BEFORE AFTER", "two runs' folders"},
                {"straycat compare BEFORE AFTER --json - | jq .change", "for a program"},
                {"straycat compare BEFORE AFTER --html pair.html", "on a page, with both runs' lanes"}},
               {{"0", "not worse"},
                {"1", "worse"},
                {"2", "cannot tell"},
                {"3", "bad input: a folder without a run"},
                {"4", "straycat's own trouble: a full disk"}}});
}

}  // namespace straycat::cli
