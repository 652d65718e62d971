// What the traffic met, as lanes: shares, each failure kind, exact marks, latency.
#pragma once

#include <string>
#include <vector>

#include "report/html/markup.hpp"

namespace straycat::report {

// The lanes of one traffic: outcomes, one for each kind of failure, latency. `columns` at most are drawn over the run.
[[nodiscard]] std::string draw_outcomes(const history::History& history, const history::Traffic& traffic,
                                        const TimeAxis& axis, std::size_t columns);
[[nodiscard]] std::string draw_axis(const TimeAxis& axis);

// The same as a table, in at most `rows` rows, for those who cannot see the picture.
[[nodiscard]] std::string outcomes_table(const history::Traffic& traffic, const TimeAxis& axis, std::size_t rows);

// "44.0 ms after 10.244.0.5 joined"
[[nodiscard]] std::string near_words(const history::ServiceView& view, const history::Nearest& nearest);

}  // namespace straycat::report
