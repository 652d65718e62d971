// What a cluster holds, under what manifests bring.
#pragma once

#include "lint/world.hpp"

namespace straycat::lint {

// Adds what the manifests do not have themselves; theirs without a namespace get the ground's.
void lay_over(Facts& facts, const Ground& ground);
[[nodiscard]] bool is_in_cluster(const Thing& thing);
[[nodiscard]] std::vector<Behind> those_behind(const World& world);

}  // namespace straycat::lint
