// Failure modes 1 and 3: the Service's selector matches pods of a workload that it was not made for (a Job, a CronJob,
// another Deployment, a bare pod, a Helm hook), and they refuse.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/selection.hpp"
#include "diagnose/words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

std::string sentence(const Case& the_case, const Book::Page& page) {
  const auto& view = the_case.history.views[page.view];
  const auto service = the_case.history.service(view.ns, view.service);
  const std::string label =
      service && !service->selector.empty() ? " " + safe(model::to_string(service->selector)) : "";
  return fmt::format(
      "Service/{} also selects the pods of {} (label{}), which do not serve it: connections that land there fail ({}).",
      safe(view.service), display(page.owner), label, kinds_in(the_case, page.cells));
}

// Whoever takes connections serves, though too late for this client.
bool only_slow(const Case& the_case, const Book::Page& page) {
  return std::all_of(page.cells.begin(), page.cells.end(),
                     [&](std::size_t index) { return likeness(the_case.cells[index].kind) == Likeness::late; }) &&
         !the_case.intents[page.view].given() && !finding::transient(page.owner, "");
}

bool selects_none_meant(const Case& the_case, const Cell& cell) {
  return judgeable(cell) && the_case.history.traffic[cell.traffic].view &&
         diagnose::selects_none_meant(the_case, the_case.view_of(cell), the_case.intent_of(cell));
}

// A stray is accused on its own answers: at least one direct failure of the same kind, and no direct success.
void weigh(const Case& the_case, const Book::Page& page, Ruling& ruling) {
  const Reached direct = reached(the_case, page.cells, page.owner);
  if (direct.failed_alike + direct.failed_kindred == 0) {
    ruling.open.push_back(
        fmt::format("no endpoint of {} was seen to fail in the same way when reached directly", display(page.owner)));
  } else if (direct.ok > 0) {
    ruling.open.push_back(
        fmt::format("the endpoints of {} answered {} when reached directly, so they do not always fail",
                    display(page.owner), count(direct.ok, "time")));
  } else if (only_slow(the_case, page)) {
    ruling.open.push_back(
        fmt::format("{} takes connections and answers them late, so it may be meant to stand there and be slow",
                    display(page.owner)));
  } else {
    ruling.claims.push_back(claim_of(the_case, page, Cause::stray_endpoint, sentence(the_case, page)));
  }
}

Ruling stray_endpoint_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (selects_none_meant(the_case, cell)) continue;
    for (const auto& owner : other_owners(the_case, cell)) book.add(the_case, index, owner);
  }
  for (const auto& page : book.pages()) weigh(the_case, page, ruling);
  if (auto why = unknown_intent(the_case, scope); !why.empty()) ruling.open.push_back(std::move(why));
  ruling.excluded = "no failure has a candidate set that another workload owns alone";
  return ruling;
}

}  // namespace

Rule stray_endpoint_rule() {
  return {.cause = Cause::stray_endpoint, .explains = no_answer_at_all(), .claim = stray_endpoint_claim};
}

}  // namespace straycat::diagnose
