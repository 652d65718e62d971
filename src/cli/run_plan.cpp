// Plan -> run -> log -> verdict -> report.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/again.hpp"
#include "cli/around_command.hpp"
#include "cli/baseline.hpp"
#include "cli/commands.hpp"
#include "cli/embedded.hpp"
#include "cli/files.hpp"
#include "cli/keep.hpp"
#include "cli/named_cluster.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/run_folder.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/diagnose/proof.hpp>
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/runner/rights.hpp>
#include <straycat/runner/runner.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

// The run's own folder always gets the text, the JSON and the page.
Result<> write_reports(const Judged& judged, const fs::path& folder) {
  const report::TextStyle plain{80, false, true};
  if (Result<> done = write_file(folder / "report.txt", report::render_text(judged.history, judged.verdict, plain));
      !done)
    return done;
  Outputs own;
  for (const char* format : {"json", "html"}) own.files[format] = (folder / "report.").string() + format;
  return write_outputs(judged, own);
}

Result<Judged> carry_out(const plan::Plan& plan, const kube::Config& cluster, const kube::ConfigRequest& request,
                         std::optional<runner::Lifeline> lifeline, const std::vector<std::string>& notes,
                         RunFolder& folder, const RunArguments& arguments) {
  if (const Result<> made = folder.make(); !made) return made.error();
  std::ofstream log(folder.log(), std::ios::binary);
  if (!log) return own_trouble(fmt::format("{}: cannot be written", folder.log().string()));
  runner::Options options;
  options.cluster = cluster;
  options.lifeline = std::move(lifeline);
  options.ns = arguments.at.ns;
  if (!arguments.agent_image.empty()) options.agent_image = arguments.agent_image;
  options.seed = plan.seed;
  options.version = STRAYCAT_VERSION;
  options.sign_in = request;
  options.notes = notes;
  options.again = arguments.again.empty() ? run_again(arguments, plan.seed) : arguments.again;
  Progress progress(arguments.quiet, arguments.look, arguments.live);
  const Result<runner::Outcome> outcome = runner::run(plan, options, log, [&](const Event& event) {
    arguments.narrate ? arguments.narrate(event) : progress.on_event(event);
  });
  progress.done();
  log.close();
  if (!outcome) return outcome.error();
  if (outcome->end == RunEnd::refused) return bad_input(outcome->error);  // there is nothing to report of
  Result<Judged> judged = judge_run(folder.path());
  if (judged) judged->command_status = outcome->command_status;
  return judged;
}

// Every right that is missing is said at once, before anything is made.
Result<> check_rights(const plan::Plan& plan, const kube::Config& cluster, const RunArguments& arguments) {
  const auto rights = runner::run_rights(plan, arguments.at.ns.empty());
  const auto missing = runner::missing_rights(cluster, arguments.at.ns, rights);
  if (!missing) return missing.error();
  std::string lacking;
  for (const runner::Right& right : *missing) {
    if (right.cost.empty())
      lacking += (lacking.empty() ? "" : ", ") + runner::describe(right);
    else
      say("straycat: this user may not {}; what is lost: {}\n", runner::describe(right), right.cost);
  }
  if (lacking.empty()) return {};
  return own_trouble(
      fmt::format("this user may not: {} ({}; `straycat rbac` prints what is needed)", lacking,
                  arguments.at.ns.empty() ? "in a namespace of the run's own" : "in namespace " + arguments.at.ns));
}

