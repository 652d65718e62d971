#include "slices.hpp"

#include <algorithm>

#include <straycat/finding/shape.hpp>

namespace straycat::diagnose {

std::vector<const model::EndpointSlice*> foreign_slices(const history::History& history,
                                                        const history::ServiceView& view) {
  std::vector<const model::EndpointSlice*> result;
  const auto slices = history.slices.find(view.clock);
  if (slices == history.slices.end()) return result;
  for (const auto& [key, timeline] : slices->second) {
    const bool its = timeline.last && timeline.last->service == view.service && timeline.last->meta.ns == view.ns;
    if (its && !finding::is_kept(*timeline.last)) result.push_back(&*timeline.last);
  }
  return result;
}

const model::EndpointSlice* foreign_slice_of(const history::History& history, const history::ServiceView& view,
                                             const history::Endpoint& endpoint) {
  for (const auto* slice : foreign_slices(history, view)) {
    const bool names = std::any_of(slice->endpoints.begin(), slice->endpoints.end(), [&](const model::Endpoint& one) {
      return !one.addresses.empty() && one.addresses.front() == endpoint.id.address;
    });
    if (names) return slice;
  }
  return nullptr;
}

}  // namespace straycat::diagnose
