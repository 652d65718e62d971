// Failure mode 5: the Service sends to a port on which the intended pods do not listen; they declare another one.
#include <fmt/format.h>

#include "diagnose/never_answers.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {

namespace {

Ruling claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = never_answering(the_case, scope);
  for (const auto& page : book.pages()) {
    if (declared_ports(the_case, page) != Declared::other_port) continue;
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::wrong_target_port,
                 fmt::format("Service/{} sends to port {} of the pods of {}, which declare another port and refuse on "
                             "this one: its targetPort is wrong.",
                             safe(view.service), view.endpoints[candidates_of(the_case, page.cells).front()].id.port,
                             display(page.owner))));
  }
  rule_out(the_case, scope, ruling);
  return ruling;
}

}  // namespace

Rule wrong_target_port_rule() {
  return {.cause = Cause::wrong_target_port, .explains = {Likeness::refused}, .claim = claim};
}

}  // namespace straycat::diagnose
