// Slices that no controller keeps, as a view's clock saw them.
#pragma once

#include "case.hpp"

namespace straycat::diagnose {

// Those of the view's Service that neither of Kubernetes' own controllers keeps, each as it was last seen.
[[nodiscard]] std::vector<const model::EndpointSlice*> foreign_slices(const history::History& history,
                                                                      const history::ServiceView& view);
// The foreign slice that names this endpoint; null when none does.
[[nodiscard]] const model::EndpointSlice* foreign_slice_of(const history::History& history,
                                                           const history::ServiceView& view,
                                                           const history::Endpoint& endpoint);

}  // namespace straycat::diagnose
