#include "lint/facts.hpp"

#include <algorithm>
#include <array>

#include <straycat/core/json_access.hpp>
#include <straycat/finding/shape.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::lint {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> words_of(std::string_view text, char between) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    const std::string_view word = trimmed(text.substr(0, end));
    if (!word.empty()) out.emplace_back(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool has(const std::vector<std::string>& words, std::initializer_list<std::string_view> wanted) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(wanted.begin(), wanted.end(), word) != wanted.end();
  });
}

// A label, a name or a number of a version that was written without quotes: what it says is plain, although the API
// server refuses it.
void as_strings(json& map) {
  if (!map.is_object()) return;
  for (json& value : map)
    if (value.is_boolean() || value.is_number()) value = value.dump();
}

json* child(json& in, const char* key) {
  if (!in.is_object()) return nullptr;
  const auto found = in.find(key);
  return found == in.end() ? nullptr : &*found;
}

json* descend(json& in, std::string_view pointer) {
  json* at = &in;
  while (at != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    at = child(*at, std::string(pointer.substr(0, end)).c_str());
    pointer.remove_prefix(end);
  }
  return at;
}

void mend(json& object, std::string_view pointer) {
  if (json* map = descend(object, pointer)) as_strings(*map);
}

Hook hook_of(const json& object) {
  return hook_named(text_at(object, {"metadata", "annotations", "helm.sh/hook"}),
                    text_at(object, {"metadata", "annotations", "helm.sh/hook-delete-policy"}));
}

// "E1=why, W2=why": a reason may hold commas, so a new rule begins where a word ends in "=".
std::map<std::string, std::string> ignores_of(const json& object) {
  std::map<std::string, std::string> out;
  std::string last;
  for (const std::string& part : words_of(text_at(object, {"metadata", "annotations", "straycat.dev/ignore"}), ',')) {
    const std::size_t equals = part.find('=');
    const bool rule = equals != std::string::npos && equals > 0 && part.find(' ') > equals;
    if (rule) {
      last = part.substr(0, equals);
      out[last] = part.substr(equals + 1);
    } else if (last.empty()) {
      out[last = part] = "";
    } else {
      out[last] += ", " + part;
    }
  }
  return out;
}

Needs needs_of(const json& container) {
  Needs needs;
  for (const char* list : {"requests", "limits"}) {
    const json& of = at_path(container, {"resources", list});
    if (!of.is_object()) continue;
    for (const auto& [name, amount] : of.items())
      if (!amount.is_null()) needs.resources.insert(name);
  }
  return needs;
}

bool restarts(const json& init) { return text_at(init, {"restartPolicy"}) == "Always"; }

// A native sidecar runs as long as the pod and has its ports, as any container.
void join_sidecars(json& spec) {
  json* inits = child(spec, "initContainers");
  json* containers = child(spec, "containers");
  if (inits == nullptr || !inits->is_array() || containers == nullptr || !containers->is_array()) return;
  for (const json& init : *inits)
    if (restarts(init)) containers->push_back(init);
}

json* pod_of(json& object, const std::string& kind) {
  return kind == "Pod" ? &object : descend(object, model::pod_template_of(kind));
}

void read_containers(const json& spec, Maker& maker) {
  each_object(member(spec, "containers"), [&](const json& one) { maker.needs.push_back(needs_of(one)); });
  // A pod may ask for itself as a whole.
  const Needs pod = needs_of(spec);
  for (Needs& one : maker.needs) one.resources.insert(pod.resources.begin(), pod.resources.end());
  each_object(member(spec, "initContainers"), [&](const json& one) {
    each_object(member(one, "ports"), [&](const json& port) {
      maker.init_ports.push_back({text_at(port, {"name"}), number_at<int>(port, {"containerPort"}), "TCP"});
    });
  });
}

model::LabelSelector selector_of(const json& in) {
  return model::project_network_policy({{"spec", {{"podSelector", in}}}}).pods;
}

void add_maker(json object, Thing thing, Facts& facts) {
  Maker maker;
  static_cast<Thing&>(maker) = std::move(thing);
  const std::string& kind = maker.ref.kind;
  mend(object, kind == "Pod" ? "/metadata/labels" : model::pod_template_of(kind) + "/metadata/labels");
  mend(object, "/spec/selector/matchLabels");
  if (json* pod = pod_of(object, kind)) {
    if (json* spec = child(*pod, "spec")) {
      join_sidecars(*spec);
      read_containers(*spec, maker);
    }
  }
  if (kind == "Pod") {
    const model::Pod pod = model::project_pod(object);
    maker.workload.meta = pod.meta;
    maker.workload.pod = pod.spec;
  } else {
    maker.workload = model::project_workload(object);
  }
  if (kind == "Deployment") maker.rollout_takes = finding::rollout_takes(object);
  maker.hook = hook_of(object);
  maker.suspended = maker.workload.suspended;
  facts.makers.push_back(std::move(maker));
}

