// Something between one client and an endpoint refuses or drops its connections (a firewall, a CNI plugin, a route):
// the endpoint serves others meanwhile. No workload is at fault.
#include <fmt/format.h>

#include "diagnose/elsewhere.hpp"
#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// A kubelet that is cut off, or gone with its node, says nothing: that a pod stays ready is its last word for 50 s
// (--node-monitor-grace-period). Who refuses is there.
std::string not_the_pod(const std::string& who, const Cell& cell) {
  if (who != the_kubelet || likeness(cell.kind) != Likeness::no_answer)
    return fmt::format("that endpoint serves {} meanwhile, so it is not the pod that refuses", who);
  return "its kubelet has not said meanwhile that the readiness probe of that port fails, so it is not the pod alone: "
         "the whole node may be cut off, or gone";
}

Ruling path_blocked_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope)
    if (the_case.cells[index].served_elsewhere) book.add(the_case, index, {});
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const Cell& first = the_case.cells[page.cells.front()];
    const auto endpoints = candidates_of(the_case, page.cells);
    const auto& one = view.endpoints[endpoints.front()];
    const std::string to =
        fmt::format("{}{}{}", safe(one.id.display()), one.node.empty() ? "" : " on node " + safe(one.node),
                    endpoints.size() > 1 ? fmt::format(" (and {} more)", endpoints.size() - 1) : "");
    const std::string from = safe(the_case.history.place(the_case.history.traffic[first.traffic].vantage));
    const std::string who = safe(who_is_served(the_case, first));
    ruling.claims.push_back(claim_of(the_case, page, Cause::path_blocked,
                                     fmt::format("The way from {} to {} is blocked ({}): {}.", from, to,
                                                 kinds_in(the_case, page.cells), not_the_pod(who, first))));
    Finding& finding = ruling.claims.back().finding;
    finding.evidence.push_back(
        {"served-elsewhere", Weight::decides,
         fmt::format("reached directly from {} it fails alike, and meanwhile {}", from, not_the_pod(who, first)),
         kubectl_object(view.ns, "get", "pod", one.id.pod, "-o wide"), json::object()});
    finding.no_fix =
        "what lies between the two (a firewall, the network plugin, a policy, a route) is not seen from here";
  }
  ruling.excluded = "no endpoint that could have got a failed request was seen to serve anybody else meanwhile";
  return ruling;
}

}  // namespace

Rule path_blocked_rule() {
  return {
      .cause = Cause::path_blocked, .explains = {Likeness::refused, Likeness::no_answer}, .claim = path_blocked_claim};
}

}  // namespace straycat::diagnose
