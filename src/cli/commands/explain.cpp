// `straycat explain`: a rule of lint in words.
#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/report/lint.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

void add_options(CLI::App& command, std::string& code) {
  command.add_option("rule", code, "A rule of lint: E1 ... W6; without one, all are listed");
}

std::string list_of_rules() {
  std::string out;
  for (const lint::RuleWords& rule : lint::rules())
    out += fmt::format("{:3} {:8} {}\n", rule.code, lint::to_string(rule.severity), rule.title);
  return out;
}

// By its code, or the cause that it finds.
int act(const std::string& code) {
  const auto rules = lint::rules();
  std::string out = code.empty() ? list_of_rules() : "";
  std::vector<std::string> codes;
  for (const lint::RuleWords& rule : rules) {
    codes.push_back(rule.code);
    const bool asked = rule.code == code || (rule.cause && finding::to_string(*rule.cause) == code);
    if (asked) out += (out.empty() ? "" : "\n") + report::render_rule(rule);
  }
  if (out.empty())
    return complain(bad_input(fmt::format("there is no rule {}{}", code, yaml::suggestion(code, codes))));
  const Result<> told = print_now(out);
  return told ? 0 : complain(told.error());
}

}  // namespace

Subcommand explain_subcommand() {
  return subcommand("explain", "Explain a rule of lint: what happens, how it is seen, how to cure it", add_options,
                    act);
}

}  // namespace straycat::cli
