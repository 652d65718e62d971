// Endpoints of the workload that is meant that fail whenever they are asked directly: what deaf-endpoint and
// bad-revision share.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// The workload of the cell's candidates, when each of them failed directly in this way (three times at least, or as
// often as there was time), never answered from the cell's first failure on, is ready and not about to end or to
// restart, and others of the same workload answered. None else.
[[nodiscard]] std::optional<model::ObjectRef> deaf_owner(const Case& the_case, const Cell& cell);

// The Service's session affinity holds this client on the cell's one candidate: while it fails, this client met nobody
// else, and none of its requests was answered.
[[nodiscard]] bool held_on_one(const Case& the_case, const Cell& cell);

}  // namespace straycat::diagnose
