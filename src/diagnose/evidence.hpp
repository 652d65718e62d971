// What is printed below a finding: evidence with a line to check each piece, and the rivals with what excluded them.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// For a proven claim, its counts already set. Evidence that every cause has, and what a stray endpoint has beside it.
void add_evidence(const Case& the_case, const Scope& cells, Finding& finding);
// Every other cause that can show as its failures did, asked whether it can explain this finding's failures.
void add_rivals(const Case& the_case, const Scope& cells, Finding& finding);

}  // namespace straycat::diagnose
