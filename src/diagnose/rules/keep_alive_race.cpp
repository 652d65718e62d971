// The server closes an idle connection just as a client sends on it: only requests on connections that were used before
// are cut, and new ones are answered (RFC 9112, 9.3.1: a client cannot know).
#include <fmt/format.h>

#include "diagnose/steady.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

struct CutOnes {
  std::uint64_t reused = 0, fresh = 0;
};

// Of the failures that were kept one by one.
CutOnes cut_in(const Case& the_case, const Cell& cell) {
  CutOnes result;
  for (const AttemptFailed* failed : kept_in(the_case, cell)) ++(failed->reused ? result.reused : result.fresh);
  return result;
}

Ruling keep_alive_race_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const CutOnes cut = cut_in(the_case, the_case.cells[index]);
    const auto owner = steady_owner(the_case, the_case.cells[index]);
    if (owner && cut.reused > 0 && cut.fresh == 0) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    // Direct requests go over new connections.
    const DirectAsked asked = asked_directly(the_case, page);
    if (asked.alike > 0) continue;
    if (asked.ok == 0) {
      ruling.open.push_back(
          "only requests on connections that were used before were cut, and no new connection was seen "
          "to be answered");
      continue;
    }
    ruling.claims.push_back(steady_claim(
        the_case, page, Cause::keep_alive_race,
        fmt::format("Pods of {} close idle connections just as clients send on them: only requests on connections that "
                    "were used before were cut ({}).",
                    display(page.owner), kinds_in(the_case, page.cells))));
    ruling.claims.back().finding.no_fix =
        "the server's time for idle connections has to be longer than the client's, and where that is set is not seen "
        "from outside; a client that sends again on a new connection is not hurt";
  }
  ruling.excluded = "requests on new connections were cut as well, or none was cut";
  return ruling;
}

}  // namespace

Rule keep_alive_race_rule() {
  return {
      .cause = Cause::keep_alive_race, .explains = {Likeness::cut}, .claim = keep_alive_race_claim, .leftovers = true};
}

}  // namespace straycat::diagnose
