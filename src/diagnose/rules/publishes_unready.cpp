// The Service publishes addresses that are not ready, and clients are sent to pods that say that they cannot serve yet.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// At the cell's first failure; or a moment before, so that nobody need have asked it since.
bool just_unready(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  return std::any_of(endpoint.states.begin(), endpoint.states.end(), [&](const history::EndpointState& state) {
    return state.at.ns <= cell.first_ns && cell.first_ns <= state.at.ns + the_case.history.lag.late_ns &&
           published_unready(the_case, endpoint, state.at.ns - 1);
  });
}

// One of them is published and does not serve, and the others did so until just now: on a busy machine ten of 146
// failed between the first pod's readiness and the next direct request to it.
bool all_published(const Case& the_case, const Cell& cell) {
  std::size_t unready = 0, just = 0;
  for (const auto index : cell.candidates) {
    const auto& endpoint = the_case.endpoint(cell, index);
    if (published_unready(the_case, endpoint, cell.first_ns)) {
      ++unready;
    } else if (just_unready(the_case, cell, endpoint)) {
      ++just;
    }
  }
  return unready > 0 && unready + just == cell.candidates.size();
}

bool fits(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto service = the_case.history.service(view.ns, view.service);
  return judgeable(cell) && service && service->publish_not_ready && all_published(the_case, cell);
}

Ruling publishes_unready_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope)
    if (fits(the_case, the_case.cells[index])) book.add(the_case, index, {});
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::publishes_unready,
        fmt::format("Service/{} sends to pods that say that they are not ready: it is told to publish their addresses.",
                    safe(view.service))));
    Finding& finding = ruling.claims.back().finding;
    finding.workload = model::ObjectRef{"Service", view.ns, view.service, ""};
    finding.evidence.push_back({"published-unready", Weight::decides,
                                "its publishNotReadyAddresses is true, and the slices said of those pods ready and not "
                                "serving when the requests failed",
                                kubectl_object(view.ns, "get", "service", view.service, "-o yaml"), json::object()});
  }
  ruling.excluded = "no endpoint that could have got a failed request was published while its pod was not ready";
  return ruling;
}

void publishes_unready_cure(const Case& the_case, const Scope&, Finding& finding) {
  const auto service = the_case.history.service(finding.ns, finding.service);
  if (service && service->cluster_ip == "None") {
    finding.no_fix =
        "it is headless, and peers may need it to find each other before they are ready: give clients a Service of "
        "their "
        "own without publishNotReadyAddresses";
    return;
  }
  change_service(the_case, json::object({{"publishNotReadyAddresses", false}}),
                 {"with it the slices list pods as ready when they say so themselves, and not before",
                  "it has an address of its own, so no peer finds the others by it"},
                 finding);
}

}  // namespace

Rule publishes_unready_rule() {
  return {.cause = Cause::publishes_unready,
          .explains = any_failure(),
          .claim = publishes_unready_claim,
          .cure = publishes_unready_cure};
}

}  // namespace straycat::diagnose
