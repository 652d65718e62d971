// Failure mode 23: containers of the intended workload crash (or are killed) between two readiness probes.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

bool all_restarted(const Case& the_case, const Cell& cell) {
  return std::all_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    return restarts(the_case.history, the_case.view_of(cell), the_case.endpoint(cell, index)) > 0;
  });
}

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
    if (owner && all_restarted(the_case, cell)) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::crash_loop,
                 fmt::format("Containers of {} restarted while Service/{} sent to them{}.", display(page.owner),
                             safe(the_case.history.views[page.view].service), last_words(the_case, page))));
  }
  ruling.excluded =
      "no endpoint that could have got a failed request belongs to a pod of the intended workload that restarted";
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
