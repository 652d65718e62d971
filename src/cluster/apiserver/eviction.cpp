// POST pods/NAME/eviction (policy/v1): a deletion that PodDisruptionBudgets may refuse. Rules: kubernetes
// pkg/registry/core/pod/storage/eviction.go. The budgets are counted here and now, from the store: what their status
// says may be a moment old, and the real one retries on its conflict.
#include <algorithm>

#include <fmt/format.h>

#include "cluster/apiserver/decode.hpp"
#include "cluster/apiserver/dry_run.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/budget.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/store/deletion.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

bool needs_no_budget(const json& pod) {
  const std::string phase = text_at(pod, "/status/phase");
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
         !text_at(pod, "/metadata/deletionTimestamp").empty();
}

std::vector<Budget> budgets_over(const json& pod, const Store& store) {
  const std::string ns = text_at(pod, "/metadata/namespace");
  const auto named = [&](const json& reference) { return store.referred(ns, reference); };
  std::vector<Budget> out;
  for (const Object& budget : store.list("PodDisruptionBudget", ns))
    if (budget_selects(*budget, pod)) out.push_back(count_budget(*budget, store.list("Pod", ns), named));
  return out;
}

// An unready pod disturbs nobody as long as the budget is met without it.
bool lets_go(const Budget& budget, const json& pod) {
  if (!healthy_pod(pod) && (budget.spares_unready || (budget.healthy >= budget.desired && budget.desired > 0)))
    return true;
  return budget.allowed() > 0;
}

// checkAndDecrement
std::string why_not(const Budget& budget) {
  const auto held = "The disruption budget " + budget.name + " does not allow evicting pods currently";
  if (!budget.failure.empty()) return held + " because it failed sync: " + budget.failure;
  if (budget.healthy > budget.desired) return held;
  return fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", budget.name, budget.desired,
                     budget.healthy);
}

Status too_many(const Budget& budget) {
  Status out{429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", nullptr};
  out.details = json::object(
      {{"causes", json::array({json::object({{"reason", "DisruptionBudget"}, {"message", why_not(budget)}})})}});
  return out;
}

// Why it goes stands on the pod, once: a Job's policy may ask.
StoreResult<Object> mark(Store& store, const std::string& ns, const std::string& name) {
  return store.mutate("Pod", ns, name, [](json& pod) {
    auto& conditions = pod["status"]["conditions"];
    if (!conditions.is_array()) conditions = json::array();
    json mark = {{"type", "DisruptionTarget"},
                 {"status", "True"},
                 {"reason", "EvictionByEvictionAPI"},
                 {"message", "Eviction API: evicting"},
                 {"lastTransitionTime", kube_time(wall_now_ns() / 1'000'000'000)}};
    const auto before = std::find_if(conditions.begin(), conditions.end(),
                                     [](const json& one) { return string_or(one, "type") == "DisruptionTarget"; });
    if (before == conditions.end()) {
      conditions.push_back(std::move(mark));
      return true;
    }
    if (string_or(*before, "status") == "True")
      mark["lastTransitionTime"] = before->value("lastTransitionTime", json());
    if (*before == mark) return false;
    *before = std::move(mark);
    return true;
  });
}

// Preconditions hold for the pod as it was named: they are asked before it is marked, which gives it a new version
// (addConditionAndDeletePod).
Answer evicted(const Call& call, Store& store, const json& pod, const json& eviction) {
  const json& options = object_or_empty(eviction, "deleteOptions");
  const auto dry = dry_run_of(options.value("dryRun", json()), "DeleteOptions");
  if (!dry) return status_response(dry.error());
  Deletion deletion;
  deletion.grace_seconds = static_cast<int>(integer_or(options, "gracePeriodSeconds", -1));
  deletion.uid = text_at(options, "/preconditions/uid");
  deletion.resource_version = text_at(options, "/preconditions/resourceVersion");
  if (const auto may = decide_removal(call.resource, pod, deletion, 0); !may) return status_response(may.error());
  if (*dry == DryRun::no && call.param("dryRun") != "All") {
    const auto marked = mark(store, call.route.ns, call.route.name);
    if (!marked) return status_response(marked.error());
    if (!deletion.resource_version.empty()) deletion.resource_version = text_at(**marked, "/metadata/resourceVersion");
    const auto left = store.remove("Pod", call.route.ns, call.route.name, deletion);
    if (!left) return status_response(left.error());
  }
  return json_response(
      201,
      {{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::object()}, {"status", "Success"}, {"code", 201}});
}

}  // namespace

Answer evict_pod(const Call& call, Store& store) {
  auto body = read_body(call.request);
  if (!body) return status_response(body.error());
  const json eviction = body->object.is_object() ? std::move(body->object) : json::object();
  if (const auto name = text_at(eviction, "/metadata/name"); !name.empty() && name != call.route.name)
    return status_response(bad_request("name in URL does not match name in Eviction object"));
  const Object pod = store.get("Pod", call.route.ns, call.route.name);
  if (!pod) return status_response(not_found(call.resource, call.route.name));
  if (needs_no_budget(*pod)) return evicted(call, store, *pod, eviction);
  const auto budgets = budgets_over(*pod, store);
  if (budgets.size() > 1)
    return status_response({500, "InternalError",
                            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
                            "support.",
                            nullptr});
  if (!budgets.empty() && !lets_go(budgets.front(), *pod)) return status_response(too_many(budgets.front()));
  return evicted(call, store, *pod, eviction);
}

}  // namespace straycat::cluster
