// What somebody wrote in the place of a controller: a Service's endpoints.
#pragma once

#include <vector>

#include "lint/world.hpp"

namespace straycat::lint {

[[nodiscard]] std::vector<const SliceFact*> slices_of(const World& world, const ServiceFact& service);
[[nodiscard]] bool knows_all_slices(const World& world);

}  // namespace straycat::lint
