// Failure mode 7: the right port, but nobody listens there on the pod's own address (bound to 127.0.0.1, or not at
// all).
#include <fmt/format.h>

#include "diagnose/never_answers.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {

namespace {

Ruling loopback_bind_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = never_answering(the_case, scope);
  for (const auto& page : book.pages()) {
    if (declared_ports(the_case, page) == Declared::other_port || !declared_in_vain(the_case, page).empty()) continue;
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::loopback_bind,
        fmt::format("Every pod of {} refuses on port {} when reached directly on its own address: the server "
                    "listens on loopback only, or "
                    "not at all.",
                    display(page.owner), view.endpoints[candidates_of(the_case, page.cells).front()].id.port)));
  }
  rule_out(the_case, scope, ruling);
  return ruling;
}

}  // namespace

Rule loopback_bind_rule() {
  return {.cause = Cause::loopback_bind, .explains = {Likeness::refused}, .claim = loopback_bind_claim};
}

}  // namespace straycat::diagnose
