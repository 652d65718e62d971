// A Service without a selector, beside a workload that bears its name and has its port.
#include <fmt/format.h>

#include "lint/rules.hpp"
#include "lint/slices.hpp"
#include <straycat/finding/ports.hpp>

namespace straycat::lint {
namespace {

bool bears_its_name(const ServiceFact& service, const Maker& maker) {
  return maker.ref.name == service.ref.name && same_namespace(maker, service) && !maker.comes_and_goes() &&
         !maker.doubtful && finding::any_fits(finding::fits_of(service.service, maker.workload.pod));
}

std::vector<Flaw> n7_flaws(const World& world) {
  std::vector<Flaw> out;
  if (!knows_all_slices(world)) return out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.external || !service.service.selector.empty()) continue;
    if (!slices_of(world, service).empty()) continue;
    for (const Maker& maker : world.facts().makers) {
      if (!bears_its_name(service, maker)) continue;
      Flaw flaw = flaw_at(world, service, {"spec"}, &maker, labels_path(maker));
      flaw.sentence = fmt::format(
          "{} has no selector, and nobody writes endpoints for it: {} bears its name and has its "
          "port.",
          name_of(service), name_of(maker));
      out.push_back(std::move(flaw));
    }
  }
  return out;
}

}  // namespace

Rule n7_rule() {
  return {{"N7", Severity::note, finding::Cause::no_endpoints, "a Service has no selector",
           "Without a selector nobody writes endpoints for the Service, and every connection to it is refused.",
           "The Service has neither a selector nor slices or Endpoints in these manifests, and a workload of its name "
           "declares the port that it asks for.",
           "The labels of the pods as its selector.", "--notes"},
          n7_flaws};
}

}  // namespace straycat::lint
