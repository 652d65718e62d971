// Failure mode 23: containers of the intended workload crash (or are killed) between two readiness probes.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

std::string last_words(const Case& the_case, const Book::Page& page) {
  const auto& view = the_case.history.views[page.view];
  for (const auto index : candidates_of(the_case, page.cells)) {
    const auto* pod = pod_of(the_case.history, view, view.endpoints[index]);
    if (pod == nullptr) continue;
    for (const auto& status : pod->statuses) {
      if (!status.last_reason.empty())
        return fmt::format(" (last end: {}, exit code {})", safe(status.last_reason), status.last_exit_code);
    }
  }
  return {};
}

Ruling claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (owner && cell.restarting) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::crash_loop,
                 fmt::format("Containers of {} restarted while Service/{} sent to them{}.", display(page.owner),
                             safe(the_case.history.views[page.view].service), last_words(the_case, page))));
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

Rule crash_loop_rule() { return {.cause = Cause::crash_loop, .explains = no_answer_at_all(), .claim = claim}; }

}  // namespace straycat::diagnose
