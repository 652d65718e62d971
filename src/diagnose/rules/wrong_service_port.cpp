// The client dials a port that the Service does not have: no proxy knows of it, whoever stands behind the Service.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

bool has_port(const model::Service& service, int port) {
  return std::any_of(service.ports.begin(), service.ports.end(),
                     [&](const model::ServicePort& one) { return one.port == port; });
}

// Every version of the Service that the log knows, from before the cell to its end. Without one nothing is known.
bool never_had(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  bool known = false;
  for (const auto& [key, timeline] : the_case.history.services) {
    if (!timeline.last || timeline.last->meta.ns != view.ns || timeline.last->meta.name != view.service) continue;
    for (const auto& version : timeline.versions) {
      if (!version.object) continue;
      // A headless one has no proxy before it: its pods are dialled as they are.
      if (version.object->cluster_ip == "None" || has_port(*version.object, view.service_port)) return false;
      known = true;
    }
  }
  return known;
}

bool nothing_succeeded(const Case& the_case, const Cell& cell) {
  return the_case.history.traffic[cell.traffic].totals.ok == 0;
}

std::string ports_of(const Case& the_case, const history::ServiceView& view) {
  std::string out;
  if (const auto service = the_case.history.service(view.ns, view.service))
    for (const auto& port : service->ports) out += (out.empty() ? "" : ", ") + std::to_string(port.port);
  return out.empty() ? "none" : out;
}

Ruling wrong_service_port_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (judgeable(cell) && never_had(the_case, cell) && nothing_succeeded(the_case, cell))
      book.add(the_case, index, {});
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::wrong_service_port,
                 fmt::format("The client dials port {} of Service/{}, which has {}: the URL's port is wrong.",
                             view.service_port, safe(view.service), ports_of(the_case, view))));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.evidence.push_back({"ports", Weight::decides,
                                fmt::format("Service/{} has no port {}, at no time of the run; it has {}",
                                            safe(view.service), view.service_port, ports_of(the_case, view)),
                                kubectl_object(view.ns, "get", "service", view.service, "-o wide"), json::object()});
    finding.no_fix =
        fmt::format("the client's URL is to be changed, to the port that is there ({})", ports_of(the_case, view));
  }
  ruling.excluded = "the Service has the port that the client dials";
  return ruling;
}

}  // namespace

Rule wrong_service_port_rule() {
  return {.cause = Cause::wrong_service_port,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = wrong_service_port_claim};
}

}  // namespace straycat::diagnose
