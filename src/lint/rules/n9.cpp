// Pods behind a Service that are ready as soon as they run.
#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/shape.hpp>

namespace straycat::lint {
namespace {

std::vector<Flaw> n9_flaws(const World& world) {
  std::vector<Flaw> out;
  world.each_home([&](const ServiceFact& service, const Maker& maker) {
    if (service.service.publish_not_ready || finding::has_readiness(maker.workload.pod)) return;
    Flaw flaw = flaw_at(world, service, {"spec", "selector"}, &maker, labels_path(maker));
    flaw.sentence = fmt::format(
        "The pods of {} get connections through {} as soon as they run: they have no readiness "
        "probe.",
        name_of(maker), name_of(service));
    out.push_back(std::move(flaw));
  });
  return out;
}

}  // namespace

Rule n9_rule() {
  return {{"N9", Severity::note, finding::Cause::early_ready, "pods behind a Service have no readiness probe",
           "New pods get connections as soon as their containers run, before the program listens: those are refused, "
           "at each rollout and restart.",
           "The pods stand behind a Service, and none of their containers has a readinessProbe.",
           "A readinessProbe on the port that the Service sends to.", "--notes"},
          n9_flaws};
}

}  // namespace straycat::lint
