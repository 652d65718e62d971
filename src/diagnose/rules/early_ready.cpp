// Failure mode 8: a new pod is ready (no readiness probe, or one that asks too little) before it answers. The failures
// begin with the endpoint's joining and end by themselves: later the same endpoint answers directly.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

bool answers_only_later(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto& view = the_case.view_of(cell);
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  if (cell.restarting) return false;
  for (const auto& stay : endpoint.memberships) {
    const auto may = may_route(the_case.history, view, stay);
    if (stay.open_start || !may.contains(cell.first_ns) || !may.contains(cell.last_ns)) continue;
    bool before = false;
    bool after = false;
    for (const DirectProbe& probe : endpoint.probes) {
      if (!probe.ok || probe.traffic != traffic) continue;
      before = before || (probe.started_ns >= may.from && probe.started_ns < cell.first_ns);
      after = after || probe.started_ns >= cell.last_ns;
    }
    if (!before && after) return true;
  }
  return false;
}

Ruling claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    const auto early = [&](std::size_t one) {
      return answers_only_later(the_case, cell, the_case.endpoint(cell, one));
    };
    if (owner && std::all_of(cell.candidates.begin(), cell.candidates.end(), early)) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::early_ready,
                 fmt::format("New pods of {} were ready before they answered: Service/{} sent to them too early.",
                             display(page.owner), safe(the_case.history.views[page.view].service))));
  }
  ruling.excluded = "no endpoint that could have got a failed request began to answer later";
  return ruling;
}

}  // namespace

Rule early_ready_rule() { return {.cause = Cause::early_ready, .explains = any_failure(), .claim = claim}; }

}  // namespace straycat::diagnose
