// `straycat report`: old runs, judged and rendered again.
#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"

namespace straycat::cli {
namespace {

struct ReportArguments {
  std::vector<std::string> runs;  // folders of runs, or their logs; several are compared on one page
  Outputs outputs;
  bool candidates = false;  // print who may have got each failed attempt, a JSON line each, and nothing else
  Look look;
};

void add_options(CLI::App& command, ReportArguments& arguments) {
  command
      .add_option("run", arguments.runs,
                  "The run's folder, or its log.jsonl; several are compared on one page (--html)")
      ->type_name("RUN")
      ->required();
  add_outputs(command, arguments.outputs);
  command.add_flag("--candidates", arguments.candidates,
                   "Print who may have got each failed attempt, a JSON line each, and nothing else");
  add_look(command, arguments.look);
}

void print_candidates(const history::History& history) {
  for (const diagnose::CandidateSet& set : diagnose::candidate_sets(history))
    fmt::print("{}\n", diagnose::to_json(set).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

int report_one(const ReportArguments& arguments) {
  const Result<Judged> judged = judge_run(arguments.runs.front());
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

// What tells one run from another: its folder's name, or its log's.
std::string name_of(const std::string& run) {
  std::filesystem::path path = std::filesystem::path(run).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  if (path.filename() == "log.jsonl" && path.has_parent_path()) path = path.parent_path();
  return path.filename() == "." || path.filename().empty() ? run : path.stem().string();
}

// Names that are the same are told apart by the whole path.
std::vector<std::string> names_of(const std::vector<std::string>& runs) {
  std::vector<std::string> names;
  for (const std::string& run : runs) names.push_back(name_of(run));
  std::vector<std::string> unique = names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(names.begin(), names.end(), names[i]) > 1) unique[i] = runs[i];
  }
  return unique;
}

// 4 straycat's own trouble, else 1 not as expected, else 2 inconclusive, else 0: the worst of them.
int worst(int a, int b) {
  for (const int code : {4, 1, 2}) {
    if (a == code || b == code) return code;
  }
  return 0;
}

// Whether everything that was asked for can show several runs, and something was.
bool can_compare(const ReportArguments& arguments) {
  std::size_t able = 0, asked = 0;
  for (const report::Format& format : report::formats()) {
    const auto file = arguments.outputs.files.find(format.name);
    if (file == arguments.outputs.files.end() || file->second.empty()) continue;
    ++asked;
    if (format.of_comparison != nullptr) ++able;
  }
  return asked > 0 && able == asked && !arguments.candidates;
}

int report_many(const ReportArguments& arguments) {
  const Outputs& outputs = arguments.outputs;
  if (!can_compare(arguments))
    return complain(bad_input("several runs are compared as a page: give --html FILE, and no other output"));
  std::vector<Judged> judged;
  for (const std::string& run : arguments.runs) {
    Result<Judged> one = judge_run(run);
    if (!one) return complain(one.error());
    judged.push_back(std::move(*one));
  }
  const std::vector<std::string> names = names_of(arguments.runs);
  std::vector<report::Compared> compared;
  int code = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    compared.push_back({names[i], &judged[i].history, &judged[i].verdict});
    code = worst(code, judged[i].verdict.exit_code);
  }
  const auto render = [&](const report::Format& format, const report::Wishes&) {
    return format.of_comparison(compared);
  };
  if (const Result<> done = write_outputs(outputs, render); !done) return complain(done.error());
  if (takes_standard_output(outputs)) return code;
  const report::TextStyle style = style_for(arguments.look, STDOUT_FILENO);
  for (const report::Compared& one : compared)
    fmt::print("{}: {}: {}\n", report::harmless(one.name, style.unicode), to_string(one.verdict->conclusion),
               report::harmless(one.verdict->headline, style.unicode));
  return code;
}

int act(const ReportArguments& arguments) {
  if (const Result<> good = check_outputs(arguments.outputs); !good) return complain(good.error());
  return arguments.runs.size() == 1 ? report_one(arguments) : report_many(arguments);
}

}  // namespace

Subcommand report_subcommand() {
  return subcommand("report", "Judge and print an old run again, without a cluster", add_options, act)
      .taught({{{"straycat report straycat-runs/RUN", "judge a run again, without a cluster"},
                {"straycat report straycat-runs/RUN --html run.html", "as a page"},
                {"straycat report RUN1 RUN2 --html both.html", "two runs on one page"}},
               {{"0", "as the run's own: what was expected was found"},
                {"1", "not as expected"},
                {"2", "inconclusive"},
                {"3", "there is no such run"},
                {"4", "straycat's own trouble: a cluster that is down, a missing right, a full disk"}}});
}

}  // namespace straycat::cli
