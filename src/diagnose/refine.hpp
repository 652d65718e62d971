// Special causes beside general ones: which of two claims to the same failures is the cause, and which only how it
// showed.
#pragma once

#include <vector>

#include "rules.hpp"

namespace straycat::diagnose {

// A cause is proven by at least so many failures: one or two prove a moment, not a cause.
inline constexpr std::uint64_t fewest_failures = 3;

// A special cause takes the cells that it shares with a general one (finding::refines), and tells that one as how it
// showed; a general claim without cells goes. Before claims are counted: else the two would share every failure, and
// neither were proven. A special claim that is too small to be proven takes nothing.
void settle_refined(const Case& the_case, std::vector<Claim>& claims);

}  // namespace straycat::diagnose
