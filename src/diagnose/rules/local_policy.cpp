// The Service's traffic policy is Local, and there is no endpoint of it on the client's node.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// All endpoints that were routable then stand on other nodes than the client's; their nodes, or none.
std::vector<std::string> elsewhere(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto* vantage = the_case.history.vantage(the_case.history.traffic[cell.traffic].vantage);
  if (vantage == nullptr || vantage->record.node.empty()) return {};
  std::vector<std::string> nodes;
  for (const auto& endpoint : view.endpoints) {
    if (!may_be_routable(the_case.history, view, endpoint, cell.first_ns)) continue;
    if (endpoint.node.empty() || endpoint.node == vantage->record.node) return {};
    if (std::find(nodes.begin(), nodes.end(), endpoint.node) == nodes.end()) nodes.push_back(endpoint.node);
  }
  return nodes;
}

bool local(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto service = the_case.history.service(view.ns, view.service);
  return judgeable(cell) && service && service->internal_traffic_policy == "Local" &&
         !elsewhere(the_case, cell).empty();
}

Ruling local_policy_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope)
    if (local(the_case, the_case.cells[index])) book.add(the_case, index, {});
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const Cell& first = the_case.cells[page.cells.front()];
    std::string nodes;
    for (const auto& node : elsewhere(the_case, first)) nodes += (nodes.empty() ? "" : ", ") + safe(node);
    const auto* vantage = the_case.history.vantage(the_case.history.traffic[first.traffic].vantage);
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::local_policy,
        fmt::format("Service/{} sends clients to endpoints on their own node only (internalTrafficPolicy Local), and "
                    "on {} there is none: all of them stand on {}.",
                    safe(view.service), safe(vantage->record.node), nodes)));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.workload = model::ObjectRef{"Service", view.ns, view.service, ""};
  }
  ruling.excluded = "the Service's traffic policy is not Local, or there is an endpoint on the client's node";
  return ruling;
}

void local_policy_cure(const Case& the_case, const Scope&, Finding& finding) {
  change_service(the_case, json::object({{"internalTrafficPolicy", "Cluster"}}),
                 {"the endpoints on the other nodes are ready", "a pod on each node would do as well"}, finding);
}

}  // namespace

Rule local_policy_rule() {
  return {.cause = Cause::local_policy,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = local_policy_claim,
          .cure = local_policy_cure};
}

}  // namespace straycat::diagnose
