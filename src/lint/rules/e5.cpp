#include "lint/scaling.hpp"

namespace straycat::lint {

Rule e5_rule() {
  return {
      {"E5", Severity::error, std::nullopt, "an autoscaler's target is not there, and one with a near name is",
       "The HorizontalPodAutoscaler reports FailedGetScale and scales nothing.",
       "No object has the kind and name of its scaleTargetRef. One has the name and another kind, or the "
       "autoscaler's own name, or the name behind the release's prefix, or one that differs by a slip of the finger.",
       "Name the kind and the name that are there."},
      [](const World& world) { return missing_targets(world, Missing::near); }};
}

}  // namespace straycat::lint
