// A Service with a selector and an EndpointSlice by hand.
#include <fmt/format.h>

#include "lint/rules.hpp"
#include "lint/slices.hpp"
#include <straycat/finding/shape.hpp>

namespace straycat::lint {
namespace {

std::vector<Flaw> n5_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.external || service.service.selector.empty()) continue;
    for (const SliceFact* slice : slices_of(world, service)) {
      // Endpoints are the controller's own, which writes over them where there is a selector.
      if (slice->ref.kind != "EndpointSlice" || finding::is_kept(slice->slice)) continue;
      Flaw flaw = flaw_at(world, service, {"spec", "selector"}, slice, {"endpoints"});
      flaw.sentence = fmt::format("{} has a selector beside {}, which somebody wrote: it sends to both.",
                                  name_of(service), name_of(*slice));
      out.push_back(std::move(flaw));
    }
  }
  return out;
}

}  // namespace

Rule n5_rule() {
  return {
      {"N5", Severity::note, finding::Cause::selector_unwanted, "a selector stands beside slices that somebody wrote",
       "The Service sends to the endpoints that were written by hand and to whatever pods bear its labels; kustomize "
       "commonLabels put such a selector there unasked.",
       "The Service has a selector, and an EndpointSlice of these manifests is its own and kept by no controller.",
       "Take the selector out, or the slice.", "--notes"},
      n5_flaws};
}

}  // namespace straycat::lint
