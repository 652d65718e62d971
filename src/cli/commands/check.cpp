// `straycat check`: scenarios, without running anything.
#include <cstdio>
#include <map>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/file.hpp>
#include <straycat/core/json_access.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/lint/lint.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {
namespace {

struct CheckArguments {
  std::vector<std::string> files;
  bool shape_only = false;  // leave out what a JSON Schema cannot say (cross references, files)
};

void add_options(CLI::App& command, CheckArguments& arguments) {
  command.add_option("scenario", arguments.files, "Scenario files, or folders that hold a scenario.yaml")
      ->type_name("SCENARIO")
      ->required();
  command.add_flag("--shape-only", arguments.shape_only,
                   "Only what the JSON Schema can say: no cross references, no files");
}

// "2 traffics, 14 steps, 4 phases" would be no news; who sends what where is.
std::string summary(const plan::Plan& plan) {
  std::string text = fmt::format("{}: {} steps", plan.name, plan.steps.size());
  for (const plan::TrafficPlan& traffic : plan.traffic) {
    const std::string pace = traffic.pace.loops > 0 ? fmt::format("{} loops", traffic.pace.loops)
                                                    : fmt::format("{}/s", traffic.pace.rate_per_second);
    text += fmt::format(", {} to {} through Service/{}", pace, plan::without_secrets(traffic.url), traffic.service);
  }
  text += fmt::format("; expects {}", plan.expect.finding);
  if (plan.expect.workload) text += fmt::format(" of {}", plan.expect.workload->display());
  return text;
}

// What a run on the embedded cluster will say: no error, but better known before.
std::string told_lines(const std::vector<std::string>& told) {
  std::string text;
  for (const std::string& line : told) text += "\n  " + line;
  return text;
}

std::string name_of(const plan::Manifest& one) {
  return text_at(one.object, {"kind"}) + "/" + text_at(one.object, {"metadata", "name"});
}

// The manifests that it applies, each as it is applied first: what changes one later may be the cure.
std::vector<const plan::Manifest*> manifests_of(const plan::Plan& plan) {
  std::vector<const plan::Manifest*> out;
  std::set<std::string> seen;
  for (const plan::Step& step : plan.steps)
    if (const auto* apply = std::get_if<plan::Apply>(&step.action))
      for (const plan::Manifest& one : apply->manifests)
        if (seen.insert(name_of(one)).second) out.push_back(&one);
  return out;
}

// A warning: a scenario may well be there to show it.
std::string lint_lines(const plan::Plan& plan) {
  std::string text;
  std::map<std::string, std::string> places;
  for (const plan::Manifest* one : manifests_of(plan)) {
    text += "---\n" + one->object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    places[name_of(*one)] = fmt::format("{}:{}", one->file, one->line);
  }
  std::string out;
  for (const lint::Flaw& flaw : lint::lint({{plan.name, text}}, {}).flaws)
    if (flaw.severity != lint::Severity::note)
      out += fmt::format("\n  lint {} ({}): {}", flaw.rule, places[flaw.object.display()], flaw.sentence);
  return out;
}

// Of a matrix every combination; the first that is wrong is told with its values.
Result<std::string> check_whole(const std::string& file) {
  std::vector<std::string> told;
  std::string text, flaws;
  const std::vector<scenario::Values> all = scenario_values(file);
  for (const scenario::Values& values : all) {
    const Result<plan::Plan> plan = load_scenario(file, &told, scenario::Ground::own, values);
    if (!plan && values != all.front())
      return bad_input(fmt::format("{}\n  with {}", plan.error().message, plan::values_words(values)));
    if (!plan) return plan.error();
    if (text.empty()) {
      text = summary(*plan);
      flaws = lint_lines(*plan);
    }
  }
  const std::string more =
      all.size() > 1 ? fmt::format(" (with {}, and {} more)", plan::values_words(all.front()), all.size() - 1) : "";
  return text + more + told_lines(told) + flaws;
}

// What is good about the file, or what is wrong with it.
Result<std::string> check(const std::string& file, bool shape_only) {
  if (!shape_only) return check_whole(file);
  const Result<std::string> text = read_file(scenario_file(file).string());
  if (!text) return text.error();
  const Result<> shape = scenario::check_shape_only(*text, file);
  return shape ? Result<std::string>("the shape is right") : Result<std::string>(shape.error());
}

// Prints "OK FILE: ..." to standard output, below it a line for each thing that the embedded cluster will not do; or
// "BAD FILE" there and the error to standard error.
int act(const CheckArguments& arguments) {
  bool good = true;
  for (const std::string& file : arguments.files) {
    const Result<std::string> found = check(file, arguments.shape_only);
    if (found) {
      fmt::print("OK {}: {}\n", file, *found);
      continue;
    }
    good = false;
    fmt::print("BAD {}\n", file);
    std::fflush(stdout);  // the reason stands below it where both go to one place
    complain(found.error());
  }
  return good ? 0 : exit_bad_input;
}

}  // namespace

Subcommand check_subcommand() {
  return subcommand("check", "Check scenario files without running anything", add_options, act)
      .taught({{{"straycat check scenarios/service-selector", "one scenario and the manifests that it names"},
                {"straycat check */scenario.yaml", "several"}},
               {{"0", "every file is good"}, {"3", "one is not; the error points"}}});
}

}  // namespace straycat::cli
