// `straycat diagnose svc/NAME --probe`: requests through a Service that runs, and straight to each of its endpoints.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/live_commands.hpp"
#include <straycat/plan/plan.hpp>

namespace straycat::cli {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "straycat: {}\n", error.message);
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

// More than this fills a node's conntrack table in a minute where its size is small.
constexpr double most_per_second = 200;

Result<double> rate_of(const std::string& text) {
  char* end = nullptr;
  const double rate = std::strtod(text.c_str(), &end);
  const bool good =
      end != text.c_str() && (*end == '\0' || std::string(end) == "/s") && rate > 0 && rate <= most_per_second;
  if (good) return rate;
  return bad_input(
      fmt::format("--rate {}: expected requests a second, at most {}/s (each is a new connection, and an "
                  "entry in the node's conntrack table for two minutes)",
                  text, most_per_second));
}

plan::TrafficPlan traffic_to(const model::Service& service, const model::ServicePort& port, double rate,
                             const std::string& path) {
  plan::TrafficPlan traffic;
  traffic.name = "probe";
  traffic.url = fmt::format("http://{}:{}{}{}", service.meta.name, port.port, path.starts_with("/") ? "" : "/", path);
  traffic.pace.rate_per_second = rate;
  traffic.timeout = std::chrono::seconds{3};
  traffic.connect_timeout = std::chrono::seconds{3};
  traffic.expect.statuses.clear();  // what it answers is not known: any answer shows that somebody serves
  traffic.service = service.meta.name;
  traffic.service_port = port.port;
  return traffic;
}

plan::Plan plan_for(const model::Service& service, plan::TrafficPlan traffic, Nanos length,
                    const std::optional<plan::Target>& meant) {
  plan::Plan plan;
  plan.name = "diagnose-" + service.meta.name;
  plan.description = "Requests through a Service that runs";
  plan.meant_for = meant;
  plan.traffic.push_back(std::move(traffic));
  plan::Step start{"start", "probing", plan::Traffic{true}};
  plan::Step pause{"probe", "", plan::Pause{length}};
  plan::Step stop{"stop", "", plan::Traffic{false}};
  plan.steps = {start, pause, stop};
  plan.deadline = length + std::chrono::minutes{3};
  plan.seed = 1;
  return plan;
}

}  // namespace

int probe_service(const DiagnoseArguments& arguments, const model::Service& service) {
  const Result<Nanos> length = parse_duration(arguments.probe);
  if (!length) return complain(length.error().within("--probe"));
  const Result<double> rate = rate_of(arguments.rate);
  if (!rate) return complain(rate.error());
  const auto port = std::find_if(service.ports.begin(), service.ports.end(),
                                 [](const model::ServicePort& one) { return one.protocol == "TCP"; });
  if (port == service.ports.end())
    return complain(bad_input(fmt::format("Service/{} has no TCP port to probe", service.meta.name)));
  std::optional<plan::Target> meant;
  if (!arguments.meant.empty()) {
    const Result<plan::Target> target = plan::parse_target(arguments.meant.front());
    if (!target) return complain(target.error().within("--for"));
    meant = *target;
  }
  RunArguments run;
  run.kubeconfig = arguments.kubeconfig;
  run.context = arguments.context;
  run.cluster = arguments.cluster;
  run.user = arguments.user;
  run.in_cluster = arguments.in_cluster;
  run.ns = service.meta.ns;
  run.agent_image = arguments.agent_image;
  run.out = arguments.out;
  run.outputs = arguments.outputs;
  run.look = arguments.look;
  return run_plan(plan_for(service, traffic_to(service, *port, *rate, arguments.path), *length, meant), run);
}

}  // namespace straycat::cli
