// The Service has endpoints that somebody writes by hand, and a selector beside them: it sends to both, and whoever
// bears the labels by chance gets a share.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/slices.hpp"
#include "diagnose/words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

// The endpoints by hand answer, so it is them that clients expect.
bool handmade_answer(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  return std::any_of(view.endpoints.begin(), view.endpoints.end(), [&](const history::Endpoint& endpoint) {
    return foreign_slice_of(the_case.history, view, endpoint) != nullptr &&
           reached(the_case, view, endpoint, the_case.history.traffic[cell.traffic].name, likeness(cell.kind)).ok > 0;
  });
}

// Those that only the selector put there.
bool only_selected(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  return !cell.candidates.empty() &&
         std::all_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
           return foreign_slice_of(the_case.history, view, view.endpoints[index]) == nullptr;
         });
}

Ruling selector_unwanted_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell)) continue;
    const auto& view = the_case.view_of(cell);
    const auto service = the_case.history.service(view.ns, view.service);
    if (service && !service->selector.empty() && only_selected(the_case, cell) && handmade_answer(the_case, cell))
      book.add(the_case, index, {});
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto service = the_case.history.service(view.ns, view.service);
    const auto* slice = foreign_slices(the_case.history, view).front();
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::selector_unwanted,
        fmt::format("Service/{} has endpoints that somebody writes by hand (slice {}) and a selector ({}) beside "
                    "them: it also sends to the pods that bear these labels, and they fail ({}).",
                    safe(view.service), safe(slice->meta.name), safe(model::to_string(service->selector)),
                    kinds_in(the_case, page.cells))));
    Finding& finding = ruling.claims.back().finding;
    finding.workload = model::ObjectRef{"Service", view.ns, view.service, ""};
    finding.evidence.push_back(
        {"written-by-hand", Weight::decides,
         fmt::format("slice {} is kept by no controller of Kubernetes, and its endpoints answer when reached directly",
                     safe(slice->meta.name)),
         kubectl_slices(view.ns, view.service), json::object()});
  }
  ruling.excluded = "the Service has no selector beside endpoints that are written by hand";
  return ruling;
}

void selector_unwanted_cure(const Case& the_case, const Scope&, Finding& finding) {
  const std::string name = safe(finding.service);
  change_object(
      the_case, {"Service", finding.service, ""}, json::object({{"spec", json::object({{"selector", nullptr}})}}),
      {"Take the selector out of the Service's manifest.",
       fmt::format("Apply it, and delete the slices of Service/{} that the controller made: it leaves them as they "
                   "are.",
                   name)},
      {"the slice that is written by hand stays, and its endpoints answer",
       "no label of any pod changes, so no other selector matches more or fewer"},
      finding);
}

}  // namespace

Rule selector_unwanted_rule() {
  return {.cause = Cause::selector_unwanted,
          .explains = any_failure(),
          .claim = selector_unwanted_claim,
          .cure = selector_unwanted_cure};
}

}  // namespace straycat::diagnose
