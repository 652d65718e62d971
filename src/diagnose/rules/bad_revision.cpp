// All pods of one revision of the workload fail whenever they are asked, and those of another answered.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "diagnose/deaf.hpp"
#include "diagnose/revisions.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// The one revision of the cell's candidates, where no pod of it answered in this way and some of another did.
std::string bad_one(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  std::set<std::string> revisions;
  for (const auto index : cell.candidates)
    revisions.insert(revision_of(the_case, view, the_case.endpoint(cell, index)));
  if (revisions.size() != 1 || revisions.begin()->empty()) return "";
  const auto& owner = the_case.endpoint(cell, cell.candidates.front()).owner;
  std::uint64_t elsewhere = 0;
  for (const auto& endpoint : view.endpoints) {
    if (!same_workload(endpoint.owner, owner)) continue;
    const auto direct = reached(the_case, view, endpoint, traffic, likeness(cell.kind));
    const bool its = revision_of(the_case, view, endpoint) == *revisions.begin();
    if (its && direct.ok > 0) return "";
    if (!its) elsewhere += direct.ok;
  }
  return elsewhere > 0 ? *revisions.begin() : "";
}

Ruling bad_revision_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  std::map<std::string, std::string> told;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = deaf_owner(the_case, cell);
    const std::string revision = owner && !held_on_one(the_case, cell) ? bad_one(the_case, cell) : "";
    if (revision.empty()) continue;
    book.add(the_case, index, *owner);
    told.try_emplace(owner->name, revision);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const std::string& revision = told[page.owner.name];
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::bad_revision,
        fmt::format("The pods of revision {} of {} fail whenever they are asked ({}), and those of the revision "
                    "before it answered; Service/{} lists them as ready.",
                    safe(revision), display(page.owner), kinds_in(the_case, page.cells), safe(view.service))));
    Finding& finding = ruling.claims.back().finding;
    finding.evidence.push_back(
        {"revision", Weight::decides,
         fmt::format("all of them bear the template's hash {}, and no pod of another hash failed so", safe(revision)),
         kubectl_object(view.ns, "rollout history", page.owner.kind, page.owner.name), json::object()});
    finding.no_fix = fmt::format(
        "kubectl rollout undo brings the last revision back; a readiness probe that asks for what clients ask would "
        "have "
        "stopped the rollout of {}",
        display(page.owner));
  }
  ruling.excluded = "no revision of the intended workload failed whenever it was asked while another answered";
  return ruling;
}

}  // namespace

Rule bad_revision_rule() {
  return {.cause = Cause::bad_revision, .explains = any_failure(), .claim = bad_revision_claim};
}

}  // namespace straycat::diagnose
