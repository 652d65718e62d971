// A headless Service whose port is another on its pods.
#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/shape.hpp>
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

std::vector<Flaw> n4_flaws(const World& world) {
  std::vector<Flaw> out;
  world.each_home([&](const ServiceFact& service, const Maker& maker) {
    const auto fits = finding::fits_of(service.service, maker.workload.pod);
    const finding::PortFit* port = finding::untranslated_port(service.service, fits);
    if (port == nullptr) return;
    const auto index = std::to_string(port - fits.data());
    Flaw flaw = flaw_at(world, service, {"spec", "ports", index, "port"}, &maker, labels_path(maker));
    flaw.sentence =
        fmt::format("{} is headless, and nothing translates its port: clients must dial port {} of {}, not {}.",
                    name_of(service), *port->number, name_of(maker), port->port);
    out.push_back(std::move(flaw));
  });
  return out;
}

}  // namespace

Rule n4_rule() {
  return {
      {"N4", Severity::note, finding::Cause::headless_port, "a headless Service names a port that nobody translates",
       "A headless name stands for the addresses of the pods, with no proxy in between: clients that dial the port of "
       "the Service are refused.",
       "clusterIP is None, and the target port is another number on the pods than the port.",
       "Let port be what the pods listen on, or give the Service an address.", "--notes"},
      n4_flaws};
}

}  // namespace straycat::lint
