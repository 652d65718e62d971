// A Job, a CronJob's pod or a hook stands behind a Service while it runs.
#include <fmt/format.h>

#include "lint/strays.hpp"

namespace straycat::lint {

Rule e1_rule() {
  return {
      {"E1", Severity::error, finding::Cause::stray_endpoint, "a Job becomes an endpoint of a Service",
       "While the Job's pod runs it is ready at once, having no readiness probe, and gets a share of the "
       "connections that the Service takes; nothing listens there, so they are refused.",
       "The Service's selector matches the labels of the Job's pod template, and its target port is a number, which "
       "every pod has, or a name that the Job's containers declare.",
       "Add a label to the selector that only the Deployment's pods carry, or give the Job's pods other labels."},
      [](const World& world) { return stray_flaws(world, Strays::jobs); }};
}

}  // namespace straycat::lint
