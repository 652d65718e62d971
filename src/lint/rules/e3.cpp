// Two budgets for one pod: the eviction API refuses it for ever (kubernetes pkg/registry/core/pod/storage/eviction.go).
#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

std::vector<const Budget*> budgets_over(const World& world, const Maker& maker) {
  std::vector<const Budget*> out;
  for (const Budget& one : world.facts().budgets)
    if (!one.doubtful && one.selects && same_namespace(one, maker) && selects(one.selector, maker) == Match::yes)
      out.push_back(&one);
  return out;
}

std::vector<Flaw> e3_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const Maker& maker : world.facts().makers) {
    if (maker.doubtful || maker.comes_and_goes()) continue;
    const auto budgets = budgets_over(world, maker);
    for (std::size_t i = 1; i < budgets.size(); ++i) {
      Flaw flaw = flaw_at(world, *budgets[i], {"spec", "selector"}, budgets.front(), {"spec", "selector"});
      flaw.sentence = fmt::format(
          "{} and {} both hold the pods of {}: the eviction of a pod that has two budgets is refused, so no node with "
          "one of them can be drained.",
          name_of(*budgets.front()), name_of(*budgets[i]), name_of(maker));
      out.push_back(std::move(flaw));
    }
  }
  return out;
}

}  // namespace

Rule e3_rule() {
  return {{"E3", Severity::error, std::nullopt, "two disruption budgets hold one pod",
           "The eviction API answers 500 for a pod that more than one PodDisruptionBudget selects: `kubectl drain` and "
           "autoscalers of nodes wait for ever.",
           "The selectors of two budgets match the labels of one pod template.",
           "Narrow one of the selectors, or delete one budget."},
          e3_flaws};
}

}  // namespace straycat::lint
