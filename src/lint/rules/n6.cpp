// A Service without a selector whose hand-written slices do not know its port's name.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"
#include "lint/slices.hpp"
#include <straycat/finding/shape.hpp>
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

std::vector<model::EndpointSlice> filled(const std::vector<const SliceFact*>& slices) {
  std::vector<model::EndpointSlice> out;
  for (const SliceFact* one : slices)
    if (!one->slice.endpoints.empty() && !one->slice.ports.empty()) out.push_back(one->slice);
  return out;
}

std::vector<Flaw> n6_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.external || !service.service.selector.empty() || !knows_all_slices(world)) continue;
    const auto slices = slices_of(world, service);
    const auto with_endpoints = filled(slices);
    if (with_endpoints.empty()) continue;
    const model::ServicePort* port = finding::port_without_slice(service.service, with_endpoints);
    if (port == nullptr) continue;
    const auto index = std::to_string(port - service.service.ports.data());
    Flaw flaw = flaw_at(world, service, {"spec", "ports", index, "name"}, slices.front(), {"ports"});
    flaw.sentence = fmt::format(
        "Port {} of {} is named \"{}\", and {} bears no port of that name: no proxy sends it "
        "anywhere.",
        port->port, name_of(service), finding::safe(port->name), name_of(*slices.front()));
    out.push_back(std::move(flaw));
  }
  return out;
}

}  // namespace

Rule n6_rule() {
  return {
      {"N6", Severity::note, finding::Cause::slice_port_mismatch, "a slice by hand does not bear the name of the port",
       "A proxy joins the port of a Service to that of a slice by name: where they differ it sends nothing, and every "
       "connection is refused.",
       "The Service has no selector, and none of the slices that were written for it bears the name of one of its "
       "ports.",
       "Give the port of the slice the name of the port of the Service (none, where that has none).", "--notes"},
      n6_flaws};
}

}  // namespace straycat::lint
