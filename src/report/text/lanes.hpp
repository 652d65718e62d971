// The run as a picture in characters: one row per endpoint, one for the outcomes, on one time axis.
#pragma once

#include <string>
#include <vector>

#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>
#include <straycat/report/report.hpp>

namespace straycat::report {

// The picture's lines, each at most style.width columns; empty when nothing was seen.
[[nodiscard]] std::vector<std::string> draw_lanes(const history::History& history, const diagnose::Verdict& verdict,
                                                  const TextStyle& style);

}  // namespace straycat::report
