// The Service selects pods, and none of the workload that it is for.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/selection.hpp"
#include "diagnose/words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

Ruling selector_misses_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (other_owners(the_case, cell).empty()) continue;
    const Intent& intent = the_case.intent_of(cell);
    const bool certain = intent.given() || intent.sure == finding::Sure::clear;
    if (certain && selects_none_meant(the_case, the_case.view_of(cell), intent)) book.add(the_case, index, {});
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const Intent& intent = the_case.intents[page.view];
    const auto service = the_case.history.service(view.ns, view.service);
    std::string others;
    for (const auto& owner : other_owners(the_case, the_case.cells[page.cells.front()]))
      others += (others.empty() ? "" : " and ") + display(owner);
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::selector_misses,
        fmt::format("Service/{} selects ({}) the pods of {}, and none of {}, for which it is made: its clients get "
                    "what those answer ({}).",
                    safe(view.service), safe(model::to_string(service->selector)), others, intent.names(),
                    kinds_in(the_case, page.cells))));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.workload = model::ObjectRef{"Service", view.ns, view.service, ""};
    finding.evidence.push_back(
        {"meant-for", Weight::decides,
         fmt::format("Service/{} is meant for {}: {}", safe(view.service), intent.names(), intent.told()),
         kubectl_list(view.ns, "pods", service->selector, "--show-labels"), json::object()});
  }
  ruling.excluded = "the Service's selector matches the workload that it is for";
  return ruling;
}

void selector_misses_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  select_the_meant(the_case, the_case.intent_of(the_case.cells[cells.front()]), finding);
}

}  // namespace

Rule selector_misses_rule() {
  return {.cause = Cause::selector_misses,
          .explains = any_failure(),
          .claim = selector_misses_claim,
          .cure = selector_misses_cure};
}

}  // namespace straycat::diagnose
