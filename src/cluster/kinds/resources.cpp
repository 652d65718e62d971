#include "cluster/kinds/resources.hpp"

#include <algorithm>
#include <set>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

void add_all(Amounts& sum, const json& amounts) {
  for (const auto& [name, amount] : amounts.items()) sum[name] += quantity_of(amount);
}

void take_more(Amounts& sum, const Amounts& other) {
  for (const auto& [name, amount] : other)
    if (const auto at = sum.find(name); at == sum.end() || at->second.milli < amount.milli) sum[name] = amount;
}

void count_pod(Amounts& out, const json& pod) {
  for (const auto& [name, amount] : pod_amounts(pod, "requests")) {
    out["requests." + name] = amount;
    if (name == "cpu" || name == "memory" || name == "ephemeral-storage") out[name] = amount;
  }
  for (const auto& [name, amount] : pod_amounts(pod, "limits")) out["limits." + name] = amount;
}

void count_service(Amounts& out, const json& service) {
  const auto type = text_at(service, "/spec/type");
  const auto ports = static_cast<std::int64_t>(array_or_empty(object_or_empty(service, "spec"), "ports").size());
  if (type == "LoadBalancer") out["services.loadbalancers"] = {1000};
  if (type == "NodePort" || type == "LoadBalancer") out["services.nodeports"] = {1000 * ports};
}

bool asks_for_nothing(const json& pod) {
  for (const char* which : {"requests", "limits"})
    for (const auto& [name, amount] : pod_amounts(pod, which))
      if (amount.milli != 0 && (name == "cpu" || name == "memory")) return false;
  return true;
}

// usesCrossNamespacePodAffinity
bool looks_abroad(const json& pod) {
  const auto abroad = [](const json& term) {
    return !array_or_empty(term, "namespaces").empty() || term.contains("namespaceSelector");
  };
  for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
    const auto& affinity = object_or_empty(object_or_empty(object_or_empty(pod, "spec"), "affinity"), kind);
    for (const auto& term : array_or_empty(affinity, "requiredDuringSchedulingIgnoredDuringExecution"))
      if (abroad(term)) return true;
    for (const auto& weighted : array_or_empty(affinity, "preferredDuringSchedulingIgnoredDuringExecution"))
      if (abroad(object_or_empty(weighted, "podAffinityTerm"))) return true;
  }
  return false;
}

bool scope_takes(const std::string& scope, const json& pod, const json& requirement) {
  const bool ends = object_or_empty(pod, "spec").contains("activeDeadlineSeconds");
  if (scope == "Terminating") return ends;
  if (scope == "NotTerminating") return !ends;
  if (scope == "BestEffort") return asks_for_nothing(pod);
  if (scope == "NotBestEffort") return !asks_for_nothing(pod);
  if (scope == "CrossNamespacePodAffinity") return looks_abroad(pod);
  if (scope != "PriorityClass") return false;
  const auto name = text_at(pod, "/spec/priorityClassName");
  const auto& values = array_or_empty(requirement, "values");
  const bool among = std::find(values.begin(), values.end(), json(name)) != values.end();
  const auto operation = string_or(requirement, "operator", "Exists");
  if (operation == "In") return among;
  if (operation == "NotIn") return !among;
  return (operation == "Exists") == !name.empty();
}

// The kinds whose objects can count for a resource's name.
std::vector<const KindRow*> kinds_of(const std::string& resource) {
  const auto named = [&](const KindRow& row) {
    if (row.kind == "Pod") {
      return resource == "pods" || resource == "cpu" || resource == "memory" || resource == "ephemeral-storage" ||
             resource.rfind("limits.", 0) == 0 ||
             (resource.rfind("requests.", 0) == 0 && resource != "requests.storage");
    }
    if (row.kind == "PersistentVolumeClaim" && resource == "requests.storage") return true;
    return resource == row.plural || resource.rfind(row.plural + ".", 0) == 0;
  };
  std::vector<const KindRow*> out;
  for (const auto& row : served_kinds())
    if (row.namespaced && (named(row) || resource == "count/" + row.qualified())) out.push_back(&row);
  return out;
}

}  // namespace

Amounts pod_amounts(const json& pod, const char* which) {
  const auto& spec = object_or_empty(pod, "spec");
  Amounts sum;
  for (const auto& container : array_or_empty(spec, "containers"))
    add_all(sum, object_or_empty(object_or_empty(container, "resources"), which));
  Amounts beside, first;  // those that stay, and the most that there is before the containers start
  for (const auto& container : array_or_empty(spec, "initContainers")) {
    const auto& amounts = object_or_empty(object_or_empty(container, "resources"), which);
    Amounts now = beside;
    add_all(now, amounts);
    if (string_or(container, "restartPolicy") == "Always") {
      add_all(sum, amounts);
      beside = now;
    }
    take_more(first, now);
  }
  take_more(sum, first);
  for (const auto& [name, amount] : object_or_empty(spec, "overhead").items())
    if (std::string_view(which) == "requests" || sum.contains(name)) sum[name] += quantity_of(amount);
  return sum;
}

Amounts quota_amounts(const KindRow& row, const json& object) {
  static const std::set<std::string> by_name = {"pods",    "services",   "replicationcontrollers", "resourcequotas",
                                                "secrets", "configmaps", "persistentvolumeclaims"};
  Amounts out;
  out["count/" + row.qualified()] = {1000};
  if (const auto phase = text_at(object, "/status/phase");
      row.kind == "Pod" && (phase == "Succeeded" || phase == "Failed"))
    return out;
  if (row.group.empty() && by_name.contains(row.plural)) out[row.plural] = {1000};
  if (row.kind == "Pod") count_pod(out, object);
  if (row.kind == "Service") count_service(out, object);
  if (row.kind == "PersistentVolumeClaim")
    out["requests.storage"] =
        quantity_of(object_or_empty(object_or_empty(object_or_empty(object, "spec"), "resources"), "requests")
                        .value("storage", json()));
  return out;
}

bool in_scope(const json& quota, const json& object) {
  const auto& spec = object_or_empty(quota, "spec");
  std::vector<std::pair<std::string, json>> scopes;
  for (const auto& scope : array_or_empty(spec, "scopes"))
    if (scope.is_string()) scopes.emplace_back(scope.get<std::string>(), json::object());
  for (const auto& requirement : array_or_empty(object_or_empty(spec, "scopeSelector"), "matchExpressions"))
    scopes.emplace_back(string_or(requirement, "scopeName"), requirement);
  if (scopes.empty()) return true;
  if (string_or(object, "kind") != "Pod") return false;
  return std::all_of(scopes.begin(), scopes.end(),
                     [&](const auto& scope) { return scope_takes(scope.first, object, scope.second); });
}

Amounts used_of(const json& quota, const Lister& list) {
  const auto& hard = object_or_empty(object_or_empty(quota, "spec"), "hard");
  Amounts used;
  std::set<const KindRow*> kinds;
  for (const auto& [resource, amount] : hard.items()) {
    used[resource] = {};
    for (const auto* row : kinds_of(resource)) kinds.insert(row);
  }
  for (const auto* row : kinds)
    for (const auto& object : list(row->key())) {
      if (!in_scope(quota, *object)) continue;
      for (const auto& [resource, amount] : quota_amounts(*row, *object))
        if (const auto at = used.find(resource); at != used.end()) at->second += amount;
    }
  return used;
}

}  // namespace straycat::cluster
