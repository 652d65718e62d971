// What direct probes clear an endpoint of: stretches in which it cannot have made failures of one likeness.
#pragma once

#include "case.hpp"

namespace straycat::diagnose {

// Spans less others; both sorted and free of overlaps.
[[nodiscard]] std::vector<history::Span> without(const std::vector<history::Span>& spans,
                                                 const std::vector<history::Span>& holes);
[[nodiscard]] std::vector<history::Span> cleared(const history::History& history, const history::ServiceView& view,
                                                 const history::Endpoint& endpoint, const std::string& traffic,
                                                 Likeness like);

}  // namespace straycat::diagnose
