// The lanes of one traffic: outcomes and latency; and the axis.
#pragma once

#include <string>

#include "report/html/markup.hpp"
#include <straycat/history/history.hpp>

namespace straycat::report {

// Outcomes (share that failed, a mark for each kept failure where they are few) and latency (p50, p99, max of the
// successes, with the prober's own lateness), at most 1,200 columns whatever the run's length.
[[nodiscard]] std::string draw_outcomes(const history::History& history, const history::Traffic& traffic,
                                        const TimeAxis& axis);
[[nodiscard]] std::string draw_axis(const TimeAxis& axis);

}  // namespace straycat::report
