// What a reader should know beside a verdict: how much of the log could be read, and what was left out.
#pragma once

#include "case.hpp"

namespace straycat::diagnose {

void add_notes(const Case& the_case, Verdict& verdict);

}  // namespace straycat::diagnose
