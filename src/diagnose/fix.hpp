// A change to the stray's manifest that takes its pods out of every Service of the run.
#pragma once

#include "case.hpp"

namespace straycat::diagnose {

// Sets finding.fix, or finding.no_fix with the reason. Only a fix that was evaluated is ever set: with it no Service of
// the run selects the stray's pods, the stray's own selector still does, and the intended workload is selected as
// before.
void propose_fix(const Case& the_case, const Intent& intent, Finding& finding);

}  // namespace straycat::diagnose
