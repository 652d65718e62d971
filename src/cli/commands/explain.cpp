// `straycat explain`: a cause, or a rule of lint, in words.
#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/shared.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/finding/explain.hpp>
#include <straycat/report/lint.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

void add_options(CLI::App& command, std::string& word) {
  command.add_option("word", word, "A cause (stray-endpoint), or a rule of lint (E1); without one, all are listed")
      ->type_name("CAUSE|RULE");
}

std::vector<std::string> rules_that_find(finding::Cause cause) {
  std::vector<std::string> codes;
  for (const lint::RuleWords& rule : lint::rules())
    if (rule.cause == cause) codes.push_back(rule.code);
  return codes;
}

std::string list_of_all() {
  std::string out = "Causes\n";
  for (const finding::CauseRow& one : finding::causes()) out += fmt::format("  {:21} {}\n", one.id, one.title);
  out += "\nRules of lint\n";
  for (const lint::RuleWords& rule : lint::rules())
    out += fmt::format("  {:3} {:17} {}\n", rule.code, lint::to_string(rule.severity), rule.title);
  return out + "\nstraycat explain WORD tells one of them in full.\n";
}

std::vector<std::string> every_word() {
  std::vector<std::string> words;
  for (const finding::CauseRow& one : finding::causes()) words.emplace_back(one.id);
  for (const lint::RuleWords& rule : lint::rules()) words.push_back(rule.code);
  return words;
}

// As a person can give it to `straycat run` from here.
std::string scenarios_folder() {
  std::error_code error;
  const std::filesystem::path shared = shared_folder();
  const bool clone = std::filesystem::is_directory("scenarios/service-selector", error);
  return clone || shared.empty() ? "scenarios" : (shared / "scenarios").string();
}

// "" when there is no such cause or rule.
std::string explained(const std::string& word) {
  if (const auto cause = finding::cause_from(word))
    return finding::explain(*cause, rules_that_find(*cause), scenarios_folder());
  for (const lint::RuleWords& rule : lint::rules())
    if (rule.code == word) return report::render_rule(rule);
  return "";
}

int act(const std::string& word) {
  const std::string out = word.empty() ? list_of_all() : explained(word);
  if (out.empty())
    return complain(bad_input(fmt::format("there is no cause and no rule \"{}\"{}; `straycat explain` lists all", word,
                                          yaml::suggestion(word, every_word()))));
  const Result<> told = print_now(out);
  return told ? 0 : complain(told.error());
}

}  // namespace

Subcommand explain_subcommand() {
  return subcommand("explain", "Explain a cause, or a rule of lint: what happens, how it is seen, how to cure it",
                    add_options, act)
      .taught({{{"straycat explain", "all causes and rules, a line each"},
                {"straycat explain stray-endpoint", "a cause: what happens, how it is seen, the cure"},
                {"straycat explain E1", "a rule of lint"}},
               {{"0", "told"}, {"3", "there is no such cause or rule"}}});
}

}  // namespace straycat::cli