void add_service(json object, Thing thing, Facts& facts) {
  mend(object, "/spec/selector");
  ServiceFact fact;
  static_cast<Thing&>(fact) = std::move(thing);
  fact.service = model::project_service(object);
  fact.headless = fact.service.cluster_ip == "None";
  fact.external = fact.service.type == "ExternalName";
  facts.services.push_back(std::move(fact));
}

// The metrics of autoscaling/v2, of its betas and of v1; without any, both take 80 % of the CPU requests.
std::set<std::string> utilization_of(const json& spec) {
  std::set<std::string> out;
  const json& metrics = member(spec, "metrics");
  const bool v1 = member(spec, "targetCPUUtilizationPercentage").is_number();
  if (v1 || !metrics.is_array() || metrics.empty()) return {"cpu"};
  each_object(metrics, [&](const json& metric) {
    if (text_at(metric, {"type"}) != "Resource") return;
    const json& resource = member(metric, "resource");
    const bool share = member(resource, "targetAverageUtilization").is_number() ||
                       at_path(resource, {"target", "averageUtilization"}).is_number();
    if (share) out.insert(text_at(resource, {"name"}));
  });
  return out;
}

void add_autoscaler(const json& object, Thing thing, Facts& facts) {
  Autoscaler fact;
  static_cast<Thing&>(fact) = std::move(thing);
  const json& target = at_path(object, {"spec", "scaleTargetRef"});
  fact.target_kind = text_at(target, {"kind"});
  fact.target_name = text_at(target, {"name"});
  fact.target_api = text_at(target, {"apiVersion"});
  fact.utilization = utilization_of(member(object, "spec"));
  facts.autoscalers.push_back(std::move(fact));
}

std::string limit_text(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void add_budget(json object, Thing thing, Facts& facts) {
  mend(object, "/spec/selector/matchLabels");
  Budget fact;
  static_cast<Thing&>(fact) = std::move(thing);
  const json& spec = member(object, "spec");
  const json& selector = member(spec, "selector");
  fact.selects = selector.is_object();
  if (fact.selects) fact.selector = selector_of(selector);
  const json& most = member(spec, "maxUnavailable");
  const json& least = member(spec, "minAvailable");
  const bool share = least.is_string() && least.get_ref<const std::string&>().ends_with('%');
  fact.needs_scale = !most.is_null() || share;
  if (!most.is_null()) fact.limit = "maxUnavailable: " + limit_text(most);
  if (share) fact.limit = "minAvailable: " + limit_text(least);
  facts.budgets.push_back(std::move(fact));
}

std::optional<model::PortName> port_of(const json& value) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) return value.get<std::string>();
  if (value.is_number_integer()) return as_number<int>(value);
  return std::nullopt;
}

void add_monitor(json object, Thing thing, Facts& facts) {
  mend(object, "/spec/selector/matchLabels");
  Monitor fact;
  static_cast<Thing&>(fact) = std::move(thing);
  fact.of_pods = fact.ref.kind == "PodMonitor";
  const json& spec = member(object, "spec");
  fact.selector = selector_of(member(spec, "selector"));
  fact.any_namespace = flag_at(spec, {"namespaceSelector", "any"});
  const json& names = at_path(spec, {"namespaceSelector", "matchNames"});
  if (names.is_array())
    for (const json& name : names) fact.namespaces.push_back(as_text(name));
  const char* list = fact.of_pods ? "podMetricsEndpoints" : "endpoints";
  const json& endpoints = member(spec, list);
  for (std::size_t i = 0; endpoints.is_array() && i < endpoints.size(); ++i) {
    const json& one = endpoints[i];
    std::optional<model::PortName> target = port_of(member(one, "targetPort"));
    if (!target) target = port_of(member(one, "portNumber"));
    fact.endpoints.push_back({text_at(one, {"port"}), std::move(target), {"spec", list, std::to_string(i)}});
  }
  facts.monitors.push_back(std::move(fact));
}

Admission admission_of(const json& rule) {
  Admission out;
  out.every_port = !member(rule, "ports").is_array() || member(rule, "ports").empty();
  each_object(member(rule, "ports"), [&](const json& one) {
    out.ports.push_back(
        {port_of(member(one, "port")), number_at<int>(one, {"endPort"}), text_at(one, {"protocol"}, "TCP")});
  });
  return out;
}

void add_policy(json object, Thing thing, Facts& facts) {
  mend(object, "/spec/podSelector/matchLabels");
  Policy fact;
  static_cast<Thing&>(fact) = std::move(thing);
  fact.policy = model::project_network_policy(object);
  each_object(at_path(object, {"spec", "ingress"}),
              [&](const json& rule) { fact.ingress.push_back(admission_of(rule)); });
  facts.policies.push_back(std::move(fact));
}

