// An autoscaler that divides by the requests of pods that have none: it stops at the first of them and scales nothing
// (kubernetes pkg/controller/podautoscaler/replica_calculator.go, calculatePodRequests).
#include "lint/scaling.hpp"

namespace straycat::lint {

Rule e2_rule() {
  return {
      {"E2", Severity::error, std::nullopt, "an autoscaler counts pods that have no requests",
       "The HorizontalPodAutoscaler finds its pods by its target's selector. One pod without a request of the "
       "resource whose utilization it takes, and it reports \"missing request\" and no longer scales.",
       "The selector of the target matches the pods of another workload, of which a container neither requests nor "
       "limits the resource.",
       "Give that workload's containers the request, or its pods labels that the target's selector does not match."},
      [](const World& world) { return uncounted_flaws(world, Counted::workloads); }};
}

}  // namespace straycat::lint
