// A budget that asks a Job for its replicas: a Job has none, and the controller gives up on the whole budget
// (kubernetes pkg/controller/disruption/disruption.go, getExpectedScale).
#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

bool is_job(const Maker& maker) {
  const bool job = maker.ref.kind == "Job" || maker.ref.kind == "CronJob";
  return job && !maker.doubtful && !maker.suspended && !maker.hook.test && (!maker.hook.any || maker.hook.live);
}

std::vector<Flaw> e4_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const Budget& budget : world.facts().budgets) {
    if (budget.doubtful || !budget.selects || !budget.needs_scale) continue;
    for (const Maker& maker : world.facts().makers) {
      if (!is_job(maker) || !same_namespace(maker, budget) || selects(budget.selector, maker) != Match::yes) continue;
      Flaw flaw = flaw_at(world, budget, {"spec", "selector"}, &maker, labels_path(maker));
      flaw.sentence = fmt::format(
          "{} ({}) also holds the pods of {}, which has no replicas to count: while one of them is there, the budget "
          "allows no eviction at all.",
          name_of(budget), finding::safe(budget.limit), name_of(maker));
      out.push_back(std::move(flaw));
    }
  }
  return out;
}

}  // namespace

Rule e4_rule() {
  return {{"E4", Severity::error, std::nullopt, "a disruption budget counts a Job's pods",
           "With maxUnavailable, or a percentage, the controller asks each pod's owner for its replicas. A Job has no "
           "scale: the budget's condition becomes SyncFailed, and it allows no disruption while such a pod is there.",
           "The budget's selector matches the labels of the Job's pod template.",
           "Narrow the budget's selector, give the Job's pods other labels, or use a minAvailable number."},
          e4_flaws};
}

}  // namespace straycat::lint
