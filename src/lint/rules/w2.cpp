// E2 by a test pod that is kept after `helm test`.
#include "lint/scaling.hpp"

namespace straycat::lint {

Rule w2_rule() {
  return {{"W2", Severity::warning, std::nullopt, "a kept test pod breaks an autoscaler",
           "After `helm test` the pod stays, and from then on the HorizontalPodAutoscaler reports \"missing request\" "
           "and no longer scales, until somebody deletes the pod.",
           "The selector of the autoscaler's target matches the test pod's labels, the pod requests nothing, and its "
           "annotation helm.sh/hook-delete-policy does not say hook-succeeded.",
           "Leave the selector's labels off the test pod, or let Helm delete it: helm.sh/hook-delete-policy: "
           "before-hook-creation,hook-succeeded."},
          [](const World& world) { return uncounted_flaws(world, Counted::tests); }};
}

}  // namespace straycat::lint
