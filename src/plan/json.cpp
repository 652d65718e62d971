// The plan's JSON form: camelCase, durations in Go's syntax, a field with its default value may be left out. Reading
// uses nlohmann's exceptions inside; they are caught at from_json's seam.
#include <stdexcept>

#include "plan/verbs.hpp"

namespace straycat::plan {

Nanos duration(const json& in, const char* key, Nanos otherwise) {
  const auto found = in.find(key);
  if (found == in.end()) return otherwise;
  const Result<Nanos> parsed = parse_duration(found->get<std::string>());
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return *parsed;
}

json target_json(const Target& target) {
  json out = {{"kind", target.kind}, {"name", target.name}};
  if (!target.ns.empty()) out["namespace"] = target.ns;
  return out;
}

Target target_from(const json& in) {
  return {in.at("kind").get<std::string>(), in.at("name").get<std::string>(), in.value("namespace", "")};
}

namespace {

// One is written as itself, as it was when there could only be one.
json targets_json(const std::vector<Target>& targets) {
  if (targets.size() == 1) return target_json(targets.front());
  json out = json::array();
  for (const Target& target : targets) out.push_back(target_json(target));
  return out;
}
std::vector<Target> targets_from(const json& in) {
  if (!in.is_array()) return {target_from(in)};
  std::vector<Target> targets;
  for (const json& target : in) targets.push_back(target_from(target));
  return targets;
}

json budget_json(const Budget& budget) { return {{"share", budget.share}, {"value", budget.value}}; }
Budget budget_from(const json& in) { return {in.at("share").get<bool>(), in.at("value").get<double>()}; }

json answer_json(const ExpectedAnswer& expect) {
  json out = {{"statuses", expect.statuses}};
  if (expect.body) out["body"] = *expect.body;
  if (expect.body_contains) out["bodyContains"] = *expect.body_contains;
  return out;
}

ExpectedAnswer answer_from(const json& in) {
  ExpectedAnswer expect;
  expect.statuses = in.value("statuses", expect.statuses);
  if (in.contains("body")) expect.body = in["body"].get<std::string>();
  if (in.contains("bodyContains")) expect.body_contains = in["bodyContains"].get<std::string>();
  return expect;
}

json pace_json(const Pace& pace) {
  if (pace.loops > 0) return {{"loops", pace.loops}, {"pause", format_duration(pace.pause)}};
  return {{"ratePerSecond", pace.rate_per_second}};
}
Pace pace_from(const json& in) {
  return {in.value("ratePerSecond", 0.0), in.value("loops", 0), duration(in, "pause", Nanos{})};
}

// The verb is the key under which an action stands in its step.
Action action_from(const json& step) {
  std::optional<Action> action;
  each_action([&](const auto& one) {
    const auto found = step.find(to_string(one.verb));
    if (found != step.end()) action = telling(one).read(*found);
  });
  if (!action) throw std::invalid_argument("a step without a known verb");
  return *action;
}

json step_json(const Step& step, bool for_log) {
  json out = {{"name", step.name}};
  if (!step.phase.empty()) out["phase"] = step.phase;
  out[std::string(to_string(verb(step.action)))] =
      std::visit([&](const auto& action) { return telling(action).write(action, for_log); }, step.action);
  return out;
}

json phase_json(const PhaseExpectation& phase) {
  json out = {{"phase", phase.phase}};
  if (phase.max_failures) out["maxFailures"] = budget_json(*phase.max_failures);
  if (phase.min_failures) out["minFailures"] = budget_json(*phase.min_failures);
  if (phase.no_readiness_failures) out["noReadinessFailures"] = *phase.no_readiness_failures;
  return out;
}

PhaseExpectation phase_from(const json& in) {
  PhaseExpectation phase;
  phase.phase = in.at("phase").get<std::string>();
  if (in.contains("maxFailures")) phase.max_failures = budget_from(in["maxFailures"]);
  if (in.contains("minFailures")) phase.min_failures = budget_from(in["minFailures"]);
  if (in.contains("noReadinessFailures")) phase.no_readiness_failures = in["noReadinessFailures"].get<bool>();
  return phase;
}

json expectations_json(const Expectations& expect) {
  json out = {{"finding", expect.finding}, {"phases", json::array()}};
  if (expect.workload) out["workload"] = target_json(*expect.workload);
  for (const PhaseExpectation& phase : expect.phases) out["phases"].push_back(phase_json(phase));
  if (expect.max_failures) out["maxFailures"] = budget_json(*expect.max_failures);
  return out;
}

Expectations expectations_from(const json& in) {
  Expectations expect;
  expect.finding = in.value("finding", expect.finding);
  if (in.contains("workload")) expect.workload = target_from(in["workload"]);
  for (const json& phase : in.value("phases", json::array())) expect.phases.push_back(phase_from(phase));
  if (in.contains("maxFailures")) expect.max_failures = budget_from(in["maxFailures"]);
  return expect;
}

json cluster_json(const ClusterSettings& cluster, bool for_log) {
  json images = json::object();
  for (const auto& [image, command] : cluster.images) images[image] = for_log ? json::array() : json(command);
  for (const auto& [image, path] : cluster.trees) images[image] = for_log ? json("") : json(path);
  json out = {{"images", images}, {"minSyncPeriod", format_duration(cluster.min_sync_period)}};
  if (cluster.nodes != 1) out["nodes"] = cluster.nodes;
  return out;
}

ClusterSettings cluster_from(const json& in) {
  ClusterSettings cluster;
  const json images = in.value("images", json::object());  // a name of its own: items() would dangle
  for (const auto& [image, command] : images.items()) {
    if (command.is_string())
      cluster.trees[image] = command.get<std::string>();
    else
      cluster.images[image] = command.get<std::vector<std::string>>();
  }
  cluster.min_sync_period = duration(in, "minSyncPeriod", cluster.min_sync_period);
  cluster.nodes = in.value("nodes", cluster.nodes);
  return cluster;
}

// What of a traffic may stand in a log: no userinfo, no query, no header value, no body.
json traffic_json(const TrafficPlan& traffic, bool for_log) {
  json out = traffic;
  if (!for_log) return out;
  out["url"] = without_secrets(traffic.url);
  for (auto& header : out["headers"]) header = "";
  json& expect = out["expect"];
  for (const char* key : {"body", "bodyContains"}) {
    if (!expect.contains(key)) continue;
    expect[std::string(key) + "Bytes"] = expect[key].get_ref<const std::string&>().size();
    expect.erase(key);
  }
  return out;
}

Plan read(const json& in) {
  Plan plan;
  plan.name = in.at("name").get<std::string>();
  plan.description = in.value("description", "");
  plan.labels = in.value("labels", plan.labels);
  plan.values = in.value("values", plan.values);
  if (in.contains("for")) plan.meant_for = targets_from(in["for"]);
  for (const json& traffic : in.value("traffic", json::array())) plan.traffic.push_back(traffic.get<TrafficPlan>());
  for (const json& step : in.at("steps")) {
    plan.steps.push_back({step.at("name").get<std::string>(), step.value("phase", ""), action_from(step)});
  }
  plan.expect = expectations_from(in.value("expect", json::object()));
  plan.cluster = cluster_from(in.value("cluster", json::object()));
  plan.deadline = duration(in, "deadline", plan.deadline);
  plan.seed = in.value("seed", std::uint64_t{0});
  return plan;
}

}  // namespace

void to_json(json& out, const TrafficPlan& traffic) {
  out = {{"name", traffic.name},
         {"from", traffic.from},
         {"url", traffic.url},
         {"method", traffic.method},
         {"headers", traffic.headers},
         {"pace", pace_json(traffic.pace)},
         {"connectTimeout", format_duration(traffic.connect_timeout)},
         {"timeout", format_duration(traffic.timeout)},
         {"expect", answer_json(traffic.expect)},
         {"service", traffic.service},
         {"serviceNamespace", traffic.service_ns},
         {"servicePort", traffic.service_port}};
  if (traffic.keep_alive > 0) out["keepAlive"] = traffic.keep_alive;
}

void from_json(const json& in, TrafficPlan& traffic) {
  const TrafficPlan defaults;
  traffic.name = in.at("name").get<std::string>();
  traffic.from = in.value("from", defaults.from);
  traffic.url = in.at("url").get<std::string>();
  traffic.method = in.value("method", defaults.method);
  traffic.headers = in.value("headers", defaults.headers);
  traffic.pace = pace_from(in.at("pace"));
  traffic.connect_timeout = duration(in, "connectTimeout", defaults.connect_timeout);
  traffic.timeout = duration(in, "timeout", defaults.timeout);
  traffic.keep_alive = in.value("keepAlive", defaults.keep_alive);
  traffic.expect = answer_from(in.value("expect", json::object()));
  traffic.service = in.value("service", "");
  traffic.service_ns = in.value("serviceNamespace", "");
  traffic.service_port = in.value("servicePort", defaults.service_port);
}

json to_json(const Plan& plan, bool for_log) {
  json out = {{"name", plan.name},
              {"traffic", json::array()},
              {"steps", json::array()},
              {"expect", expectations_json(plan.expect)},
              {"cluster", cluster_json(plan.cluster, for_log)},
              {"deadline", format_duration(plan.deadline)},
              {"seed", plan.seed}};
  if (!plan.description.empty()) out["description"] = plan.description;
  if (!plan.labels.empty()) out["labels"] = plan.labels;
  if (!plan.values.empty()) out["values"] = plan.values;
  if (!plan.meant_for.empty()) out["for"] = targets_json(plan.meant_for);
  for (const TrafficPlan& traffic : plan.traffic) out["traffic"].push_back(traffic_json(traffic, for_log));
  for (const Step& step : plan.steps) out["steps"].push_back(step_json(step, for_log));
  return out;
}

Result<Plan> from_json(const json& document) {
  try {
    return read(document);
  } catch (const json::exception& e) {
    return bad_input(std::string("this is no plan: ") + e.what());
  } catch (const std::invalid_argument& e) {
    return bad_input(std::string("this is no plan: ") + e.what());
  }
}

}  // namespace straycat::plan
