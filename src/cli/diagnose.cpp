// `straycat diagnose`: what a cluster's objects say about a Service, without any traffic.
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/live_commands.hpp"
#include "cli/outputs.hpp"
#include <straycat/kube/config.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/report/survey.hpp>
#include <straycat/runner/snapshot.hpp>
#include <straycat/survey/survey.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "straycat: {}\n", error.message);
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

// "svc/sayhi", "service/sayhi", "sayhi".
Result<std::string> service_name(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return text;
  const std::string kind = text.substr(0, slash);
  const bool service = kind == "svc" || kind == "service" || kind == "services" || kind == "Service";
  if (!service || slash + 1 == text.size())
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
  if (arguments.everywhere && !arguments.ns.empty()) return bad_input("-A means all namespaces: leave -n out");
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

}  // namespace

int diagnose_command(const DiagnoseArguments& arguments) {
  if (const Result<> good = check(arguments); !good) return complain(good.error());
  const auto name = service_name(arguments.service);
  if (!name) return complain(name.error());
  kube::ConfigRequest where{arguments.kubeconfig, arguments.context, arguments.cluster,
                            arguments.user,       arguments.ns,      arguments.in_cluster};
  const Result<kube::Config> config = kube::load_config(where);
  if (!config) return complain(config.error());
  if (const auto words = config->warning(); !words.empty()) fmt::print(stderr, "straycat: warning: {}\n", words);
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

}  // namespace straycat::cli
