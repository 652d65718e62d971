#include "lint/slices.hpp"

namespace straycat::lint {

std::vector<const SliceFact*> slices_of(const World& world, const ServiceFact& service) {
  std::vector<const SliceFact*> out;
  for (const SliceFact& one : world.facts().slices)
    if (same_namespace(one, service) && one.slice.service == service.ref.name) out.push_back(&one);
  return out;
}

bool knows_all_slices(const World& world) { return world.knows_all("EndpointSlice") && world.knows_all("Endpoints"); }

}  // namespace straycat::lint
