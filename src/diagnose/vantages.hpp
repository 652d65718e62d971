// One cluster seen from several places: findings that are one, and whether a cause shows everywhere.
#pragma once

#include <vector>

#include "case.hpp"

namespace straycat::diagnose {

// Whether two traffics go to the same port of the same Service. Both need a view.
[[nodiscard]] bool same_port(const history::History& history, const history::Traffic& a, const history::Traffic& b);
// Findings of one cause and workload that several places saw become one (the first of them, with all counts); with more
// than one place, each finding says how each place fared while it lasted.
void join_vantages(const Case& the_case, std::vector<Finding>& findings);
// Each Service's intent once, though several places look at it.
[[nodiscard]] std::vector<Intent> told_once(const std::vector<Intent>& intents);

}  // namespace straycat::diagnose
