#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

// ValidatePositiveIntOrPercent, IsNotMoreThan100Percent
void check_amount(Causes& causes, const json& spec, const char* key) {
  const json amount = spec.value(key, json());
  if (!amount.is_string()) return check_not_negative(causes, spec, key);
  const auto text = amount.get<std::string>();
  const auto field = std::string("spec.") + key;
  if (text.size() < 2 || text.find_first_not_of("0123456789") != text.size() - 1 || text.back() != '%')
    return refuse(causes, field, amount,
                  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                  "regex used for validation is '[0-9]+%')");
  if (resolve_int_or_percent(amount, 100, false) > 100 || text.size() > 10)
    refuse(causes, field, amount, "must not be greater than 100%");
}

void validate_budget(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  if (spec.contains("minAvailable") && spec.contains("maxUnavailable"))
    refuse(causes, "spec", spec, "minAvailable and maxUnavailable cannot be both set");
  check_amount(causes, spec, "minAvailable");
  check_amount(causes, spec, "maxUnavailable");
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
