// `straycat diagnose`: what a cluster's objects say about a Service, without any traffic.
#include <cstdio>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_options.hpp"
#include "cli/diagnose_probe.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/report/survey.hpp>
#include <straycat/runner/snapshot.hpp>
#include <straycat/survey/survey.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

void add_probing(CLI::App& command, DiagnoseArguments& arguments) {
  const char* group = "Requests (with --probe, or around a COMMAND)";
  command.add_option("--probe", arguments.probe, "Also send requests through the Service, for this long (30s)")
      ->expected(0, 1)
      ->default_str("30s")
      ->group(group);
  command.add_option("--baseline", arguments.baseline, "Send so long before the command starts (default 3s)")
      ->group(group);
  command.add_option("--tail", arguments.tail, "... and after it has ended (default 10s)")->group(group);
  command.add_option("--allow", arguments.allow, "Requests that may fail: 1%, or a count (default: none)")
      ->group(group);
  command.add_option("--path", arguments.path, "What the requests ask for (default /); any answer counts as served")
      ->group(group);
  command.add_option("--port", arguments.port, "The Service's port, by name or number (default: its first of TCP)")
      ->group(group);
  command.add_option("--rate", arguments.rate, "Requests a second (default 20/s)")->group(group);
  command
      .add_option(
          "--via", arguments.via,
          "Send them from: api (the API server's proxy; the default, as it needs no image), pod, nodes (a pod on "
          "each), host (this machine, needs --url); several are compared")
      ->delimiter(',')
      ->check(CLI::IsMember(known_words<Origin>()))
      ->group(group);
  command
      .add_option("--url", arguments.url,
                  "A URL of the Service that this machine reaches (ingress, NodePort, load balancer): ask it, too")
      ->group(group);
  command
      .add_option("--agent-image", arguments.agent_image,
                  "Image with straycat in it (scripts/image): send them from a pod; needs --context")
      ->group(group);
  command
      .add_flag("--high-rate", arguments.high_rate,
                "Allow more than 200/s: each is an entry in a node's conntrack table for two minutes, and when that is "
                "full the node drops everybody's connections")
      ->group(group);
  command.add_option("--out", arguments.out, "Folder for the run's log and reports")->group(group);
  command.add_flag("-q,--quiet", arguments.quiet, "No progress lines")->group(group);
}

void add_options(CLI::App& command, DiagnoseArguments& arguments) {
  command.add_option("service", arguments.service, "svc/NAME");
  command.add_flag("--all", arguments.all, "Each Service of the namespace");
  command.add_flag("-A,--all-namespaces", arguments.everywhere, "Each Service of all namespaces");
  command.add_option("--for", arguments.meant, "KIND/NAME that the Service was made for (may be given several times)");
  add_probing(command, arguments);
  add_outputs(command, arguments.outputs);
  add_cluster(command, arguments.at);
  command.footer(
      "Exit codes: 0 nothing suspicious, 1 a finding, 2 cannot tell, 3 bad input, 4 straycat's own trouble.\n"
      "With requests their verdict decides, not the objects'. With a COMMAND: its own code when it fails (a line on\n"
      "standard error tells it from ours), 3 or 4 when it was not run, else as above.");
  add_look(command, arguments.look);
}

// "svc/sayhi", "service/sayhi", "sayhi".
Result<std::string> service_name(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return text;
  const model::Kind* kind = model::kind_called(text.substr(0, slash));
  if (kind == nullptr || kind->name != "Service" || slash + 1 == text.size())
    return bad_input(fmt::format("{}: only Services can be diagnosed (svc/NAME)", text));
  return text.substr(slash + 1);
}

Result<std::vector<model::ObjectRef>> meant_of(const std::vector<std::string>& texts, const std::string& ns) {
  std::vector<model::ObjectRef> out;
  for (const std::string& text : texts) {
    const Result<plan::Target> target = plan::parse_target(text);
    if (!target) return target.error().within("--for");
    out.push_back({target->kind, ns, target->name, ""});
  }
  return out;
}