void add_slice(const json& object, Thing thing, Facts& facts) {
  SliceFact fact;
  static_cast<Thing&>(fact) = std::move(thing);
  fact.slice = model::project_slice(object);
  facts.slices.push_back(std::move(fact));
}

// For a Service without a selector a controller mirrors them into slices.
void add_endpoints(const json& object, Thing thing, Facts& facts) {
  SliceFact fact;
  static_cast<Thing&>(fact) = std::move(thing);
  fact.slice.service = fact.ref.name;
  each_object(member(object, "subsets"), [&](const json& subset) {
    each_object(member(subset, "ports"), [&](const json& port) {
      fact.slice.ports.push_back({text_at(port, {"name"}), number_at<int>(port, {"port"}), "TCP"});
    });
    each_object(member(subset, "addresses"), [&](const json& one) {
      fact.slice.endpoints.emplace_back().addresses.push_back(text_at(one, {"ip"}));
    });
  });
  facts.slices.push_back(std::move(fact));
}

// `kind: deployment` is no kind to the API server, so nobody makes it; yet it is no reason to say that it is missing.
const model::Kind* kind_of(const std::string& word, bool& misspelt) {
  if (const model::Kind* kind = model::kind_named(word)) return kind;
  const auto same = [&](const model::Kind& kind) {
    return std::equal(kind.name.begin(), kind.name.end(), word.begin(), word.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
  };
  for (const model::Kind& kind : model::kinds()) {
    if (!same(kind)) continue;
    misspelt = true;
    return &kind;
  }
  return nullptr;
}

Thing thing_of(json& object, Origin origin, bool doubtful) {
  mend(object, "/metadata/labels");
  if (json* metadata = child(object, "metadata"))
    if (json* name = child(*metadata, "name"); name != nullptr && name->is_number()) *name = name->dump();
  Thing thing;
  thing.ref = {text_at(object, {"kind"}), text_at(object, {"metadata", "namespace"}),
               text_at(object, {"metadata", "name"}), ""};
  thing.api_version = text_at(object, {"apiVersion"});
  const json& labels = at_path(object, {"metadata", "labels"});
  if (labels.is_object())
    for (const auto& [key, value] : labels.items())
      if (value.is_string()) thing.labels[key] = value.get<std::string>();
  thing.origin = std::move(origin);
  thing.ignores = ignores_of(object);
  thing.doubtful = doubtful;
  return thing;
}

}  // namespace

Hook hook_named(std::string_view moments, std::string_view delete_policy) {
  const auto when = words_of(moments, ',');
  Hook hook;
  hook.any = !when.empty();
  hook.test = has(when, {"test", "test-success", "test-failure"});
  hook.live = has(when, {"post-install", "pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback", "pre-delete"});
  hook.kept = !has(words_of(delete_policy, ','), {"hook-succeeded"});
  return hook;
}

bool Maker::comes_and_goes() const {
  return hook.any || ref.kind == "Job" || ref.kind == "CronJob" || ref.kind == "Pod";
}

bool Maker::lacks(const std::string& resource) const {
  return std::any_of(needs.begin(), needs.end(), [&](const Needs& one) { return one.resources.count(resource) == 0; });
}

void add_object(json object, Origin origin, bool doubtful, Facts& facts) {
  Thing thing = thing_of(object, std::move(origin), doubtful);
  ++facts.objects;
  bool misspelt = false;
  if (const model::Kind* kind = kind_of(thing.ref.kind, misspelt)) {
    thing.ref.kind = std::string(kind->name);
    object["kind"] = thing.ref.kind;
    thing.doubtful = thing.doubtful || misspelt;
  }
  const std::string& kind = thing.ref.kind;
  if (kind == "LimitRange") facts.limit_ranges = true;
  if (kind == "Service") return add_service(std::move(object), std::move(thing), facts);
  if (kind == "HorizontalPodAutoscaler") return add_autoscaler(object, std::move(thing), facts);
  if (kind == "PodDisruptionBudget") return add_budget(std::move(object), std::move(thing), facts);
  if (kind == "ServiceMonitor" || kind == "PodMonitor") return add_monitor(std::move(object), std::move(thing), facts);
  if (kind == "NetworkPolicy") return add_policy(std::move(object), std::move(thing), facts);
  if (kind == "EndpointSlice") return add_slice(object, std::move(thing), facts);
  if (kind == "Endpoints") return add_endpoints(object, std::move(thing), facts);
  if (kind == "Pod" || model::makes_pods(kind)) return add_maker(std::move(object), std::move(thing), facts);
  facts.others.push_back(std::move(thing));
}

}  // namespace straycat::lint
