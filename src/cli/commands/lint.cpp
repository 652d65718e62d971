// `straycat lint`: manifests, judged before they are deployed.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_options.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/lint_texts.hpp"
#include "cli/lint_wishes.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/lint/mend.hpp>
#include <straycat/report/lint.hpp>

namespace straycat::cli {
namespace {

struct LintArguments {
  LintSources sources;
  Outputs outputs;
  std::string baseline, write_baseline;
  std::string config;
  bool latent = false, notes = false, with_cluster = false, fix = false, write = false;
  kube::ConfigRequest at;
  Look look;
};

struct LintForm {
  const char* name;
  const char* help;
  std::string (*render)(const lint::Verdict&);
};
std::string as_text(const nlohmann::json& document) {
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}
constexpr LintForm forms[] = {
    {"json", "JSON for programs",
     [](const lint::Verdict& verdict) { return as_text(report::render_lint_json(verdict)); }},
    {"sarif", "SARIF 2.1.0 for code scanning",
     [](const lint::Verdict& verdict) { return as_text(report::render_lint_sarif(verdict, STRAYCAT_VERSION)); }},
    {"junit", "JUnit XML", report::render_lint_junit},
    {"markdown", "Markdown, for a comment on a pull request", report::render_lint_markdown},
};

void add_charts(CLI::App& command, LintSources& sources) {
  const char* group = "Charts and kustomizations";
  command
      .add_option("--values", sources.values,
                  "Values of a chart (several for several renderings, each judged by itself)")
      ->type_name("FILE")
      ->group(group);
  command
      .add_option("--release", sources.releases,
                  "The release's name (default: release-name); several for several renderings")
      ->type_name("NAME")
      ->group(group);
  command.add_option("--helm", sources.helm, "The helm that renders a chart (default: as the PATH has it)")
      ->type_name("PROGRAM")
      ->group(group);
  command
      .add_option("--kubectl", sources.kubectl, "The kubectl that builds a kustomization (default: as the PATH has it)")
      ->type_name("PROGRAM")
      ->group(group);
}

void add_cures(CLI::App& command, LintArguments& arguments) {
  command
      .add_flag("--fix", arguments.fix, "Print cures that are a label or a line of a selector as a diff, and no report")
      ->group("Cures");
  command.add_flag("--write", arguments.write, "With --fix: write them into the files")->group("Cures");
  command
      .add_flag("--with-cluster", arguments.with_cluster,
                "Lay them over what the namespace holds: who would stand behind the Services after `apply`")
      ->group("Cluster");
  add_cluster(command, arguments.at);
}

void add_options(CLI::App& command, LintArguments& arguments) {
  command
      .add_option("path", arguments.sources.paths,
                  "Files and folders of manifests (*.yaml, *.yml), charts, "
                  "kustomizations; - is standard input")
      ->type_name("PATH")
      ->required();
  command.add_flag("--latent", arguments.latent, "Also what no proxy sends anything to (W6)");
  command.add_flag("--notes", arguments.notes, "Also what is by design in many places (N1 to N9), as notes");
  command
      .add_option("--config", arguments.config,
                  "Severities of rules, and files that are left out (default: .straycat-lint.yaml, in the folder of "
                  "the paths or above)")
      ->type_name("FILE");
  command.add_option("--baseline", arguments.baseline, "A file of findings that are known: only others count")
      ->type_name("FILE");
  command.add_option("--write-baseline", arguments.write_baseline, "Write what is found as such a file")
      ->type_name("FILE");
  add_charts(command, arguments.sources);
  add_cures(command, arguments);
  for (const LintForm& form : forms)
    command.add_option(std::string("--") + form.name, arguments.outputs.files[form.name], form.help)
        ->type_name("FILE")
        ->group("Outputs");
  command.add_flag("--force", arguments.outputs.force, "Write over files that are there")->group("Outputs");
  add_look(command, arguments.look);
}

Result<> write_lint(const lint::Verdict& verdict, const LintArguments& arguments) {
  std::vector<WholeFile> files;
  for (const LintForm& form : forms) {
    const std::string& file = arguments.outputs.files.find(form.name)->second;
    if (!file.empty()) files.push_back({file, form.render(verdict)});
  }
  if (!arguments.write_baseline.empty()) files.push_back({arguments.write_baseline, baseline_of(verdict)});
  return write_files(files);
}

Result<> check_fix(const LintArguments& arguments) {
  if (arguments.write && !arguments.fix) return bad_input("--write is for --fix");
  const auto& paths = arguments.sources.paths;
  if (arguments.write && std::find(paths.begin(), paths.end(), "-") != paths.end())
    return bad_input("--write: standard input is no file to write to");
  if (arguments.fix && takes_standard_output(arguments.outputs))
    return bad_input("--fix prints a diff: let the other output go to a file");
  return {};
}

Result<> check_cluster(const LintArguments& arguments) {
  const kube::ConfigRequest& at = arguments.at;
  const bool named = !(at.context + at.kubeconfig + at.cluster + at.user + at.ns).empty() || at.in_cluster;
  if (named && !arguments.with_cluster)
    return bad_input("--context, --kubeconfig, -n and so on are for --with-cluster: lint alone asks no cluster");
  return {};
}

Result<> check_lint(const LintArguments& arguments) {
  if (const Result<> good = check_fix(arguments); !good) return good;
  if (const Result<> good = check_cluster(arguments); !good) return good;
  if (const Result<> good = check_outputs(arguments.outputs); !good) return good;
  if (arguments.write_baseline.empty()) return {};
  return check_output("--write-baseline", arguments.write_baseline, arguments.outputs.force);
}

// All that is read, before anything is judged.
struct LintCase {
  lint::Wishes wishes;
  LintTexts given;
};
Result<LintCase> gather(const LintArguments& arguments) {
  LintCase out;
  out.wishes.latent = arguments.latent;
  out.wishes.notes = arguments.notes;
  const Result<LintConfig> config = lint_config(arguments.config, arguments.sources.paths);
  if (!config) return config.error();
  out.wishes.severities = config->config.severities;
  out.wishes.ignored_templates = config->config.ignore;
  auto baseline = read_baseline(arguments.baseline);
  if (!baseline) return baseline.error();
  out.wishes.baseline = std::move(*baseline);
  LintSources sources = arguments.sources;
  sources.ignores = [&](const std::filesystem::path& path) { return config->ignores(path); };
  Result<LintTexts> given = lint_texts(sources);
  if (!given) return given.error();
  out.given = std::move(*given);
  if (!arguments.with_cluster) return out;
  Result<LintGround> ground = lint_ground(arguments.at);
  if (!ground) return ground.error();
  out.wishes.ground = std::move(ground->ground);
  for (lint::Unread& one : ground->unread) out.given.skipped.push_back(std::move(one));
  return out;
}

lint::Verdict judge(const LintCase& the_case) {
  lint::Verdict verdict = lint::lint(the_case.given.texts, the_case.wishes);
  verdict.unread.insert(verdict.unread.end(), the_case.given.skipped.begin(), the_case.given.skipped.end());
  return verdict;
}

// Another file takes each one's place, and has its rights.
Result<> write_in_place(const std::vector<WholeFile>& files) {
  std::error_code error;
  std::vector<std::filesystem::perms> rights;
  for (const WholeFile& one : files) rights.push_back(std::filesystem::status(one.path, error).permissions());
  if (Result<> done = write_files(files); !done) return done;
  for (std::size_t i = 0; i < files.size(); ++i) std::filesystem::permissions(files[i].path, rights[i], error);
  return {};
}

// The diff to standard output, what is left to standard error. With --write the code is that of what is written.
Result<int> fix(const LintArguments& arguments, const LintCase& the_case, const lint::Verdict& verdict) {
  const lint::Mending mending = lint::mend(the_case.given.texts, verdict, the_case.wishes);
  std::string diff;
  std::vector<WholeFile> files;
  LintCase after = the_case;
  for (const lint::MendedFile& one : mending.files) {
    diff += lint::unified_diff(one);
    files.push_back({one.file, one.after});
    for (lint::Text& text : after.given.texts)
      if (text.name == one.file) text.text = one.after;
  }
  if (const Result<> told = print_now(diff); !told) return told.error();
  for (const std::string& why : mending.left) say("not mended: {}\n", why);
  if (!arguments.write) return verdict.exit_code();
  if (const Result<> done = write_in_place(files); !done) return done.error();
  return judge(after).exit_code();
}

int act(const LintArguments& arguments) {
  if (const Result<> good = check_lint(arguments); !good) return complain(good.error());
  const Result<LintCase> the_case = gather(arguments);
  if (!the_case) return complain(the_case.error());
  const lint::Verdict verdict = judge(*the_case);
  if (!arguments.fix && !takes_standard_output(arguments.outputs)) {
    const Result<> told =
        print_now(report::render_lint(verdict, the_case->given.texts, style_for(arguments.look, STDOUT_FILENO)));
    if (!told) return complain(told.error());
  }
  if (const Result<> done = write_lint(verdict, arguments); !done) return complain(done.error());
  if (!arguments.fix) return verdict.exit_code();
  const Result<int> code = fix(arguments, *the_case, verdict);
  return code ? *code : complain(code.error());
}

}  // namespace

Subcommand lint_subcommand() {
  return subcommand("lint",
                    "Tell what manifests will do wrong before they are deployed: Jobs behind a Service, autoscalers, "
                    "budgets and monitors that count others' pods",
                    add_options, act)
      .taught({{{"straycat lint k8s/", "every manifest below a folder"},
                {"helm template . | straycat lint -", "what a chart renders"},
                {"straycat lint charts/web --values prod.yaml --sarif lint.sarif",
                 "a chart as production has it, for code scanning"}},
               {{"0", "no error; warnings do not count"},
                {"1", "an error"},
                {"2", "cannot tell: parts could not be read, and no error in the rest"},
                {"3", "bad input: a path, a flag"},
                {"4", "straycat's own trouble: a cluster that is down, a missing right, a full disk"}},
               "An object's annotation straycat.dev/ignore: \"E1=why\" silences a rule; `straycat explain` tells what "
               "each means."});
}

}  // namespace straycat::cli
