// Revisions of a workload: the hash of the template that a pod was made from.
#pragma once

#include "case.hpp"

namespace straycat::diagnose {

// Deployments' and StatefulSets' pods bear it; "" for others.
[[nodiscard]] std::string revision_of(const Case& the_case, const history::ServiceView& view,
                                      const history::Endpoint& endpoint);
// Its pod was deleted, or was being deleted, at some time of the run.
[[nodiscard]] bool deleted(const Case& the_case, const history::ServiceView& view, const history::Endpoint& endpoint);
// When its deletion was first seen; nothing when it never was.
[[nodiscard]] std::optional<std::int64_t> deleted_at(const Case& the_case, const history::ServiceView& view,
                                                     const history::Endpoint& endpoint);

}  // namespace straycat::diagnose
