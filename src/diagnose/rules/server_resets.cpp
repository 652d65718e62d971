// The program cuts connections by itself: nothing moved, and it cuts those that reach it directly as well.
#include <fmt/format.h>

#include "diagnose/steady.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

Ruling server_resets_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = steady_in(the_case, scope);
  for (const auto& page : book.pages()) {
    const DirectAsked asked = asked_directly(the_case, page);
    if (asked.alike == 0) {
      ruling.open.push_back(fmt::format(
          "{} to pods of {} were cut while nothing moved, and none of {} was: whether the program or something on the "
          "way cuts them is not told apart",
          count(failures_in(the_case, page.cells), "request"), display(page.owner), count(asked.ok, "direct request")));
      continue;
    }
    if (asked.ok == 0) {
      ruling.open.push_back(
          fmt::format("pods of {} cut every connection: whether they fail or speak another protocol "
                      "than the client is not told apart",
                      display(page.owner)));
      continue;
    }
    if (auto why = may_be_on_the_way(the_case, page, "were cut"); !why.empty()) {
      ruling.open.push_back(std::move(why));
      continue;
    }
    ruling.claims.push_back(steady_claim(
        the_case, page, Cause::server_resets,
        fmt::format("Pods of {} cut connections by themselves ({}), those that reach them directly as well; nothing "
                    "about the Service or its endpoints moved then.",
                    display(page.owner), kinds_in(the_case, page.cells))));
    ruling.claims.back().finding.no_fix = "why the program cuts them is not seen from outside: its own log tells it";
  }
  ruling.excluded = "no connection was cut while only the workload that is meant could do it, and nothing moved";
  return ruling;
}

}  // namespace

Rule server_resets_rule() {
  return {.cause = Cause::server_resets, .explains = {Likeness::cut}, .claim = server_resets_claim, .leftovers = true};
}

}  // namespace straycat::diagnose
