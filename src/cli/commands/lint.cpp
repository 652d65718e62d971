// `straycat lint`: manifests, judged before they are deployed.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/lint_texts.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/file.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/report/lint.hpp>

namespace straycat::cli {
namespace {

struct LintArguments {
  LintSources sources;
  Outputs outputs;
  std::string baseline, write_baseline;
  bool latent = false;
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

void add_options(CLI::App& command, LintArguments& arguments) {
  command
      .add_option("path", arguments.sources.paths,
                  "Files and folders of manifests (*.yaml, *.yml), charts, "
                  "kustomizations; - is standard input")
      ->type_name("PATH")
      ->required();
  command.add_flag("--latent", arguments.latent, "Also what no proxy sends anything to (W6)");
  command.add_option("--baseline", arguments.baseline, "A file of findings that are known: only others count")
      ->type_name("FILE");
  command.add_option("--write-baseline", arguments.write_baseline, "Write what is found as such a file")
      ->type_name("FILE");
  command
      .add_option("--values", arguments.sources.values,
                  "Values of a chart (several for several renderings, each judged by itself)")
      ->type_name("FILE")
      ->group("Charts and kustomizations");
  command
      .add_option("--release", arguments.sources.releases,
                  "The release's name (default: release-name); several for several renderings")
      ->type_name("NAME")
      ->group("Charts and kustomizations");
  command.add_option("--helm", arguments.sources.helm, "The helm that renders a chart (default: as the PATH has it)")
      ->type_name("PROGRAM")
      ->group("Charts and kustomizations");
  command
      .add_option("--kubectl", arguments.sources.kubectl,
                  "The kubectl that builds a kustomization (default: as the PATH has it)")
      ->type_name("PROGRAM")
      ->group("Charts and kustomizations");
  for (const LintForm& form : forms)
    command.add_option(std::string("--") + form.name, arguments.outputs.files[form.name], form.help)
        ->type_name("FILE")
        ->group("Outputs");
  command.add_flag("--force", arguments.outputs.force, "Write over files that are there")->group("Outputs");
  add_look(command, arguments.look);
}

Result<std::set<std::string>> read_baseline(const std::string& file) {
  std::set<std::string> keys;
  if (file.empty()) return keys;
  const Result<std::string> text = read_file(file);
  if (!text) return text.error();
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string line = text->substr(at, end - at);
    if (!line.empty() && line.front() != '#') keys.insert(line);
    at = end + 1;
  }
  return keys;
}

std::string baseline_of(const lint::Verdict& verdict) {
  std::set<std::string> keys;
  for (const auto* list : {&verdict.flaws, &verdict.known})
    for (const lint::Flaw& flaw : *list) keys.insert(flaw.key());
  std::string out = "# What straycat lint found and nobody means to mend now: a finding a line.\n";
  for (const std::string& key : keys) out += key + "\n";
  return out;
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

Result<> check_lint(const LintArguments& arguments) {
  if (const Result<> good = check_outputs(arguments.outputs); !good) return good;
  if (arguments.write_baseline.empty()) return {};
  return check_output("--write-baseline", arguments.write_baseline, arguments.outputs.force);
}

int act(const LintArguments& arguments) {
  if (const Result<> good = check_lint(arguments); !good) return complain(good.error());
  lint::Wishes wishes;
  wishes.latent = arguments.latent;
  const auto baseline = read_baseline(arguments.baseline);
  if (!baseline) return complain(baseline.error());
  wishes.baseline = *baseline;
  const Result<LintTexts> given = lint_texts(arguments.sources);
  if (!given) return complain(given.error());
  lint::Verdict verdict = lint::lint(given->texts, wishes);
  verdict.unread.insert(verdict.unread.end(), given->skipped.begin(), given->skipped.end());
  if (!takes_standard_output(arguments.outputs)) {
    const Result<> told =
        print_now(report::render_lint(verdict, given->texts, style_for(arguments.look, STDOUT_FILENO)));
    if (!told) return complain(told.error());
  }
  if (const Result<> done = write_lint(verdict, arguments); !done) return complain(done.error());
  return verdict.exit_code();
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
