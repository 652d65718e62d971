// The lanes of the page: steps, endpoints by workload, outcomes, latency, Events, blind stretches, on one time axis.
#pragma once

#include <string>

#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::report {

// All lanes as markup. At most 2,000 endpoints are drawn one by one (strays first); the rest is counted.
[[nodiscard]] std::string draw_page_lanes(const history::History& history, const diagnose::Verdict& verdict);

}  // namespace straycat::report
