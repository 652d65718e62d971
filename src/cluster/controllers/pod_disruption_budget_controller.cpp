#include "cluster/controllers/pod_disruption_budget_controller.hpp"

#include "cluster/controllers/objects.hpp"
#include "cluster/kinds/budget.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* budget_kind = "PodDisruptionBudget";

json budget_status(const json& object, const Budget& budget, const std::string& now) {
  json status = status_of(object);
  status["disruptionsAllowed"] = budget.allowed();
  if (budget.failure.empty()) {  // else the numbers stay (failSafe)
    status["observedGeneration"] = integer_or(object_or_empty(object, "metadata"), "generation", 1);
    status["expectedPods"] = budget.expected;
    status["currentHealthy"] = budget.healthy;
    status["desiredHealthy"] = budget.desired;
  }
  const bool any = budget.allowed() > 0;
  const json* before = condition_of(status, "DisruptionAllowed");
  const bool same = before != nullptr && string_or(*before, "status") == (any ? "True" : "False");
  json condition = {{"type", "DisruptionAllowed"},
                    {"status", any ? "True" : "False"},
                    {"reason", !budget.failure.empty() ? "SyncFailed"
                               : any                   ? "SufficientPods"
                                                       : "InsufficientPods"},
                    {"message", budget.failure},
                    {"observedGeneration", integer_or(status, "observedGeneration")}};
  condition["lastTransitionTime"] = same ? string_or(*before, "lastTransitionTime") : now;
  status["conditions"] = json::array({std::move(condition)});
  return status;
}

}  // namespace

PodDisruptionBudgetController::PodDisruptionBudgetController(World world)
    : world_(std::move(world)), queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void PodDisruptionBudgetController::on_change(const Change& change) {
  if (change.kind == budget_kind) {
    if (change.type != ChangeType::deleted) queue_.add({change.ns, change.name});
  } else if (const auto* row = world_.store.row(change.kind);
             change.kind == "Pod" || (row != nullptr && row->has_scale)) {
    for (const auto& budget : world_.store.list(budget_kind, change.ns)) queue_.add(key_of(*budget));
  }
}

void PodDisruptionBudgetController::sync(const Key& key) {
  const auto& [ns, name] = key;
  const auto now = kube_time(world_.clock.wall_seconds());
  (void)world_.store.mutate(budget_kind, ns, name, [&, in = ns](json& object) {
    const auto budget = count_budget(object, world_.store.list("Pod", in),
                                     [&](const json& reference) { return world_.store.referred(in, reference); });
    json status = budget_status(object, budget, now);
    if (status == status_of(object)) return false;
    object["status"] = std::move(status);
    return true;
  });
}

std::unique_ptr<Controller> pod_disruption_budget_controller(const Start& start) {
  return std::make_unique<PodDisruptionBudgetController>(start.world);
}

}  // namespace straycat::cluster
