// The same as E1 by Helm's test pod, which only `helm test` starts.
#include "lint/strays.hpp"

namespace straycat::lint {

Rule w4_rule() {
  return {
      {"W4", Severity::warning, finding::Cause::stray_endpoint, "a test pod becomes an endpoint of a Service",
       "While `helm test` runs, the test's pod gets a share of the Service's connections, the test's own among them.",
       "The Service's selector matches the test pod's labels, and its target port is a number, or a name that the "
       "test's containers declare.",
       "Leave the selector's labels off the test pod, or add one to the selector that only the Deployment's pods "
       "carry."},
      [](const World& world) { return stray_flaws(world, Strays::tests); }};
}

}  // namespace straycat::lint
