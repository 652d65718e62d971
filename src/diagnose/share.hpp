// The refused share that equal balancing predicts, against what was seen.
#pragma once

#include <optional>

#include "case.hpp"

namespace straycat::diagnose {

// Over the windows of `span` that lie clear of every change of the routable set by the lag, and in which at least one
// of the finding's endpoints was routable. None when there is no such window, or balancing is not per connection.
[[nodiscard]] std::optional<Share> predicted_share(const Case& the_case, const Finding& finding, std::size_t traffic,
                                                   history::Span span);

// Why the finding's endpoints cannot have made the failures that it explains: so few (or so many) attempts failed while
// they stood there that no balancing fits. "" when nothing contradicts it, or nothing is predicted.
[[nodiscard]] std::string contradiction(const Case& the_case, const Finding& finding);

// The finding with the endpoints of every stray that is accused behind the same Service: their shares add up.
[[nodiscard]] Finding with_all_strays(const std::vector<Finding>& findings, const Finding& finding);

}  // namespace straycat::diagnose
