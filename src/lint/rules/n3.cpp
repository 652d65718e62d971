// A Service with an address of its own that publishes what is not ready.
#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/shape.hpp>

namespace straycat::lint {
namespace {

std::vector<Flaw> n3_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.external || service.service.selector.empty()) continue;
    if (!finding::sends_clients_to_unready(service.service)) continue;
    Flaw flaw = flaw_at(world, service, {"spec", "publishNotReadyAddresses"}, nullptr, {});
    flaw.sentence = fmt::format(
        "{} sends clients to pods that say that they are not ready: it publishes their addresses.", name_of(service));
    out.push_back(std::move(flaw));
  }
  return out;
}

}  // namespace

Rule n3_rule() {
  return {{"N3", Severity::note, finding::Cause::publishes_unready, "a Service publishes pods that are not ready",
           "Clients are sent to pods that say that they are not ready, as they start and while their readiness probe "
           "fails.",
           "publishNotReadyAddresses is true, and the Service is not headless.",
           "Take the field out; peers that must find each other early get a headless Service of their own.", "--notes"},
          n3_flaws};
}

}  // namespace straycat::lint
