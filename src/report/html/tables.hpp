// The page below its first screen: everything that the picture shows, and what it cannot, as tables.
#pragma once

#include <string>

#include "report/html/markup.hpp"
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::report {

[[nodiscard]] std::string phases_section(const diagnose::Verdict& verdict);
[[nodiscard]] std::string bursts_section(const history::History& history, const TimeAxis& axis);
[[nodiscard]] std::string list_section(std::string_view id, const char* title, const std::vector<std::string>& items);
[[nodiscard]] std::string story_section(const history::History& history, const diagnose::Verdict& verdict,
                                        const TimeAxis& axis);
// Endpoints, requests over time, steps, Events: a table behind every lane.
[[nodiscard]] std::string picture_tables(const history::History& history, const diagnose::Verdict& verdict,
                                         const TimeAxis& axis);
[[nodiscard]] std::string plan_section(const history::History& history);
[[nodiscard]] std::string coverage_section(const history::History& history);

}  // namespace straycat::report
