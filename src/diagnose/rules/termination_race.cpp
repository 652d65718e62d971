// Failure mode 9: a pod stops serving before proxies stop sending to it (no preStop, no graceful stop). The failures
// lie between the start of the pod's end and its endpoint's removal, lag included.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// A pod's end may begin this long before its slice says so: kubelet, pod status and endpoint controller take their
// time.
constexpr std::int64_t notice = 2'000'000'000;

bool slice_says(const history::Endpoint& endpoint, const Cell& cell) {
  return std::any_of(endpoint.states.begin(), endpoint.states.end(), [&](const history::EndpointState& state) {
    return state.terminating && state.at.ns - notice <= cell.first_ns && state.at.ns <= cell.last_ns + notice;
  });
}

bool pod_says(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto* pod = the_case.history.pod(the_case.view_of(cell).ns, endpoint.id.pod, endpoint.id.uid);
  if (pod == nullptr) return false;
  return std::any_of(pod->versions.begin(), pod->versions.end(), [&](const history::Version<model::Pod>& version) {
    const bool ending = !version.object || version.object->meta.deletion_wall_ns != 0;
    return ending && version.at.bounded() && version.at.earliest() - notice <= cell.first_ns &&
           version.at.latest() <= cell.last_ns + notice;
  });
}

bool all_ending(const Case& the_case, const Cell& cell) {
  return std::all_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    const auto& endpoint = the_case.endpoint(cell, index);
    return slice_says(endpoint, cell) || pod_says(the_case, cell, endpoint);
  });
}

Ruling claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (owner && all_ending(the_case, cell) && !last_ones_go(the_case, cell)) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::termination_race,
                 fmt::format("Pods of {} stopped serving before Service/{} stopped sending to them: they ended without "
                             "waiting for their endpoint's removal.",
                             display(page.owner), safe(the_case.history.views[page.view].service))));
  }
  ruling.excluded =
      "no endpoint that could have got a failed request belonged to an ending pod of the intended workload";
  if (!scope.empty() && the_case.history.traffic[the_case.cells[scope.front()].traffic].view) {
    const auto& view = the_case.view_of(the_case.cells[scope.front()]);
    ruling.kubectl = kubectl_slices(view.ns, view.service);
  }
  return ruling;
}

}  // namespace

Rule termination_race_rule() {
  return {.cause = Cause::termination_race, .explains = no_answer_at_all(), .claim = claim};
}

}  // namespace straycat::diagnose
