// Endpoints at the edges of their lives: new ones that do not answer yet, and such as are just ending. What a rollout
// of a careless workload shows of both at once, early-ready and termination-race own together.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// It joined, did not answer at first, and answered later.
[[nodiscard]] bool answers_only_later(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint);
// Its pod was asked to end about then.
[[nodiscard]] bool is_ending(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint);

// All candidates are new ones (`early`), or all are ending (else); or some are this and some that, and both kinds were
// seen to fail when they were asked directly.
[[nodiscard]] bool at_the_edges(const Case& the_case, const Cell& cell, bool early);

}  // namespace straycat::diagnose
