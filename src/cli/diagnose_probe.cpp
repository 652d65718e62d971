// `straycat diagnose svc/NAME` with requests: through a Service that runs and straight to each of its endpoints, for a
// time (--probe) or around a command.
#include "cli/diagnose_probe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/again.hpp"
#include "cli/named_cluster.hpp"
#include "cli/values.hpp"
#include <straycat/plan/plan.hpp>
#include <straycat/runner/child.hpp>

namespace straycat::cli {
namespace {

// A command may take as long as it likes; what ends it is its own affair.
constexpr Nanos command_patience = std::chrono::hours{24 * 7};

Result<std::optional<plan::Budget>> budget_of(const std::string& text) {
  if (text.empty()) return std::optional<plan::Budget>{};
  const Result<plan::Budget> budget = budget_value("--allow", text);
  return budget ? Result<std::optional<plan::Budget>>(*budget) : budget.error();
}

Result<model::ServicePort> port_of(const model::Service& service, const std::string& wanted) {
  for (const model::ServicePort& port : service.ports) {
    const bool named = wanted.empty() || port.name == wanted || std::to_string(port.port) == wanted;
    if (named && port.protocol == "TCP") return port;
  }
  return bad_input(wanted.empty()
                       ? fmt::format("Service/{} has no TCP port to probe", service.meta.name)
                       : fmt::format("--port {}: Service/{} has no such TCP port", wanted, service.meta.name));
}

bool sends_from(const DiagnoseArguments& arguments, Origin place) {
  return std::find(arguments.via.begin(), arguments.via.end(), to_string(place)) != arguments.via.end();
}

// Where the requests start; without a word, the best vantage point that needs nothing that was not given.
std::vector<Origin> places(const DiagnoseArguments& arguments) {
  std::vector<Origin> out;
  for (const std::string& place : arguments.via) out.push_back(from_word<Origin>(place).value_or(Origin::unknown));
  if (out.empty()) out.push_back(arguments.agent_image.empty() ? Origin::api : Origin::pod);
  if (!arguments.url.empty() && !sends_from(arguments, Origin::host)) out.push_back(Origin::host);
  return out;
}

plan::TrafficPlan traffic_to(const model::Service& service, const model::ServicePort& port, double rate,
                             const DiagnoseArguments& arguments) {
  const std::string& path = arguments.path;
  plan::TrafficPlan traffic;
  traffic.url = fmt::format("http://{}:{}{}{}", service.meta.name, port.port, path.starts_with("/") ? "" : "/", path);
  traffic.pace.rate_per_second = rate;
  traffic.timeout = std::chrono::seconds{3};
  traffic.connect_timeout = std::chrono::seconds{3};
  traffic.expect.statuses.clear();  // what it answers is not known: any answer shows that somebody serves
  traffic.service = service.meta.name;
  traffic.service_port = port.port;
  return traffic;
}

std::vector<plan::TrafficPlan> traffic_from_all(const plan::TrafficPlan& one, const DiagnoseArguments& arguments) {
  std::vector<plan::TrafficPlan> out;
  const std::vector<Origin> all = places(arguments);
  for (const Origin place : all) {
    out.push_back(one);
    out.back().from = place;
    out.back().name = all.size() == 1 ? "probe" : "probe-" + std::string(to_string(place));
    if (place == Origin::host) out.back().url = arguments.url;
  }
  return out;
}

Result<std::vector<plan::Step>> steps_for(const DiagnoseArguments& arguments) {
  const plan::Step start{"start", arguments.command.empty() ? "probing" : "before", plan::Traffic{true}};
  const plan::Step stop{"stop", "", plan::Traffic{false}};
  if (arguments.command.empty()) {
    const Result<Nanos> length = duration_value("--probe", arguments.probe);
    if (!length) return length.error();
    return std::vector<plan::Step>{start, {"probe", "", plan::Pause{*length}}, stop};
  }
  const Result<Nanos> baseline = duration_value("--baseline", arguments.baseline);
  if (!baseline) return baseline.error();
  const Result<Nanos> tail = duration_value("--tail", arguments.tail);
  if (!tail) return tail.error();
  return std::vector<plan::Step>{start,
                                 {"baseline", "", plan::Pause{*baseline}},
                                 {"command", "during", plan::Command{arguments.command}},
                                 {"tail", "after", plan::Pause{*tail}},
                                 stop};
}

// A command may take as long as it likes; else so long as the requests, and what is around them.
Nanos deadline_of(const std::vector<plan::Step>& steps) {
  Nanos sum = std::chrono::minutes{3};
  for (const plan::Step& step : steps) {
    if (plan::verb(step.action) == Verb::command) return command_patience;
    if (const auto* pause = std::get_if<plan::Pause>(&step.action)) sum += pause->length;
  }
  return sum;
}

// What the flags say of the requests, whatever Service they go to.
struct Wanted {
  double rate = 0;
  std::optional<plan::Budget> budget;
  std::vector<plan::Step> steps;
};
Result<Wanted> wanted_by(const DiagnoseArguments& arguments) {
  const Result<double> rate = rate_value("--rate", arguments.rate);
  if (!rate) return rate.error();
  const Result<std::optional<plan::Budget>> budget = budget_of(arguments.allow);
  if (!budget) return budget.error();
  Result<std::vector<plan::Step>> steps = steps_for(arguments);
  if (!steps) return steps.error();
  return Wanted{*rate, *budget, std::move(*steps)};
}

}  // namespace

bool wants_traffic(const DiagnoseArguments& arguments) {
  return !arguments.probe.empty() || !arguments.command.empty();
}

Result<> check_traffic(const DiagnoseArguments& arguments) {
  if (!wants_traffic(arguments)) {
    const bool any = !arguments.url.empty() || !arguments.via.empty() || !arguments.allow.empty() ||
                     !arguments.port.empty() || !arguments.agent_image.empty() || arguments.high_rate;
    if (!any) return {};
    return bad_input(
        "--url, --via, --allow, --port, --agent-image and --high-rate are for requests: give --probe, or "
        "a command after --");
  }
  if (arguments.service.empty()) return bad_input("requests (--probe, or a command after --) need svc/NAME");
  if (!arguments.probe.empty() && !arguments.command.empty())
    return bad_input("--probe is for requests without a command; around one, --baseline and --tail say how long");
  if (sends_from(arguments, Origin::host) && arguments.url.empty())
    return bad_input("--via host needs --url: a URL of the Service that this machine reaches");
  const bool pods = sends_from(arguments, Origin::pod) || sends_from(arguments, Origin::nodes);
  if (pods && arguments.agent_image.empty())
    return bad_input("--via pod and --via nodes need --agent-image: an image with straycat in it (scripts/image)");
  if (!arguments.agent_image.empty() && !names_cluster(arguments.at))
    return bad_input("--agent-image needs --context (or --in-cluster): what makes objects must have its cluster named");
  if (const Result<Wanted> wanted = wanted_by(arguments); !wanted) return wanted.error();
  return arguments.command.empty() ? Result<>{} : runner::check_program(arguments.command.front());
}

Result<plan::Plan> probe_plan(const model::Service& service, const std::vector<model::ObjectRef>& meant,
                              const DiagnoseArguments& arguments) {
  Result<Wanted> wanted = wanted_by(arguments);
  if (!wanted) return wanted.error();
  const Result<model::ServicePort> port = port_of(service, arguments.port);
  if (!port) return port.error();
  plan::Plan plan;
  plan.name = "diagnose-" + service.meta.name;
  plan.description = arguments.command.empty() ? "Requests through a Service that runs"
                                               : "Requests through a Service that runs, around a command";
  for (const model::ObjectRef& one : meant) plan.meant_for.push_back({one.kind, one.name, ""});
  plan.traffic = traffic_from_all(traffic_to(service, *port, wanted->rate, arguments), arguments);
  plan.expect.finding = wanted->budget ? plan::Expectations::any : plan::Expectations::conclusion;
  plan.expect.max_failures = wanted->budget;
  plan.deadline = deadline_of(wanted->steps);
  plan.steps = std::move(wanted->steps);
  plan.seed = 1;
  if (!arguments.high_rate)
    if (const Result<> good = check_rates(plan); !good) return good.error();
  return plan;
}

int probe_service(const plan::Plan& plan, const DiagnoseArguments& arguments, const kube::Config& config) {
  RunArguments run;
  run.at = arguments.at;
  run.at.context = config.context;
  run.at.ns = config.ns;
  run.agent_image = arguments.agent_image;
  run.high_rate = arguments.high_rate;
  run.out = arguments.out;
  run.quiet = arguments.quiet;
  run.outputs = arguments.outputs;
  run.look = arguments.look;
  run.again = diagnose_again(arguments, config.context);
  return run_plan(plan, run);
}

}  // namespace straycat::cli
