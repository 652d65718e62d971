// Failures while containers of the workload that is meant were down or starting again, and while it had no endpoint for
// that: what crash-loop and its special causes share.
#pragma once

#include "restarts.hpp"
#include "rules.hpp"

namespace straycat::diagnose {

// This workload's endpoints are as late when nothing ends them: outside their restarts none of them answered directly
// in time, and some were late. What ended them explains no such failure then.
[[nodiscard]] bool late_anyway(const Case& the_case, const Cell& cell, const model::ObjectRef& owner);
// Those cells of the scope, by workload. `by`: only those whose pods ended for that (nothing: for any reason but a
// startup probe's, which is never-ready's).
[[nodiscard]] Book ended_in(const Case& the_case, const Scope& scope, EndedBy by);
// " (last end: Error, exit code 3)", or "".
[[nodiscard]] std::string last_end(const Case& the_case, const Book::Page& page);

}  // namespace straycat::diagnose
