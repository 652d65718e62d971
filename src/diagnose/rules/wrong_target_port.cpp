// Failure mode 5: the Service sends to a port on which the intended pods do not listen; they declare another one.
#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/never_answers.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {

namespace {

Ruling wrong_target_port_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = never_answering(the_case, scope);
  for (const auto& page : book.pages()) {
    if (declared_ports(the_case, page) != Declared::other_port) continue;
    const auto& view = the_case.history.views[page.view];
    const int port = other_port(the_case, page);
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::wrong_target_port,
                 fmt::format("Service/{} sends to port {} of the pods of {}, which {} and refuse on "
                             "this one: its targetPort is wrong.",
                             safe(view.service), view.endpoints[candidates_of(the_case, page.cells).front()].id.port,
                             display(page.owner),
                             port == 0 ? "declare other ports" : fmt::format("declare or answer on port {}", port))));
    Finding& finding = ruling.claims.back().finding;
    finding.workload = model::ObjectRef{"Service", view.ns, view.service, ""};
    if (port == 0) finding.no_fix = "the pods declare several ports, and which of them is meant cannot be told";
  }
  rule_out(the_case, scope, ruling);
  return ruling;
}

void wrong_target_port_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  const Cell& first = the_case.cells[cells.front()];
  const auto owner = sole_owner(the_case, first);
  if (!owner || !finding.no_fix.empty()) return;
  const auto& view = the_case.view_of(first);
  const Book::Page page{*the_case.history.traffic[first.traffic].view, *owner, cells};
  const int port = other_port(the_case, page);
  json one = json::object({{"port", view.service_port}, {"targetPort", port}});
  change_service(the_case, json::object({{"ports", json::array({std::move(one)})}}),
                 {fmt::format("port {} is the only one that the pods of {} declare, or answer the kubelet's probe on",
                              port, display(*owner))},
                 finding);
}

}  // namespace

Rule wrong_target_port_rule() {
  return {.cause = Cause::wrong_target_port,
          .explains = {Likeness::refused},
          .claim = wrong_target_port_claim,
          .cure = wrong_target_port_cure};
}

}  // namespace straycat::diagnose
