// What comparing two runs gave, for people and programs.
#pragma once

#include <string>

#include <straycat/compare/compare.hpp>
#include <straycat/report/report.hpp>

namespace straycat::report {

// A line for each figure, what was noted, and the answer as the last line.
[[nodiscard]] std::string render_compare(const Compared& before, const Compared& after,
                                         const compare::Comparison& comparison, const TextStyle& style);
[[nodiscard]] std::string render_compare_markdown(const Compared& before, const Compared& after);
// "straycat.compare/1", with the names of both runs.
[[nodiscard]] nlohmann::json render_compare_json(const Compared& before, const Compared& after);

}  // namespace straycat::report
