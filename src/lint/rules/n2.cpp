// Pods behind a Service whose containers are told to end at the moment when their endpoint is taken off.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"

namespace straycat::lint {
namespace {

bool waits(const Maker& maker) {
  const auto& all = maker.workload.pod.containers;
  return std::any_of(all.begin(), all.end(), [](const model::Container& one) { return one.pre_stop; });
}

std::vector<Flaw> n2_flaws(const World& world) {
  std::vector<Flaw> out;
  world.each_home([&](const ServiceFact& service, const Maker& maker) {
    if (service.headless || waits(maker)) return;
    Flaw flaw = flaw_at(world, service, {"spec", "selector"}, &maker, labels_path(maker));
    flaw.sentence = fmt::format(
        "The containers of {} are told to end while proxies still send to them through {}, and "
        "none has a preStop hook that waits.",
        name_of(maker), name_of(service));
    out.push_back(std::move(flaw));
  });
  return out;
}

}  // namespace

Rule n2_rule() {
  return {{"N2", Severity::note, finding::Cause::termination_race, "pods end before their endpoint is removed",
           "At each rollout and scale-down the proxies still send to a pod for a moment after it was told to end: a "
           "program that ends at once refuses those connections.",
           "The pods stand behind a Service, and none of their containers has a preStop hook.",
           "A preStop hook that sleeps some seconds (sleep: {seconds: 5}), within the grace period; or a program that "
           "goes on accepting after SIGTERM, which no manifest shows.",
           "--notes"},
          n2_flaws};
}

}  // namespace straycat::lint
