// The Service sends to the port that the pods declare, and nobody listens there. From outside that is hardly told apart
// from a server that listens on loopback: this cause is named where the declaration alone says which port it is.
#include <fmt/format.h>

#include "diagnose/never_answers.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

Ruling wrong_declared_port_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = never_answering(the_case, scope);
  for (const auto& page : book.pages()) {
    const std::string why = declared_in_vain(the_case, page);
    if (why.empty()) continue;
    const auto& view = the_case.history.views[page.view];
    const int port = view.endpoints[candidates_of(the_case, page.cells).front()].id.port;
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::wrong_declared_port,
        fmt::format("The pods of {} declare port {}, and every one of them refuses on it: they listen on another "
                    "port (or on loopback only, or not at all).",
                    display(page.owner), port)));
    Finding& finding = ruling.claims.back().finding;
    finding.evidence.push_back({"declared", Weight::corroborates, "the declaration is to be doubted: " + why,
                                kubectl_object(view.ns, "get", page.owner.kind, page.owner.name, "-o yaml"),
                                json::object()});
    finding.no_fix =
        "the port on which the pods do listen is not known from outside; `kubectl exec POD -- ss -ltn` shows it, and "
        "both containerPort and targetPort have to name it";
  }
  rule_out(the_case, scope, ruling);
  return ruling;
}

}  // namespace

Rule wrong_declared_port_rule() {
  return {.cause = Cause::wrong_declared_port, .explains = {Likeness::refused}, .claim = wrong_declared_port_claim};
}

}  // namespace straycat::diagnose