// The cluster that was named, or an embedded one of this run's own, which ends with `embedded`.
Result<Judged> run_once(const plan::Plan& plan, RunFolder& folder, const RunArguments& arguments,
                        std::optional<EmbeddedCluster>& embedded) {
  const bool named = names_cluster(arguments.at);
  kube::ConfigRequest request = arguments.at;
  if (!named) {
    Result<EmbeddedCluster> started =
        EmbeddedCluster::start(plan.cluster, arguments.data_plane, arguments.truth_file, !arguments.keep.empty(),
                               scenario_file(arguments.scenario).parent_path());
    if (!started) return started.error();
    embedded.emplace(std::move(*started));
    request = {};
    request.kubeconfig = embedded->kubeconfig();
  }
  const Result<kube::Config> config = kube::load_config(request);
  if (!config && embedded) return own_trouble("the embedded cluster died as it started: " + config.error().message);
  if (!config) return config.error();
  if (const auto words = config->warning(); !words.empty()) say("straycat: warning: {}\n", words);
  if (!named) return carry_out(plan, *config, request, embedded->lifeline(), {}, folder, arguments);
  const Result<OnNamedCluster> there = for_named_cluster(plan, arguments);
  if (!there) return there.error();
  say("straycat: {}, namespace {}\n", config->describe(),
      arguments.at.ns.empty() ? "of the run's own" : arguments.at.ns);
  if (const Result<> good = check_rights(there->plan, *config, arguments); !good) return good.error();
  return carry_out(there->plan, *config, request, std::nullopt, there->notes, folder, arguments);
}

// A further run of a proof, with its reports in a folder of its own.
Result<Judged> run_beside(const plan::Plan& plan, const RunFolder& folder, const char* name,
                          const RunArguments& arguments) {
  RunFolder own = folder.within(name);
  std::optional<EmbeddedCluster> embedded;
  Result<Judged> judged = run_once(plan, own, arguments, embedded);
  embedded.reset();
  if (!judged) return judged;
  if (const Result<> reports = write_reports(*judged, own.path()); !reports) return reports.error();
  return judged;
}

// Of the Services that the change may touch and nobody asked: what they answer without it. Those that answer nothing
// even then (no HTTP, nobody there) cannot be harmed in a way that we would see, and are left out.
struct Others {
  std::optional<Judged> judged;
  std::vector<diagnose::Unasked> asked;
};

Result<Others> ask_others(const plan::Plan& plan, const plan::Plan& fixed, const RunFolder& folder,
                          const RunArguments& arguments) {
  Others others;
  const auto unasked = diagnose::unasked(plan, fixed);
  if (unasked.empty()) return others;
  Result<Judged> judged = run_beside(diagnose::asking(plan, unasked), folder, "without-fix", arguments);
  if (!judged) return judged.error();
  for (const diagnose::Unasked& one : unasked)
    if (diagnose::answered(judged->history, one)) others.asked.push_back(one);
  others.judged = std::move(*judged);
  return others;
}

// Applies exactly the printed changes to the plan, runs that, and says what both runs prove.
int prove_fix(const plan::Plan& plan, const Judged& before, const RunFolder& folder, const RunArguments& arguments) {
  const auto fixes = diagnose::printed_fixes(before.verdict);
  if (fixes.empty()) {
    say("straycat: --prove-fix: the verdict proposes no fix\n");
    return before.verdict.exit_code == 0 ? 2 : before.verdict.exit_code;
  }
  const Result<plan::Plan> fixed = diagnose::apply_fixes(plan, fixes);
  if (!fixed) return complain(fixed.error());
  const Result<Others> others = ask_others(plan, *fixed, folder, arguments);
  if (!others) return complain(others.error());
  const Result<Judged> after = run_beside(diagnose::asking(*fixed, others->asked), folder, "with-fix", arguments);
  if (!after) return complain(after.error());
  const auto proof = diagnose::prove(before.history, others->judged ? &others->judged->history : nullptr,
                                     after->history, after->verdict);
  const report::TextStyle style = style_for(arguments.look, STDOUT_FILENO);
  fmt::print("{}", report::render_proof(before.history, before.verdict, after->history, after->verdict, proof, style));
  return before.verdict.exit_code != 0 ? before.verdict.exit_code : diagnose::exit_code_of(proof.proven);
}

int exit_code_of(const plan::Plan& plan, const Judged& judged) {
  const auto has_command = [](const plan::Step& step) { return plan::verb(step.action) == Verb::command; };
  if (std::none_of(plan.steps.begin(), plan.steps.end(), has_command)) return judged.verdict.exit_code;
  return around_command(judged.command_status, judged.verdict.exit_code, to_string(judged.verdict.conclusion));
}

