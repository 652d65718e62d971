// What a PodDisruptionBudget lets go, counted as the disruption controller does (kubernetes
// pkg/controller/disruption/disruption.go). Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

struct Budget {
  std::string name;
  int expected = 0;  // pods that its share or its maxUnavailable is reckoned from
  int healthy = 0;   // ready, and not being deleted
  int desired = 0;
  bool spares_unready = false;  // unhealthyPodEvictionPolicy: AlwaysAllow
  std::string failure;          // why it cannot be reckoned, which lets nothing go
  [[nodiscard]] int allowed() const { return expected > 0 && healthy > desired ? healthy - desired : 0; }
  bool operator==(const Budget&) const = default;
};

[[nodiscard]] bool budget_selects(const json& budget, const json& pod);
// `named`: the object of the budget's namespace that a reference (apiVersion, kind, name) names; null: there is none.
[[nodiscard]] Budget count_budget(const json& budget, const std::vector<Object>& pods,
                                  const std::function<Object(const json& reference)>& named);
// condition Ready is True, and it is not being deleted.
[[nodiscard]] bool healthy_pod(const json& pod);

}  // namespace straycat::cluster
