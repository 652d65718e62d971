// What a ServiceMonitor or PodMonitor would scrape.
#pragma once

#include "lint/rules.hpp"

namespace straycat::lint {

// The Services that it selects and that are known; doubtful ones count.
[[nodiscard]] std::vector<const ServiceFact*> watched_services(const World& world, const Monitor& monitor);
// Whether its namespaces are, or include, that of the thing.
[[nodiscard]] bool in_reach(const Monitor& monitor, const Thing& thing);

}  // namespace straycat::lint
