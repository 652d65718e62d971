#include "lint/scaling.hpp"

namespace straycat::lint {

Rule w5_rule() {
  return {
      {"W5", Severity::warning, std::nullopt, "an autoscaler's target is not there",
       "The HorizontalPodAutoscaler reports FailedGetScale until something of that name comes.",
       "No object has the kind and name of its scaleTargetRef, and none a near name: perhaps a part that is switched "
       "off, or that comes from elsewhere.",
       "Switch the autoscaler off together with what it scales."},
      [](const World& world) { return missing_targets(world, Missing::far); }};
}

}  // namespace straycat::lint
