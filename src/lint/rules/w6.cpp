// A stray that lacks the port: no proxy sends it anything, yet it stands in the slices.
#include "lint/strays.hpp"

namespace straycat::lint {

Rule w6_rule() {
  return {
      {"W6", Severity::note, finding::Cause::latent_overlap, "a Job stands in a Service's slices without its port",
       "No proxy of Kubernetes sends it anything. Some ingress controllers do, and answer 502; and once its "
       "containers declare that port, or the Service names it by number, it is E1.",
       "The Service's selector matches the labels of the pod template, and none of its containers has the named port.",
       "As for E1.", "--latent"},
      [](const World& world) { return stray_flaws(world, Strays::latent); }};
}

}  // namespace straycat::lint
