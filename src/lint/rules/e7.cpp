// A Service of which every port asks for a name that no pod behind it has.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/ports.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

// The Service's ports that ask for a name that none of these pods has.
std::vector<const model::ServicePort*> dead_ports(const ServiceFact& service, const std::vector<const Maker*>& behind) {
  std::vector<const model::ServicePort*> out;
  for (const model::ServicePort& port : service.service.ports)
    if (std::none_of(behind.begin(), behind.end(), [&](const Maker* one) {
          return one->doubtful || model::resolve_port(port.target, one->workload.pod, port.protocol).has_value();
        }))
      out.push_back(&port);
  return out;
}

std::string targets_of(const std::vector<const model::ServicePort*>& ports) {
  std::string out;
  for (const model::ServicePort* port : ports) {
    const std::string name = finding::safe(finding::target_text(port->target));
    if (out.find(name) == std::string::npos) out += (out.empty() ? "" : ", ") + name;
  }
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
    const auto dead = homes.empty() ? std::vector<const model::ServicePort*>{} : dead_ports(service, homes);
    if (dead.empty()) continue;
    const bool all = dead.size() == service.service.ports.size() && !service.headless;
    const auto index = std::to_string(dead.front() - service.service.ports.data());
    Flaw flaw =
        flaw_at(world, service, {"spec", "ports", index, "targetPort"}, homes.front(), labels_path(*homes.front()));
    // A port of a part that is switched off is often left over, and harmless.
    if (!all) flaw.severity = Severity::note;
    flaw.sentence = fmt::format("{} sends to the port named {}, which no container of {} has (they have {}): {}.",
                                name_of(service), targets_of(dead), names_of(homes), names_that_are_there(homes),
                                all ? "every connection to it is refused" : "that port leads nowhere");
    out.push_back(std::move(flaw));
  }
  return out;
}

}  // namespace

Rule e7_rule() {
  return {
      {"E7", Severity::warning, finding::Cause::missing_named_port, "no pod has a port that the Service names",
       "The Service has endpoints without a port: no proxy sends them anything, and every connection is refused.",
       "All target ports of the Service are names, and no container of the pods that it selects declares one of them.",
       "Name the container's port so, or let targetPort say a name that is there."},
      e7_flaws};
}

}  // namespace straycat::lint
