// `straycat rbac`: the least rights that a scenario, or `diagnose`, needs.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/runner/rights.hpp>

namespace straycat::cli {
namespace {

struct RbacArguments {
  std::string scenario;  // "" = for diagnose
  std::string ns, to;    // to: "User:jane", "" = the roles alone
  bool probe = false;    // diagnose with requests through the API server's proxy
};

void add_options(CLI::App& command, RbacArguments& arguments) {
  command.add_option("scenario", arguments.scenario, "scenario.yaml, or a folder that holds one (default: diagnose)")
      ->type_name("SCENARIO");
  command.add_option("-n,--namespace", arguments.ns, "In this namespace only (default: everywhere)")
      ->type_name("NAMESPACE");
  command.add_flag("--probe", arguments.probe, "For diagnose --probe (or around a command) without --agent-image");
  command.add_option("--to", arguments.to, "Also bind them: User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME")
      ->type_name("SUBJECT");
}

// "User:jane", "Group:devs", "ServiceAccount:ci/robot".
Result<> read_subject(const std::string& text, nlohmann::json& subject) {
  if (text.empty()) return {};
  const auto colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string name = colon == std::string::npos ? "" : text.substr(colon + 1);
  const auto slash = name.find('/');
  const bool account = kind == "ServiceAccount";
  const bool known = kind == "User" || kind == "Group" || account;
  if (!known || name.empty() || (account && slash == std::string::npos))
    return bad_input(fmt::format("--to {}: expected User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME", text));
  subject["kind"] = kind;
  subject["name"] = account ? name.substr(slash + 1) : name;
  if (account) subject["namespace"] = name.substr(0, slash);
  return {};
}

// What requests through the API server's proxy take beside what is read.
std::vector<runner::Right> probe_rights() {
  plan::Plan plan;
  plan.traffic.emplace_back();
  plan.traffic.back().from = Origin::api;
  return runner::run_rights(plan, false);
}

int act(const RbacArguments& arguments) {
  nlohmann::json subject;
  if (const Result<> good = read_subject(arguments.to, subject); !good) return complain(good.error());
  std::vector<runner::Right> rights = runner::survey_rights();
  std::string name = "straycat-diagnose";
  if (arguments.probe && !arguments.scenario.empty()) return complain(bad_input("--probe is for diagnose"));
  if (arguments.probe)
    for (runner::Right& right : probe_rights()) rights.push_back(std::move(right));
  if (!arguments.scenario.empty()) {
    const Result<plan::Plan> plan = load_scenario(arguments.scenario, nullptr, scenario::Ground::elsewhere);
    if (!plan) return complain(plan.error());
    rights = runner::run_rights(*plan, arguments.ns.empty());
    name = "straycat-" + plan->name;
  }
  fmt::print("# {}\n", arguments.probe              ? "What `straycat diagnose --probe` needs; it makes no object."
                       : arguments.scenario.empty() ? "What `straycat diagnose` needs; it only reads."
                       : arguments.ns.empty()       ? "What the scenario needs in a namespace of its own."
                                                    : "What the scenario needs in this namespace.");
  for (const runner::Right& right : rights)
    if (!right.cost.empty() && !arguments.scenario.empty())
      fmt::print("# can be left out: {} ({})\n", runner::describe(right), right.cost);
  // JSON is YAML: each object in a document of its own.
  for (const auto& object : runner::roles_for(rights, name, arguments.ns, subject))
    fmt::print("---\n{}\n", object.dump(2));
  return 0;
}

}  // namespace

Subcommand rbac_subcommand() {
  return subcommand("rbac", "Print the Roles that a scenario, or diagnose, needs", add_options, act)
      .taught({{{"straycat rbac | kubectl apply -f -", "the read-only roles of diagnose"},
                {"straycat rbac scenarios/service-selector -n shop --to User:jane",
                 "what a scenario needs in one namespace, bound to a person"},
                {"straycat rbac --probe --to ServiceAccount:ci/robot", "diagnose with requests, for a pipeline"}},
               {{"0", "the roles were printed"}, {"3", "bad input: the scenario, a flag"}}});
}

}  // namespace straycat::cli
