// `straycat report`: an old run, judged and rendered again.
#include <unistd.h>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/outputs.hpp"

namespace straycat::cli {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "straycat: {}\n", error.message);
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

void print_candidates(const history::History& history) {
  for (const diagnose::CandidateSet& set : diagnose::candidate_sets(history))
    fmt::print("{}\n", diagnose::to_json(set).dump());
}

}  // namespace

int report_command(const ReportArguments& arguments) {
  if (const Result<> good = check_outputs(arguments.outputs); !good) return complain(good.error());
  const Result<Judged> judged = judge_run(arguments.run);
  if (!judged) return complain(judged.error());
  if (arguments.candidates) {
    print_candidates(judged->history);
    return judged->verdict.exit_code;
  }
  if (const Result<> done = write_outputs(*judged, arguments.outputs); !done) return complain(done.error());
  if (!takes_standard_output(arguments.outputs))
    fmt::print("{}", report::render_text(judged->history, judged->verdict, style_for(arguments.look, STDOUT_FILENO)));
  return judged->verdict.exit_code;
}

}  // namespace straycat::cli
