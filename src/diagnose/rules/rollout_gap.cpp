// A rollout that takes the last ready pod away before its successor is ready: of the pods of one Deployment, those of
// the old revision went, and those of the new one came too late.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/manifests.hpp"
#include "diagnose/revisions.hpp"
#include "diagnose/words.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/finding/shape.hpp>

namespace straycat::diagnose {
namespace {

// How many of so many pods a rollout may take away at once, as the manifest says; none when that is not known.
std::optional<int> may_take(const Case& the_case, const model::ObjectRef& deployment) {
  const auto* manifest = manifest_of(the_case.history, deployment.kind, deployment.name);
  if (manifest == nullptr) return std::nullopt;
  return finding::rollout_takes(manifest->object);
}

int replicas_of(const Case& the_case, const model::ObjectRef& deployment) {
  const auto* manifest = manifest_of(the_case.history, deployment.kind, deployment.name);
  return manifest != nullptr ? number_at<int>(manifest->object, {"spec", "replicas"}, 1) : 1;
}

struct Gap {
  model::ObjectRef owner;
  std::string before, after;  // the revisions
};

// Who served last before the gap, and who first after it.
std::optional<Gap> gap_at(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const history::Endpoint* last = nullptr;
  const history::Endpoint* next = nullptr;
  const std::int64_t until = known_then(the_case, cell), from = std::min(cell.first_ns, until);
  std::int64_t left = 0, came = history::unbounded;
  for (const auto& endpoint : view.endpoints) {
    for (const auto& stay : endpoint.memberships) {
      const bool ended = !stay.open_end && stay.to <= until + the_case.history.lag.late_ns;
      if (ended && stay.to > left && stay.from < from) left = stay.to, last = &endpoint;
      if (stay.from > from && stay.from < came) came = stay.from, next = &endpoint;
    }
  }
  if (last == nullptr || next == nullptr || last->owner.kind != "Deployment" ||
      !same_workload(last->owner, next->owner) || the_case.intent_of(cell).excludes(last->owner))
    return std::nullopt;
  const auto before = revision_of(the_case, view, *last);
  const auto after = revision_of(the_case, view, *next);
  const bool rolled = !before.empty() && !after.empty() && before != after && deleted(the_case, view, *last);
  return rolled ? std::optional<Gap>({last->owner, before, after}) : std::nullopt;
}

Ruling rollout_gap_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  std::map<std::string, Gap> gaps;
  for (const auto index : scope) {
    if (!nobody_there(the_case, the_case.cells[index])) continue;
    const auto gap = gap_at(the_case, the_case.cells[index]);
    if (!gap) continue;
    const auto most = may_take(the_case, gap->owner);
    if (most && *most < replicas_of(the_case, gap->owner)) continue;  // its strategy forbids that: somebody else did it
    book.add(the_case, index, gap->owner);
    gaps.try_emplace(gap->owner.name, *gap);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const Gap& gap = gaps.at(page.owner.name);
    ruling.claims.push_back(claim_of(the_case, page, Cause::rollout_gap,
                                     fmt::format("A rollout of {} ended its last ready pod before the next was ready: "
                                                 "Service/{} had nobody to send to meanwhile.",
                                                 display(page.owner), safe(view.service))));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.evidence.push_back(
        {"revisions", Weight::decides,
         fmt::format("the pod that served last is of revision {}, and was deleted; the one that served next is of {}",
                     safe(gap.before), safe(gap.after)),
         kubectl_object(view.ns, "rollout history", page.owner.kind, page.owner.name), json::object()});
  }
  ruling.excluded = "no rollout lies between the pod that served last and the one that served next";
  return ruling;
}

void rollout_gap_cure(const Case& the_case, const Scope&, Finding& finding) {
  const auto most = may_take(the_case, *finding.workload);
  if (!most) {
    finding.no_fix =
        "the Deployment's strategy is not in the log: maxUnavailable 0 and maxSurge 1 keep one pod at all times";
    return;
  }
  change_workload(
      the_case,
      json::object(
          {{"strategy", json::object({{"type", "RollingUpdate"},
                                      {"rollingUpdate", json::object({{"maxUnavailable", 0}, {"maxSurge", 1}})}})}}),
      {fmt::format("its strategy lets a rollout take {} of {} pods away at once; with the change it takes none "
                   "before its successor is ready",
                   *most, replicas_of(the_case, *finding.workload)),
       "the change touches no pod template, so it starts no rollout by itself"},
      finding);
}

}  // namespace

Rule rollout_gap_rule() {
  return {.cause = Cause::rollout_gap,
          .explains = {Likeness::refused, Likeness::no_answer, Likeness::cut},
          .claim = rollout_gap_claim,
          .cure = rollout_gap_cure};
}

}  // namespace straycat::diagnose
