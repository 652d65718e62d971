// A slice that no controller keeps names an address at which nobody is: no pod has it, and it never answers.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/slices.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

bool a_pod_has(const history::History& history, const std::string& address) {
  return std::any_of(history.pods.begin(), history.pods.end(), [&](const auto& entry) {
    return std::any_of(entry.second.versions.begin(), entry.second.versions.end(),
                       [&](const auto& version) { return version.object && version.object->pod_ip == address; });
  });
}

bool dead(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto& view = the_case.view_of(cell);
  const auto direct =
      reached(the_case, view, endpoint, the_case.history.traffic[cell.traffic].name, likeness(cell.kind));
  return direct.ok == 0 && direct.failed_alike + direct.failed_kindred > 0 &&
         !a_pod_has(the_case.history, endpoint.id.address) &&
         foreign_slice_of(the_case.history, view, endpoint) != nullptr;
}

Ruling stale_slice_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell) || cell.candidates.empty()) continue;
    const bool all = std::all_of(cell.candidates.begin(), cell.candidates.end(),
                                 [&](std::size_t one) { return dead(the_case, cell, the_case.endpoint(cell, one)); });
    if (!all || !the_case.history.covered("pods", {cell.first_ns, cell.last_ns})) continue;
    const auto& view = the_case.view_of(cell);
    const auto* slice = foreign_slice_of(the_case.history, view, the_case.endpoint(cell, cell.candidates.front()));
    book.add(the_case, index, {"EndpointSlice", view.ns, slice->meta.name, slice->meta.uid});
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    Claim claim{{}, page.cells};
    Finding& finding = claim.finding;
    finding.cause = Cause::stale_slice;
    finding.ns = view.ns;
    finding.service = view.service;
    finding.workload = page.owner;
    std::string addresses;
    for (const auto index : candidates_of(the_case, page.cells)) {
      AccusedEndpoint one{view.endpoints[index].id, view.ns, {}, 0, 0};
      for (const auto& stay : view.endpoints[index].memberships) one.routable.push_back({stay.from, stay.to});
      finding.endpoints.push_back(std::move(one));
      addresses += (addresses.empty() ? "" : ", ") + safe(view.endpoints[index].id.address);
    }
    finding.sentence = fmt::format(
        "Slice {} of Service/{} names {}, an address that no pod has and that never answers; no controller keeps that "
        "slice.",
        safe(page.owner.name), safe(view.service), addresses);
    ruling.claims.push_back(std::move(claim));
  }
  ruling.excluded = "no slice that is kept by hand names an address that no pod has and that never answers";
  return ruling;
}

// The slice without the dead addresses; its last one is not taken away.
void stale_slice_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  const auto& view = the_case.view_of(the_case.cells[cells.front()]);
  for (const auto* slice : foreign_slices(the_case.history, view)) {
    if (slice->meta.name != finding.workload->name) continue;
    json kept = json::array();
    for (const auto& one : slice->endpoints) {
      const bool gone = std::any_of(finding.endpoints.begin(), finding.endpoints.end(), [&](const auto& accused) {
        return !one.addresses.empty() && accused.id.address == one.addresses.front();
      });
      if (gone) continue;
      json endpoint = json::object({{"addresses", one.addresses}});
      if (one.ready) endpoint["conditions"]["ready"] = *one.ready;
      if (!one.node.empty()) endpoint["nodeName"] = one.node;
      if (!one.zone.empty()) endpoint["zone"] = one.zone;
      if (!one.pod.empty()) endpoint["targetRef"] = json::object({{"kind", "Pod"}, {"name", one.pod}});
      kept.push_back(std::move(endpoint));
    }
    if (kept.empty()) break;
    change_object(the_case, {"EndpointSlice", slice->meta.name, ""}, json::object({{"endpoints", std::move(kept)}}),
                  {"Take the address out of the slice as above, where it is written.", "Apply it."},
                  {"no pod of the run ever had the address, and no request to it was answered",
                   "the slice's other addresses stay as they are"},
                  finding);
    return;
  }
  finding.no_fix = "the slice names no other address: who keeps it has to say where the Service is to send";
}

}  // namespace

Rule stale_slice_rule() {
  return {.cause = Cause::stale_slice,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = stale_slice_claim,
          .cure = stale_slice_cure};
}

}  // namespace straycat::diagnose