Result<> check(const DiagnoseArguments& arguments) {
  if (arguments.service.empty() && !arguments.all && !arguments.everywhere)
    return bad_input("diagnose needs svc/NAME, or --all for each Service of the namespace, or -A for all of them");
  if (!arguments.service.empty() && (arguments.all || arguments.everywhere))
    return bad_input("diagnose takes svc/NAME, or --all or -A, not both");
  if (arguments.everywhere && !arguments.at.ns.empty()) return bad_input("-A means all namespaces: leave -n out");
  if (const Result<> good = check_traffic(arguments); !good) return good;
  if (!arguments.meant.empty() && arguments.service.empty()) return bad_input("--for needs svc/NAME");
  return check_outputs(arguments.outputs);
}

// There surely is no such Service: what was meant?
Error not_there(const survey::Snapshot& snapshot, const std::string& ns, const std::string& name) {
  std::vector<std::string> names;
  for (const model::Service& service : snapshot.services) names.push_back(service.meta.name);
  const auto near = yaml::did_you_mean(name, names);
  return bad_input(fmt::format("there is no Service/{} in namespace {}{}", name, ns,
                               near ? fmt::format(" (did you mean {}?)", *near) : ""));
}

Result<std::vector<survey::Survey>> look(const survey::Snapshot& snapshot, const DiagnoseArguments& arguments,
                                         const std::string& ns) {
  if (arguments.service.empty()) return survey::survey_all(snapshot);
  const auto name = service_name(arguments.service);
  const auto meant = meant_of(arguments.meant, ns);
  if (!meant) return meant.error();
  auto one = survey::survey_service(snapshot, ns, *name, *meant);
  if (!one) return not_there(snapshot, ns, *name);
  return std::vector<survey::Survey>{std::move(*one)};
}

Result<> write_survey(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                      const DiagnoseArguments& arguments) {
  return write_outputs(arguments.outputs, [&](const report::Format& format, const report::Wishes& wishes) {
    return format.of_survey(snapshot, surveys, arguments.service.empty(), wishes);
  });
}

int act(const DiagnoseArguments& arguments) {
  if (const Result<> good = check(arguments); !good) return complain(good.error());
  const auto name = service_name(arguments.service);
  if (!name) return complain(name.error());
  const Result<kube::Config> config = kube::load_config(arguments.at);
  if (!config) return complain(config.error());
  if (const auto words = config->warning(); !words.empty()) say("straycat: warning: {}\n", words);
  runner::SnapshotRequest request;
  request.cluster = *config;
  request.ns = arguments.everywhere ? "" : config->ns;
  request.service = *name;
  if (name->empty()) request.most = std::chrono::seconds{30};  // there may be very many
  const Result<survey::Snapshot> snapshot = runner::take_snapshot(request);
  if (!snapshot) return complain(snapshot.error());
  const auto surveys = look(*snapshot, arguments, config->ns);
  if (!surveys) return complain(surveys.error());
  if (!takes_standard_output(arguments.outputs))
    fmt::print("{}", report::render_survey(*snapshot, *surveys, arguments.service.empty(),
                                           style_for(arguments.look, STDOUT_FILENO)));
  if (!wants_traffic(arguments)) {
    if (const Result<> done = write_survey(*snapshot, *surveys, arguments); !done) return complain(done.error());
    return survey::exit_code(*snapshot, *surveys);
  }
  std::fflush(stdout);  // before a command writes there
  for (const model::Service& service : snapshot->services)
    if (service.meta.name == *name && service.meta.ns == config->ns)
      return probe_service(arguments, service, config->context);
  return complain(own_trouble("no request was sent, and no command was run: the Service could not be read"));
}

}  // namespace

Subcommand diagnose_subcommand() {
  return subcommand("diagnose",
                    "Tell who stands behind a Service of a running cluster and was not meant to; reads only, "
                    "unless asked to probe: straycat diagnose svc/NAME [-- COMMAND ARGUMENTS]",
                    add_options, act, &DiagnoseArguments::command);
}

}  // namespace straycat::cli
