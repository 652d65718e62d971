// A Deployment behind a Service whose strategy lets a rollout take every pod at once.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

// An autoscaler says how many there are, and no manifest.
bool is_scaled(const World& world, const Maker& maker) {
  const auto& all = world.facts().autoscalers;
  return std::any_of(all.begin(), all.end(), [&](const Autoscaler& one) {
    return same_namespace(one, maker) && one.target_kind == maker.ref.kind && one.target_name == maker.ref.name;
  });
}

std::vector<Flaw> n1_flaws(const World& world) {
  std::vector<Flaw> out;
  world.each_home([&](const ServiceFact& service, const Maker& maker) {
    const int replicas = maker.workload.replicas.value_or(1);
    if (maker.ref.kind != "Deployment" || replicas < 1 || maker.rollout_takes < replicas || is_scaled(world, maker))
      return;
    Flaw flaw = flaw_at(world, service, {"spec", "selector"}, &maker, {"spec", "strategy"});
    flaw.sentence = fmt::format(
        "A rollout of {} may take {} of its {} away before their successors are ready: {} then "
        "has no endpoint.",
        name_of(maker), maker.rollout_takes, finding::count(static_cast<std::uint64_t>(replicas), "pod"),
        name_of(service));
    out.push_back(std::move(flaw));
  });
  return out;
}

}  // namespace

Rule n1_rule() {
  return {{"N1", Severity::note, finding::Cause::rollout_gap, "a rollout may take the last pod away first",
           "Each rollout ends as many pods as its strategy allows before their successors are ready: where that is all "
           "of them, the Service has no endpoint meanwhile.",
           "The Deployment stands behind a Service, and its strategy is Recreate, or maxUnavailable is no less than "
           "its replicas.",
           "maxUnavailable: 0 and maxSurge: 1, or more replicas.", "--notes"},
          n1_flaws};
}

}  // namespace straycat::lint
