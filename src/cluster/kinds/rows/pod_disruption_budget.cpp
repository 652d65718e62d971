#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void validate_budget(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  if (spec.contains("minAvailable") && spec.contains("maxUnavailable"))
    refuse(causes, "spec", spec, "minAvailable and maxUnavailable cannot be both set");
}

json budget_cells(const json& object, std::int64_t now_ns) {
  const auto& spec = object_or_empty(object, "spec");
  const auto amount = [&](const char* key) {
    const auto at = spec.find(key);
    return at == spec.end() ? std::string("N/A") : at->is_string() ? at->get<std::string>() : at->dump();
  };
  return json::array({cells::name_of(object), amount("minAvailable"), amount("maxUnavailable"),
                      integer_or(object_or_empty(object, "status"), "disruptionsAllowed"), cells::age(object, now_ns)});
}

}  // namespace

KindRow pod_disruption_budget_row() {
  return {
      .kind = "PodDisruptionBudget",
      .has_status = true,
      .counts_generation = true,
      .types = {"policy.v1.PodDisruptionBudget apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=policy.v1.PodDisruptionBudgetSpec status:3=policy.v1.PodDisruptionBudgetStatus",
                "policy.v1.PodDisruptionBudgetSpec maxUnavailable:3=i minAvailable:1=i "
                "selector:2=meta.v1.LabelSelector unhealthyPodEvictionPolicy:4=S",
                "policy.v1.PodDisruptionBudgetStatus conditions:7=list(meta.v1.Condition;type) currentHealthy:4=n "
                "desiredHealthy:5=n disruptedPods:2=map(t) disruptionsAllowed:3=n expectedPods:6=n "
                "observedGeneration:1=n"},
      .columns = {name_column,
                  {"Min Available", "string", 0, "The minimum number of pods that must be available."},
                  {"Max Unavailable", "string", 0, "The maximum number of pods that can be unavailable."},
                  {"Allowed Disruptions", "integer", 0,
                   "Calculated number of pods that may be disrupted at this time."},
                  age_column},
      .cells = budget_cells,
      .complete =
          [](json& object) {
            for (const char* key : {"currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"})
              set_default(object["status"], key, 0);
          },
      .validate = validate_budget,
  };
}

}  // namespace straycat::cluster
