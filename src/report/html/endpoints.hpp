// The lanes of endpoints, grouped by the workload that owns them, strays apart.
#pragma once

#include <string>

#include "report/html/markup.hpp"
#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

// At most `room` endpoints are drawn, and `room` becomes what is left; strays come last but are never crowded out.
[[nodiscard]] std::string draw_endpoints(const history::History& history, const history::ServiceView& view,
                                         const diagnose::Verdict& verdict, const TimeAxis& axis, std::size_t& room);

}  // namespace straycat::report
