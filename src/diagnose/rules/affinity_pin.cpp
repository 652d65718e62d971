// Session affinity holds this client on one endpoint, and that one fails whenever it is asked; others of the same
// workload answer, and this client never meets them.
#include <fmt/format.h>

#include "diagnose/deaf.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

Ruling affinity_pin_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const auto owner = deaf_owner(the_case, the_case.cells[index]);
    if (owner && held_on_one(the_case, the_case.cells[index])) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto& endpoint = view.endpoints[candidates_of(the_case, page.cells).front()];
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::affinity_pin,
        fmt::format(
            "Service/{} holds this client on pod {} of {} (sessionAffinity ClientIP), and that pod fails whenever "
            "it is asked ({}); other pods of the same workload answer, and this client is not sent to them.",
            safe(view.service), safe(endpoint.id.pod), display(page.owner), kinds_in(the_case, page.cells))));
    Finding& finding = ruling.claims.back().finding;
    finding.evidence.push_back({"affinity", Weight::decides,
                                "the Service's sessionAffinity is ClientIP, and no request of this client was answered "
                                "while that pod failed",
                                kubectl_object(view.ns, "get", "Service", view.service, "-o yaml"), json::object()});
    finding.no_fix =
        "what is wrong with that pod is not known from outside; a readiness probe that asks for what clients ask would "
        "take it out of the Service, and its clients would be sent to others";
  }
  ruling.excluded = "the Service has no session affinity, or the client met more than one endpoint";
  return ruling;
}

}  // namespace

Rule affinity_pin_rule() {
  return {.cause = Cause::affinity_pin, .explains = any_failure(), .claim = affinity_pin_claim};
}

}  // namespace straycat::diagnose
