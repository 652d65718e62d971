// Containers end at their memory limit.
#include <fmt/format.h>

#include "diagnose/ends.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

Ruling oom_kill_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = ended_in(the_case, scope, EndedBy::memory);
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(claim_of(the_case, page, Cause::oom_kill,
                                     fmt::format("Containers of {} were killed at their memory limit (OOMKilled), and "
                                                 "Service/{} lost them meanwhile.",
                                                 display(page.owner), safe(view.service))));
    ruling.claims.back().finding.no_fix =
        "how much memory they need is not known: the limit (resources.limits.memory) is what ends them";
  }
  ruling.excluded = "no container was killed at its memory limit";
  return ruling;
}

}  // namespace

Rule oom_kill_rule() { return {.cause = Cause::oom_kill, .explains = no_answer_at_all(), .claim = oom_kill_claim}; }

}  // namespace straycat::diagnose
