// Whether a Service selects the workload that it is for, and which selector would.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// It is known whom the Service is for, and its selector matches none of them, though it has one.
[[nodiscard]] bool selects_none_meant(const Case& the_case, const history::ServiceView& view, const Intent& intent);
// The selector with the values that the pods of the one meant workload carry: sets finding.fix when it then selects
// them and nobody else; else finding.no_fix.
void select_the_meant(const Case& the_case, const Intent& intent, Finding& finding);

}  // namespace straycat::diagnose
