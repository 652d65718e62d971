// Failure mode 8: a new pod is ready (no readiness probe, or one that asks too little) before it answers. The failures
// begin with the endpoint's joining and end by themselves: later the same endpoint answers directly.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/edges.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// Who says that it is not ready is not ready too early, whoever else may have got the request.
bool one_said_so(const Case& the_case, const Cell& cell) {
  return std::any_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    return published_unready(the_case, the_case.endpoint(cell, index), cell.first_ns);
  });
}

Ruling early_ready_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (owner && at_the_edges(the_case, cell, true) && !one_said_so(the_case, cell)) book.add(the_case, index, *owner);
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

// A probe on the port that answers: what it would have held back was seen.
void early_ready_cure(const Case& the_case, const Scope&, Finding& finding) {
  if (finding.endpoints.empty() || finding.endpoints.front().id.port == 0) return;
  const int port = finding.endpoints.front().id.port;
  const auto containers = containers_of(the_case, finding);
  const auto* container = container_at(containers, port);
  if (container == nullptr || container->readiness) {
    finding.no_fix = container == nullptr
                         ? "which of the pods' containers serves that port cannot be told"
                         : fmt::format(
                               "the pods have a readiness probe, and it asks for less than clients do: let it ask on "
                               "port {} for what they ask",
                               port);
    return;
  }
  json probe =
      json::object({{"tcpSocket", json::object({{"port", port}})}, {"periodSeconds", 1}, {"timeoutSeconds", 2}});
  json one = json::object({{"name", container->name}, {"readinessProbe", std::move(probe)}});
  change_pods(
      the_case, json::object({{"containers", json::array({std::move(one)})}}),
      {fmt::format("container {} has no readiness probe; the pods answered on port {} when reached directly, only "
                   "later than they were ready",
                   safe(container->name), port)},
      finding);
}

}  // namespace

Rule early_ready_rule() {
  return {.cause = Cause::early_ready, .explains = any_failure(), .claim = early_ready_claim, .cure = early_ready_cure};
}

}  // namespace straycat::diagnose
