// Failures while containers of the workload that is meant were down or starting again, and while it had no endpoint for
// that: what crash-loop and its special causes share.
#pragma once

#include "restarts.hpp"
#include "rules.hpp"

namespace straycat::diagnose {

// Those cells of the scope, by workload. `by`: only those whose pods ended for that (nothing: for any reason but a
// startup probe's, which is never-ready's).
[[nodiscard]] Book ended_in(const Case& the_case, const Scope& scope, EndedBy by);
// " (last end: Error, exit code 3)", or "".
[[nodiscard]] std::string last_end(const Case& the_case, const Book::Page& page);

}  // namespace straycat::diagnose
