// Failure mode 4: two workloads share the labels and both answer, but one of them not as expected (canary, blue-green,
// two releases).
#include <fmt/format.h>

#include "diagnose/selection.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {

namespace {

Ruling wrong_answer_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (judgeable(cell) && selects_none_meant(the_case, the_case.view_of(cell), the_case.intent_of(cell))) continue;
    for (const auto& owner : other_owners(the_case, cell)) book.add(the_case, index, owner);
  }
  for (const auto& page : book.pages()) {
    const Reached direct = reached(the_case, page.cells, page.owner);
    if (direct.failed_alike > 0 && direct.ok == 0) {
      ruling.claims.push_back(
          claim_of(the_case, page, Cause::wrong_answer,
                   fmt::format("Service/{} also selects the pods of {}, which answer, but not as expected ({}).",
                               safe(the_case.history.views[page.view].service), display(page.owner),
                               kinds_in(the_case, page.cells))));
    } else {
      ruling.open.push_back(
          fmt::format("the endpoints of {} did not always answer wrongly when reached directly", display(page.owner)));
    }
  }
  if (auto why = unknown_intent(the_case, scope); !why.empty()) ruling.open.push_back(std::move(why));
  ruling.excluded = "no failure is a wrong answer of another workload's endpoint";
  return ruling;
}

}  // namespace

Rule wrong_answer_rule() {
  return {.cause = Cause::wrong_answer, .explains = {Likeness::wrong}, .claim = wrong_answer_claim};
}

}  // namespace straycat::diagnose
