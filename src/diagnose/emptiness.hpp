// Cells in which a Service had nobody to send to, and what became of those who stood there: what no-endpoints and its
// special causes share.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// Nobody was routable, or the last ones were just going, or the first ones had come so lately that a proxy need not
// know of them yet (on a busy real cluster three requests of 1,249 came within a millisecond).
[[nodiscard]] bool nobody_there(const Case& the_case, const Cell& cell);
// The last of these alone.
[[nodiscard]] bool first_ones_come(const Case& the_case, const Cell& cell);
// The instant whose slices a proxy may have worked with at the cell's last failure: that of the failure itself, or,
// where the first ones had just come, the last one before they came.
[[nodiscard]] std::int64_t known_then(const Case& the_case, const Cell& cell);

// An endpoint as the slices had it at an instant; null when they did not list it.
[[nodiscard]] const history::EndpointState* state_at(const history::Endpoint& endpoint, std::int64_t ns);

// Its slice said of it then that it does not serve, and that it is to be sent to all the same
// (publishNotReadyAddresses).
[[nodiscard]] bool published_unready(const Case& the_case, const history::Endpoint& endpoint, std::int64_t ns);

// The endpoints that were listed then (known_then) whose pods are not on their way out; indices in its view.
[[nodiscard]] std::vector<std::size_t> waiting_at(const Case& the_case, const Cell& cell);
// Their one owner; none when there is none, or several.
[[nodiscard]] std::optional<model::ObjectRef> owner_of(const Case& the_case, const Cell& cell,
                                                       const std::vector<std::size_t>& endpoints);

// When it was last ready before an instant; nothing when it never was.
[[nodiscard]] std::optional<std::int64_t> last_ready_before(const history::Endpoint& endpoint, std::int64_t ns);

// The first sentence of its like that the kubelet wrote of one of these pods ("Readiness probe failed: ..."), or "".
[[nodiscard]] std::string event_of(const Case& the_case, const history::ServiceView& view,
                                   const std::vector<std::size_t>& endpoints, std::string_view reason,
                                   std::string_view beginning);

}  // namespace straycat::diagnose
