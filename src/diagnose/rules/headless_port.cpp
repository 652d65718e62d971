// A headless Service has no proxy that translates its port: a client that dials it reaches the pods' own port of that
// number, where nobody listens.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/manifests.hpp"
#include "diagnose/words.hpp"
#include <straycat/core/json_access.hpp>

namespace straycat::diagnose {
namespace {

// The port of its endpoints, where it is another than the one that is dialled; 0: none, or they differ.
int other_port(const history::ServiceView& view) {
  int port = 0;
  for (const auto& endpoint : view.endpoints) {
    if (endpoint.id.port == 0) continue;
    if (port != 0 && endpoint.id.port != port) return 0;
    port = endpoint.id.port;
  }
  return port == view.service_port ? 0 : port;
}

bool untranslated(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto service = the_case.history.service(view.ns, view.service);
  return service && service->cluster_ip == "None" && other_port(view) != 0 &&
         the_case.history.traffic[cell.traffic].totals.ok == 0;
}

// On the endpoints' own port they answer: else it is not the translation alone.
std::uint64_t answered(const Case& the_case, const Cell& cell) {
  std::uint64_t ok = 0;
  for (const auto& endpoint : the_case.view_of(cell).endpoints)
    ok += reached(the_case, the_case.view_of(cell), endpoint, the_case.history.traffic[cell.traffic].name,
                  likeness(cell.kind))
              .ok;
  return ok;
}

Ruling headless_port_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell) || !untranslated(the_case, cell)) continue;
    if (answered(the_case, cell) > 0) {
      book.add(the_case, index, {});
    } else if (ruling.open.empty()) {
      ruling.open.emplace_back(
          "the Service is headless and its port is not the pods', but they were not seen to answer on their own "
          "either");
    }
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const int port = other_port(view);
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::headless_port,
        fmt::format("Service/{} is headless, so nobody translates its port {} to the pods' {}: clients that dial "
                    "{} reach a port on which nobody listens.",
                    safe(view.service), view.service_port, port, view.service_port)));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.workload = model::ObjectRef{"Service", view.ns, view.service, ""};
    finding.evidence.push_back(
        {"headless", Weight::decides,
         fmt::format("its clusterIP is None, its port {}, and the endpoints' port {}, on which they "
                     "answer when reached directly",
                     view.service_port, port),
         kubectl_object(view.ns, "get", "service", view.service, "-o yaml"), json::object()});
  }
  ruling.excluded = "the Service is not headless, or its port is the pods'";
  return ruling;
}

// A StatefulSet takes its pods' names from a headless Service.
bool names_pods(const Case& the_case, const std::string& service) {
  if (!the_case.history.plan) return false;
  for (const auto& step : the_case.history.plan->steps)
    for (const auto& manifest : plan::manifests_of(step.action))
      if (text_at(manifest.object, {"spec", "serviceName"}) == service) return true;
  return false;
}

void headless_port_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  const auto& view = the_case.view_of(the_case.cells[cells.front()]);
  if (names_pods(the_case, finding.service)) {
    finding.no_fix = fmt::format(
        "a StatefulSet takes its pods' names from it, so it has to stay headless: make port and targetPort both {}, "
        "and "
        "dial that",
        other_port(view));
    return;
  }
  change_object(
      the_case, {"Service", finding.service, ""}, json::object({{"spec", json::object({{"clusterIP", nullptr}})}}),
      {"Take clusterIP: None out of the Service's manifest.",
       fmt::format("The clusterIP of a Service cannot be changed in place: delete Service/{}, then apply it. Where "
                   "clients need the pods' own addresses, make port and targetPort both {} instead, and dial that.",
                   safe(finding.service), other_port(view))},
      {fmt::format("with an address of its own, a proxy sends port {} to the pods' {}, on which they answer",
                   view.service_port, other_port(view)),
       "no StatefulSet of the run takes its pods' names from it"},
      finding);
}

}  // namespace

Rule headless_port_rule() {
  return {.cause = Cause::headless_port,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = headless_port_claim,
          .cure = headless_port_cure};
}

}  // namespace straycat::diagnose
