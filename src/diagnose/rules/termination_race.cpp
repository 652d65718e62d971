// Failure mode 9: a pod stops serving before proxies stop sending to it (no preStop, no graceful stop). The failures
// lie between the start of the pod's end and its endpoint's removal, lag included.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/edges.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/time.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

Ruling termination_race_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (owner && at_the_edges(the_case, cell, false) && !last_ones_go(the_case, cell) &&
        !first_ones_come(the_case, cell))
      book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::termination_race,
                 fmt::format("Pods of {} stopped serving before Service/{} stopped sending to them: they ended without "
                             "waiting for their endpoint's removal.",
                             display(page.owner), safe(the_case.history.views[page.view].service))));
  }
  ruling.excluded =
      "no endpoint that could have got a failed request belonged to an ending pod of the intended workload";
  if (!scope.empty() && the_case.history.traffic[the_case.cells[scope.front()].traffic].view) {
    const auto& view = the_case.view_of(the_case.cells[scope.front()]);
    ruling.kubectl = kubectl_slices(view.ns, view.service);
  }
  return ruling;
}

// A sleep before SIGTERM that is longer than any proxy lags, and a grace period that holds it and the requests under
// way.
void termination_race_cure(const Case& the_case, const Scope&, Finding& finding) {
  constexpr std::int64_t sleep = 5;
  json containers = json::array();
  for (const auto& container : containers_of(the_case, finding)) {
    if (container.pre_stop) continue;
    const json hook = json::object({{"preStop", json::object({{"sleep", json::object({{"seconds", sleep}})}})}});
    containers.push_back(json::object({{"name", container.name}, {"lifecycle", hook}}));
  }
  if (containers.empty()) {
    finding.no_fix = fmt::format("the containers have a preStop hook already: it has to wait for {} s at least", sleep);
    return;
  }
  json spec = json::object({{"containers", std::move(containers)}});
  const std::int64_t needed = sleep + longest_answer_s(the_case, finding) + 5;
  if (grace_of(the_case, finding) < needed) spec["terminationGracePeriodSeconds"] = needed;
  change_pods(
      the_case, std::move(spec),
      {fmt::format("a proxy sends to an endpoint for up to {} after it has left ({} and the watch's own lateness); "
                   "{} s of sleep outlast that",
                   in_ms(the_case.history.lag.late_ns), in_ms(second), sleep),
       fmt::format("a grace period of {} s holds the sleep and the requests under way",
                   std::max(needed, grace_of(the_case, finding)))},
      finding);
}

}  // namespace

Rule termination_race_rule() {
  return {.cause = Cause::termination_race,
          .explains = no_answer_at_all(),
          .claim = termination_race_claim,
          .cure = termination_race_cure};
}

}  // namespace straycat::diagnose
