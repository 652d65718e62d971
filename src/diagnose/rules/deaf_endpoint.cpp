// One endpoint of the workload that is meant fails whenever it is asked, while it is listed as ready and others of the
// same workload answer.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/deaf.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// A pod's kernel answers a SYN whatever its program does, unless too many wait already.
std::string who_else(const Case& the_case, const std::vector<std::size_t>& cells) {
  const bool silent = std::any_of(cells.begin(), cells.end(), [&](std::size_t index) {
    return the_case.cells[index].kind == FailureKind::connect_timeout;
  });
  return silent ? " Not even a SYN is answered: the node, or the way there, may be at fault." : "";
}

Ruling deaf_endpoint_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const auto owner = deaf_owner(the_case, the_case.cells[index]);
    if (owner && !held_on_one(the_case, the_case.cells[index])) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto endpoints = candidates_of(the_case, page.cells);
    const auto& first = view.endpoints[endpoints.front()];
    const std::string where = first.node.empty() ? "" : " on node " + safe(first.node);
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::deaf_endpoint,
        endpoints.size() == 1
            ? fmt::format(
                  "Pod {} of {}{} fails whenever it is asked ({}), though Service/{} lists it as ready; other pods "
                  "of the same workload answer.{}",
                  safe(first.id.pod), display(page.owner), where, kinds_in(the_case, page.cells), safe(view.service),
                  who_else(the_case, page.cells))
            : fmt::format(
                  "{} pods of {} fail whenever they are asked ({}), though Service/{} lists them as ready; others "
                  "of the same workload answer.{}",
                  endpoints.size(), display(page.owner), kinds_in(the_case, page.cells), safe(view.service),
                  who_else(the_case, page.cells))));
    ruling.claims.back().finding.no_fix =
        "what is wrong with that pod is not known from outside; a readiness probe that asks for what clients ask would "
        "take it out of the Service";
  }
  ruling.excluded = "no endpoint of the intended workload failed whenever it was asked while others of it answered";
  return ruling;
}

}  // namespace

Rule deaf_endpoint_rule() {
  return {.cause = Cause::deaf_endpoint, .explains = any_failure(), .claim = deaf_endpoint_claim};
}

}  // namespace straycat::diagnose
