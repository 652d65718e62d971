// What each phase of the scenario showed, and the expectations checked against it.
#pragma once

#include <vector>

#include "case.hpp"

namespace straycat::diagnose {

// Fewer attempts than this show nothing: a share of 1/10 stays unseen by 30 attempts once in 24 times.
inline constexpr std::uint64_t fewest_attempts = 30;

[[nodiscard]] std::vector<PhaseReport> report_phases(const Case& the_case, const std::vector<Finding>& findings);
// Checks plan.expect, and sets verdict.exit_code.
void check_expectations(const Case& the_case, Verdict& verdict);

}  // namespace straycat::diagnose
