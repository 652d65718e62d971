// The lanes of the page: steps, endpoints by workload, outcomes, latency, Events, blind stretches, on one time axis.
#pragma once

#include <string>

#include "report/html/markup.hpp"
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::report {

// All lanes as markup. At most 500 endpoints are drawn one by one (strays first); the rest is counted. `detail` in
// (0, 1] makes them coarser, for pages that hold many runs.
[[nodiscard]] std::string draw_page_lanes(const history::History& history, const diagnose::Verdict& verdict,
                                          const TimeAxis& axis, double detail = 1);

}  // namespace straycat::report
