// `straycat guard`: an admission policy that keeps others than those whom a Service is for from standing behind it.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_options.hpp"
#include "cli/commands.hpp"
#include "cli/lint_texts.hpp"
#include "cli/names.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/lint/guard.hpp>
#include <straycat/runner/snapshot.hpp>

namespace straycat::cli {
namespace {

struct GuardArguments {
  std::string service;
  LintSources sources;
  std::vector<std::string> meant;
  bool deny = false, kyverno = false;
  kube::ConfigRequest at;
};

void add_options(CLI::App& command, GuardArguments& arguments) {
  command.add_option("service", arguments.service, "The Service")->type_name("svc/NAME")->required();
  command
      .add_option("-f,--filename", arguments.sources.paths,
                  "Manifests that hold the Service and whom it is for: files, folders, charts, - is standard input "
                  "(without it: the cluster's)")
      ->type_name("PATH");
  command
      .add_option("--for", arguments.meant,
                  "Whom the Service was made for (several times; NAME* for each that begins so)")
      ->type_name("KIND/NAME");
  command.add_flag("--deny", arguments.deny, "Refuse the others; else whoever applies them is warned");
  command.add_flag("--kyverno", arguments.kyverno, "As a Policy of Kyverno");
  add_cluster(command, arguments.at);
}

Result<lint::Guard> guard_of_manifests(const GuardArguments& arguments, const std::string& service) {
  const auto meant = workloads_named(arguments.meant, arguments.at.ns);
  if (!meant) return meant.error();
  const Result<LintTexts> given = lint_texts(arguments.sources);
  if (!given) return given.error();
  return lint::guard_of(given->texts, {arguments.at.ns, service, *meant, arguments.deny});
}

// Whom its selector matches now, and who could come to stand there.
std::vector<model::ObjectRef> those_selected(const survey::Survey& survey) {
  std::vector<model::ObjectRef> out;
  for (const survey::Standing& one : survey.behind) out.push_back(one.workload);
  for (const survey::Prospect& one : survey.prospects) out.push_back(one.workload);
  return out;
}

Result<lint::Guard> guard_of_cluster(const GuardArguments& arguments, const std::string& name) {
  const Result<kube::Config> config = kube::load_config(arguments.at);
  if (!config) return config.error();
  const auto meant = workloads_named(arguments.meant, config->ns);
  if (!meant) return meant.error();
  runner::SnapshotRequest request;
  request.cluster = *config;
  request.ns = config->ns;
  request.service = name;
  const Result<survey::Snapshot> snapshot = runner::take_snapshot(request);
  if (!snapshot) return snapshot.error();
  if (const Result<> there = look_up_namespace(*snapshot, config->ns); !there) return there.error();
  const auto survey = survey::survey_service(*snapshot, config->ns, name, *meant);
  if (!survey) return no_such_service(*snapshot, config->ns, name);
  std::vector<model::ObjectRef> whole = *meant;
  std::erase_if(whole, [](const model::ObjectRef& one) { return one.name.ends_with('*'); });
  if (const Result<> there = look_up_workloads(*snapshot, *survey, whole); !there) return there.error();
  for (const model::Service& service : snapshot->services)
    if (service.meta.ns == config->ns && service.meta.name == name)
      return lint::guard_of(service, survey->intent, those_selected(*survey), arguments.deny);
  return own_trouble(survey->headline);
}

int act(const GuardArguments& arguments) {
  const Result<std::string> service = service_named(arguments.service);
  if (!service) return complain(service.error());
  const Result<lint::Guard> guard =
      arguments.sources.paths.empty() ? guard_of_cluster(arguments, *service) : guard_of_manifests(arguments, *service);
  if (!guard) return complain(guard.error());
  const Result<> told = print_now(arguments.kyverno ? lint::kyverno_policy(*guard) : lint::admission_policy(*guard));
  return told ? 0 : complain(told.error());
}

}  // namespace

Subcommand guard_subcommand() {
  return subcommand(
             "guard",
             "Print an admission policy that keeps pods of any other workload from matching a Service's selector",
             add_options, act)
      .taught(
          {{{"straycat guard svc/sayhi -f k8s/ | kubectl apply -f -", "whoever applies a stray is warned"},
            {"straycat guard svc/sayhi --context prod -n shop --deny",
             "from what the cluster holds; strays are refused"},
            {"straycat guard svc/sayhi -f k8s/ --kyverno", "the same as a Policy of Kyverno"}},
           {{"0", "printed"},
            {"3", "bad input, or for whom the Service is cannot be told (--for says it)"},
            {"4", "straycat's own trouble: a cluster that is down, a missing right"}},
           "The policy needs Kubernetes 1.30 or later. Rollouts, ReplicaSets and StatefulSets of whom the Service is "
           "for pass, and so does a change of anything that matched before."});
}

}  // namespace straycat::cli
