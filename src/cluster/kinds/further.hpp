// Kinds that are served in a further version or group beside the one that their objects are stored in.
#pragma once

#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

// autoscaling/v1 HorizontalPodAutoscaler, events.k8s.io/v1 Event. Their rows have `to_stored` and `from_stored`.
[[nodiscard]] const std::vector<KindRow>& further_kinds();
// The row that a kind's objects are stored under: itself for most.
[[nodiscard]] const KindRow& stored_row(const KindRow& row);

}  // namespace straycat::cluster
