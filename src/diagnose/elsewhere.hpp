// Endpoints that fail from one place and serve others: something between the two is at fault, and no workload is.
#pragma once

#include <string>
#include <string_view>

#include "case.hpp"

namespace straycat::diagnose {

// Who is served by each of the cell's candidates while this place is refused or not answered by them, directly too: "a
// pod on node2", "the kubelet, whose readiness probe of that port succeeds". "" when one of them serves nobody who is
// known.
inline constexpr std::string_view the_kubelet = "the kubelet, whose readiness probe of that port succeeds";
[[nodiscard]] std::string who_is_served(const Case& the_case, const Cell& cell);

}  // namespace straycat::diagnose
