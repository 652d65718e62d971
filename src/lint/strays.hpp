// What comes and goes behind a Service that is for what stands: three rules see a part of it each.
#pragma once

#include "lint/rules.hpp"

namespace straycat::lint {

enum class Strays { jobs, tests, latent };
[[nodiscard]] std::vector<Flaw> stray_flaws(const World& world, Strays which);

}  // namespace straycat::lint
