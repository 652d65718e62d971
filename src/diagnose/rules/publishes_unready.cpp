// The Service publishes addresses that are not ready, and clients are sent to pods that say that they cannot serve yet.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// Its slice says of it that it does not serve, and that it is to be sent to all the same.
bool unready_and_published(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto unserving = [&](std::int64_t ns) {
    const auto* state = state_at(endpoint, ns);
    return state != nullptr && state->ready && !state->serving && !state->terminating;
  };
  // The client's slices may be a little late.
  return unserving(cell.first_ns) || unserving(cell.first_ns + the_case.history.lag.early_ns);
}

bool fits(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto service = the_case.history.service(view.ns, view.service);
  return judgeable(cell) && service && service->publish_not_ready && !cell.candidates.empty() &&
         std::all_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
           return unready_and_published(the_case, cell, the_case.endpoint(cell, index));
         });
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
