// A Service of which every port asks for a name that no pod behind it has.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

bool leads_nowhere(const ServiceFact& service, const std::vector<const Maker*>& behind) {
  const auto& ports = service.service.ports;
  return !ports.empty() && std::all_of(ports.begin(), ports.end(), [&](const model::ServicePort& port) {
    return std::none_of(behind.begin(), behind.end(), [&](const Maker* one) {
      return one->doubtful || model::resolve_port(port.target, one->workload.pod, port.protocol).has_value();
    });
  });
}

std::string targets_of(const ServiceFact& service) {
  std::string out;
  for (const model::ServicePort& port : service.service.ports)
    if (const auto* name = std::get_if<std::string>(&port.target))
      out += (out.empty() ? "" : ", ") + finding::safe(*name);
  return out;
}

// What the pods have instead.
std::string names_that_are_there(const std::vector<const Maker*>& behind) {
  std::string out;
  for (const Maker* one : behind)
    for (const model::Container& container : one->workload.pod.containers)
      for (const model::ContainerPort& port : container.ports)
        if (!port.name.empty()) out += (out.empty() ? "" : ", ") + finding::safe(port.name);
  return out.empty() ? "no named port at all" : out;
}

std::vector<Flaw> e7_flaws(const World& world) {
  std::vector<Flaw> out;
  if (!world.knows_all_makers()) return out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.external || service.service.selector.empty()) continue;
    const auto homes = world.homes(service);
    if (homes.empty() || !leads_nowhere(service, homes)) continue;
    Flaw flaw =
        flaw_at(world, service, {"spec", "ports", "0", "targetPort"}, homes.front(), labels_path(*homes.front()));
    flaw.sentence = fmt::format("{} sends to the port named {}, which no container of {} has (they have {}): {}.",
                                name_of(service), targets_of(service), names_of(homes), names_that_are_there(homes),
                                service.headless ? "its records carry no port" : "every connection to it is refused");
    out.push_back(std::move(flaw));
  }
  return out;
}

}  // namespace

Rule e7_rule() {
  return {
      {"E7", Severity::error, finding::Cause::missing_named_port, "no pod has a port that the Service names",
       "The Service has endpoints without a port: no proxy sends them anything, and every connection is refused.",
       "All target ports of the Service are names, and no container of the pods that it selects declares one of them.",
       "Name the container's port so, or let targetPort say a name that is there."},
      e7_flaws};
}

}  // namespace straycat::lint
