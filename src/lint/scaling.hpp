// What autoscalers count, and what they scale: shared by several rules.
#pragma once

#include "lint/rules.hpp"

namespace straycat::lint {

enum class Counted { workloads, tests };
[[nodiscard]] std::vector<Flaw> uncounted_flaws(const World& world, Counted which);

// Autoscalers whose target is surely missing; those for which something with a near name is there, or the others.
enum class Missing { near, far };
[[nodiscard]] std::vector<Flaw> missing_targets(const World& world, Missing which);

}  // namespace straycat::lint
