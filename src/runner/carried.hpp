// What the EndpointSlices do not tell the data plane yet. Pure; private to `runner`.
#pragma once

#include <string>

#include "runner/world.hpp"
#include <straycat/plan/plan.hpp>

namespace straycat::runner {

// The first ready pod that a Service of the plan's traffic selects and whose slices do not name: "Pod/sayhi-x is ready
// and no EndpointSlice of Service/sayhi names it". "" when each is named, or no such Service is there.
[[nodiscard]] std::string ready_but_not_listed(const World& world, const plan::Plan& plan);

}  // namespace straycat::runner
