// `straycat diagnose`: what a cluster's objects say about a Service, without any traffic.
#include <cstdio>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/choice.hpp"
#include "cli/cluster_options.hpp"
#include "cli/diagnose_probe.hpp"
#include "cli/names.hpp"
#include "cli/output_options.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/report/survey.hpp>
#include <straycat/runner/snapshot.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::cli {
namespace {

void add_probing(CLI::App& command, DiagnoseArguments& arguments) {
  const char* group = "Requests (with --probe, or around a COMMAND)";
  command.add_option("--probe", arguments.probe, "Also send requests through the Service, for this long (30s)")
      ->type_name("DURATION")
      ->expected(0, 1)
      ->default_str(default_probe)
      ->group(group);
  command.add_option("--baseline", arguments.baseline, "Send so long before the command starts (default 3s)")
      ->type_name("DURATION")
      ->group(group);
  command.add_option("--tail", arguments.tail, "... and after it has ended (default 10s)")
      ->type_name("DURATION")
      ->group(group);
  command.add_option("--allow", arguments.allow, "Requests that may fail: 1%, or a count (default: none)")
      ->type_name("BUDGET")
      ->group(group);
  command.add_option("--path", arguments.path, "What the requests ask for (default /); any answer counts as served")
      ->type_name("PATH")
      ->group(group);
  command.add_option("--port", arguments.port, "The Service's port, by name or number (default: its first of TCP)")
      ->type_name("PORT")
      ->group(group);
  command.add_option("--rate", arguments.rate, "Requests a second (default 20/s)")->type_name("RATE")->group(group);
  command
      .add_option(
          "--via", arguments.via,
          "Send them from: api (the API server's proxy; the default, as it needs no image), pod, nodes (a pod on "
          "each), host (this machine, needs --url); several are compared")
      ->delimiter(',')
      ->check(one_of(known_words<Origin>()))
      ->group(group);
  command
      .add_option("--url", arguments.url,
                  "A URL of the Service that this machine reaches (ingress, NodePort, load balancer): ask it, too")
      ->type_name("URL")
      ->group(group);
  command
      .add_option("--agent-image", arguments.agent_image,
                  "Image with straycat in it (scripts/image): send them from a pod; needs --context")
      ->type_name("IMAGE")
      ->group(group);
  command
      .add_flag("--high-rate", arguments.high_rate,
                "Allow more than 200/s: each is an entry in a node's conntrack table for two minutes, and when that is "
                "full the node drops everybody's connections")
      ->group(group);
  command.add_option("--out", arguments.out, "Folder for the run's log and reports")->type_name("FOLDER")->group(group);
  command.add_flag("-q,--quiet", arguments.quiet, "No progress lines")->group(group);
}

void add_options(CLI::App& command, DiagnoseArguments& arguments) {
  command.add_option("service", arguments.service, "The Service; without one, --all or -A")->type_name("svc/NAME");
  command.add_flag("--all", arguments.all, "Each Service of the namespace");
  command.add_flag("-A,--all-namespaces", arguments.everywhere, "Each Service of all namespaces");
  command.add_option("--for", arguments.meant, "KIND/NAME that the Service was made for (may be given several times)")
      ->type_name("KIND/NAME");
  add_probing(command, arguments);
  add_outputs(command, arguments.outputs);
  add_cluster(command, arguments.at);
  add_look(command, arguments.look);
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

// What is asked about, looked up in what was read.
Result<std::vector<survey::Survey>> look(const survey::Snapshot& snapshot, const std::string& ns,
                                         const std::string& service, const std::vector<model::ObjectRef>& meant) {
  if (const Result<> there = look_up_namespace(snapshot, ns); !there) return there.error();
  if (service.empty()) return survey::survey_all(snapshot);
  auto one = survey::survey_service(snapshot, ns, service, meant);
  if (!one) return no_such_service(snapshot, ns, service);
  if (const Result<> there = look_up_workloads(snapshot, *one, meant); !there) return there.error();
  return std::vector<survey::Survey>{std::move(*one)};
}

Result<> write_survey(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                      const DiagnoseArguments& arguments) {
  return write_outputs(arguments.outputs, [&](const report::Format& format, const report::Wishes& wishes) {
    return format.of_survey(snapshot, surveys, arguments.service.empty(), wishes);
  });
}

Result<survey::Snapshot> read(const kube::Config& config, const std::string& ns, const std::string& service) {
  runner::SnapshotRequest request;
  request.cluster = config;
  request.ns = ns;
  request.service = service;
  if (service.empty()) request.most = std::chrono::seconds{30};  // there may be very many
  return runner::take_snapshot(request);
}

// The Service that requests are to go through.
Result<model::Service> service_in(const survey::Snapshot& snapshot, const std::string& ns, const std::string& name) {
  for (const model::Service& service : snapshot.services)
    if (service.meta.name == name && service.meta.ns == ns) return service;
  return own_trouble("no request was sent, and no command was run: the Service could not be read");
}

void print_surveys(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                   const DiagnoseArguments& arguments) {
  if (takes_standard_output(arguments.outputs)) return;
  fmt::print("{}", report::render_survey(snapshot, surveys, arguments.service.empty(),
                                         style_for(arguments.look, STDOUT_FILENO)));
  std::fflush(stdout);  // before a command writes there
}

int diagnose(const DiagnoseArguments& arguments) {
  const Result<std::string> name = service_named(arguments.service);
  if (!name) return complain(name.error());
  const Result<kube::Config> config = kube::load_config(arguments.at);
  if (!config) return complain(config.error());
  if (const auto words = config->warning(); !words.empty()) say("straycat: warning: {}\n", words);
  // Without a name a run would have an embedded cluster.
  if (wants_traffic(arguments) && config->context.empty() && !arguments.at.in_cluster)
    return complain(bad_input("requests need a context: the kubeconfig has no current one (give --context)"));
  const auto meant = workloads_named(arguments.meant, config->ns);
  if (!meant) return complain(meant.error());
  const std::string ns = arguments.everywhere ? "" : config->ns;
  const Result<survey::Snapshot> snapshot = read(*config, ns, *name);
  if (!snapshot) return complain(snapshot.error());
  const auto surveys = look(*snapshot, ns, *name, *meant);
  if (!surveys) return complain(surveys.error());
  if (!wants_traffic(arguments)) {
    print_surveys(*snapshot, *surveys, arguments);
    if (const Result<> done = write_survey(*snapshot, *surveys, arguments); !done) return complain(done.error());
    return survey::exit_code(*snapshot, *surveys);
  }
  // Before the report, so that what is wrong with the flags is not lost below it.
  const Result<model::Service> service = service_in(*snapshot, ns, *name);
  const Result<plan::Plan> plan =
      service ? probe_plan(*service, *meant, arguments) : Result<plan::Plan>(service.error());
  if (!plan && plan.error().fault == Fault::bad_input) return complain(plan.error());
  print_surveys(*snapshot, *surveys, arguments);
  return plan ? probe_service(*plan, arguments, *config) : complain(plan.error());
}

// `diagnose --probe svc/sayhi`: the value of --probe may be left out, so what is no time stands for itself.
DiagnoseArguments as_meant(DiagnoseArguments arguments) {
  if (arguments.service.empty() && !arguments.probe.empty() && !parse_duration(arguments.probe)) {
    arguments.service = arguments.probe;
    arguments.probe = default_probe;
  }
  return arguments;
}

int act(const DiagnoseArguments& given) {
  const DiagnoseArguments arguments = as_meant(given);
  if (const Result<> good = check(arguments); !good) return complain(good.error());
  return diagnose(arguments);
}

}  // namespace

Subcommand diagnose_subcommand() {
  return subcommand("diagnose",
                    "Tell who stands behind a Service of a running cluster and was not meant to; reads only, "
                    "unless it is asked to send requests",
                    add_options, act, &DiagnoseArguments::command)
      .taught(
          {{{"straycat diagnose svc/web -n shop", "who stands behind that Service and was not meant to; reads only"},
            {"straycat diagnose -A --html services.html", "each Service of the cluster, as a page"},
            {"straycat diagnose svc/web --allow 1% -- helm upgrade web ./chart",
             "with requests before, during and after a command"}},
           {{"0", "nothing suspicious; with requests: none failed, or no more than --allow says"},
            {"1", "a finding; with --allow: more failed"},
            {"2", "cannot tell: what decides may not be read, or no cause explains the failures"},
            {"3", "bad input: a name that is not there, a flag"},
            {"4", "straycat's own trouble: a cluster that is down, a missing right, a full disk"},
            {"its own", "a COMMAND that failed keeps its code; a line on standard error tells whose it is"}},
           "With requests their verdict decides, not the objects'. A COMMAND that was not run to its end never ends "
           "with 0."});
}

}  // namespace straycat::cli
