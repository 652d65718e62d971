// Failure mode 23: containers of the intended workload crash (or are killed) between two readiness probes.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/ends.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

Ruling crash_loop_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = ended_in(the_case, scope, EndedBy::nothing);
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::crash_loop,
                 fmt::format("Containers of {} restarted while Service/{} sent to them{}.", display(page.owner),
                             safe(the_case.history.views[page.view].service), last_end(the_case, page))));
  }
  ruling.excluded =
      "no container of an endpoint of the intended workload that could have got a failed request had just restarted";
  if (!scope.empty() && the_case.history.traffic[the_case.cells[scope.front()].traffic].view) {
    const auto& view = the_case.view_of(the_case.cells[scope.front()]);
    const auto service = the_case.history.service(view.ns, view.service);
    if (service) ruling.kubectl = kubectl_list(view.ns, "pods", service->selector, "-o wide");
  }
  return ruling;
}

}  // namespace

Rule crash_loop_rule() {
  return {.cause = Cause::crash_loop, .explains = no_answer_at_all(), .claim = crash_loop_claim};
}

}  // namespace straycat::diagnose
