// "Readiness probe failed": the message that the person in the story looked for and did not find.
#pragma once

#include <straycat/history/history.hpp>

namespace straycat::diagnose {

// How many such Events were written in the span for pods whose endpoint was ready at that moment (clock error
// included).
[[nodiscard]] std::uint64_t readiness_failures(const history::History& history, history::Span span);

}  // namespace straycat::diagnose
