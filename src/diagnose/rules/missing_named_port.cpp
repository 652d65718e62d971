// The Service asks for a port by a name that the pods do not have, so its slices bear no port and no proxy sends
// anything.
#include <set>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/named_port.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

const model::ServicePort* port_of(const model::Service& service, int number) {
  for (const auto& port : service.ports)
    if (port.port == number) return &port;
  return nullptr;
}

Ruling missing_named_port_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!nobody_there(the_case, cell) || !lacks_named_port(the_case, cell)) continue;
    const auto& view = the_case.view_of(cell);
    const auto service = the_case.history.service(view.ns, view.service);
    const auto* port = service ? port_of(*service, view.service_port) : nullptr;
    const bool by_name = port != nullptr && std::holds_alternative<std::string>(port->target);
    if (!by_name || service->selector.empty() || !native_sidecar_port(the_case, cell).empty()) continue;
    if (const auto owner = owner_of(the_case, cell, waiting_at(the_case, cell))) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto service = the_case.history.service(view.ns, view.service);
    const auto* port = port_of(*service, view.service_port);
    const auto name = port != nullptr ? finding::target_text(port->target) : std::string();
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::missing_named_port,
                 fmt::format("Service/{} sends port {} to the port named {}, which the pods of {} do not have.",
                             safe(view.service), view.service_port, safe(name), display(page.owner))));
    ruling.claims.back().finding.endpoints.clear();
  }
  ruling.excluded = "the slices bear the port that the Service asks for";
  return ruling;
}

// The one TCP port that the pods have.
void missing_named_port_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  const auto& view = the_case.view_of(the_case.cells[cells.front()]);
  std::set<std::pair<std::string, int>> ports;
  for (const auto& container : containers_of(the_case, finding))
    for (const auto& port : container.ports)
      if (port.protocol == "TCP") ports.insert({port.name, port.port});
  if (ports.size() != 1) {
    finding.no_fix = "name the container's port, or let the Service's targetPort name one that is there";
    return;
  }
  const auto& [name, number] = *ports.begin();
  const json target = name.empty() ? json(number) : json(name);
  json port = json::object({{"port", view.service_port}, {"targetPort", target}});
  change_service(the_case, json::object({{"ports", json::array({std::move(port)})}}),
                 {fmt::format("the pods of {} declare port {} and no other", display(*finding.workload), number)},
                 finding);
}

}  // namespace

Rule missing_named_port_rule() {
  return {.cause = Cause::missing_named_port,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = missing_named_port_claim,
          .cure = missing_named_port_cure};
}

}  // namespace straycat::diagnose