std::string text_for_terminal(const Judged& judged, const fs::path& folder, const RunArguments& arguments) {
  const report::TextStyle style = style_for(arguments.look, STDOUT_FILENO);
  if (arguments.full) return report::render_text(judged.history, judged.verdict, style);
  if (arguments.quiet) return report::harmless(report::run_sentence(judged.verdict), style.unicode) + "\n";
  return report::render_short_text(judged.history, judged.verdict, style, folder.string());
}

// Everything that was asked for, and the verdict in any case: the run was long, and a disk that filled up meanwhile is
// no reason to keep it back. False: something could not be written.
bool tell(const Judged& judged, const fs::path& folder, const RunArguments& arguments) {
  const Result<> reports = write_reports(judged, folder);
  const Result<> outputs = write_outputs(judged, arguments.outputs);
  Result<> text;
  if (!takes_standard_output(arguments.outputs)) text = print_now(text_for_terminal(judged, folder, arguments));
  if (!text || (!outputs && takes_standard_output(arguments.outputs)))
    say("straycat: {}: {}\n", to_string(judged.verdict.conclusion), report::harmless(judged.verdict.headline));
  for (const Result<>& each : {reports, outputs, text})
    if (!each) complain(each.error());
  // The short one says so itself, before its end.
  if ((arguments.full || !text) && !takes_standard_output(arguments.outputs))
    say("straycat: the run's log and reports are in {}\n", folder.string());
  return reports && outputs && text;
}

// Looked for before the run, so that none is carried out for nothing. None: there is no earlier one of it.
Result<std::optional<fs::path>> baseline_of(const plan::Plan& plan, const RunArguments& arguments) {
  if (arguments.baseline.empty()) return std::optional<fs::path>{};
  const Result<Baseline> baseline = Baseline::read(arguments.baseline);
  if (!baseline) return baseline.error();
  std::optional<fs::path> run = baseline->run_of(plan.case_name());
  if (!run) say("straycat: --baseline {}: no earlier run of {} is there\n", arguments.baseline, plan.case_name());
  return run;
}

// `embedded` is there still at the end only where it may be kept.
int run_and_tell(const plan::Plan& plan, const std::optional<fs::path>& baseline, RunFolder& folder,
                 const RunArguments& arguments, std::optional<EmbeddedCluster>& embedded) {
  const Result<Judged> judged = run_once(plan, folder, arguments, embedded);
  if (arguments.keep.empty()) embedded.reset();
  if (!judged) return complain(judged.error());
  const bool told = tell(*judged, folder.path(), arguments);
  if (arguments.prove_fix && told) {
    RunArguments proof = arguments;
    proof.narrate = nullptr;  // its story is another
    return prove_fix(plan, *judged, folder, proof);
  }
  int code = exit_code_of(plan, *judged);
  if (baseline) code = hold_against(*baseline, *judged, folder.path(), arguments, code);
  return told || judged->command_status.value_or(0) != 0 ? code : exit_own_trouble;
}

}  // namespace

int run_plan(const plan::Plan& plan, const RunArguments& arguments) {
  const Result<std::optional<fs::path>> baseline = baseline_of(plan, arguments);
  if (!baseline) return complain(baseline.error());
  Result<RunFolder> folder = RunFolder::choose(arguments.out, plan.name);
  if (!folder) return complain(folder.error());
  if (arguments.keep.empty()) {
    std::optional<EmbeddedCluster> embedded;
    return run_and_tell(plan, *baseline, *folder, arguments, embedded);
  }
  const Result<int> code = with_keeper([&](const Keeper& keeper) {
    std::optional<EmbeddedCluster> embedded;
    const int own = run_and_tell(plan, *baseline, *folder, arguments, embedded);
    if (embedded && wants_kept(arguments.keep, own)) keeper.keep(*embedded, own);
    return own;
  });
  return code ? *code : complain(code.error());
}

}  // namespace straycat::cli
