// One pod scraped twice: a ServiceMonitor selects two Services with the port, and both lead to the same pods.
#include <algorithm>

#include <fmt/format.h>

#include "lint/monitors.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

// The number that the Service's port of this name means on these pods.
std::optional<int> scraped_at(const ServiceFact& service, const std::string& name, const Maker& maker) {
  for (const model::ServicePort& port : service.service.ports)
    if (port.name == name) return model::resolve_port(port.target, maker.workload.pod, port.protocol);
  return std::nullopt;
}

struct Doubled {
  const ServiceFact *first, *second;
  const Maker* maker;
};

std::optional<Doubled> doubled(const World& world, const std::vector<const ServiceFact*>& services,
                               const std::string& port) {
  for (std::size_t i = 0; i < services.size(); ++i) {
    for (const Maker* maker : world.homes(*services[i])) {
      const auto at = scraped_at(*services[i], port, *maker);
      for (std::size_t k = i + 1; at && k < services.size(); ++k) {
        const bool same = same_namespace(*services[k], *maker) &&
                          selects(services[k]->service.selector, *maker) == Match::yes &&
                          scraped_at(*services[k], port, *maker) == at;
        if (same && selects(services[i]->service.selector, *maker) == Match::yes)
          return Doubled{services[i], services[k], maker};
      }
    }
  }
  return std::nullopt;
}

std::vector<Flaw> w3_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const Monitor& monitor : world.facts().monitors) {
    if (monitor.of_pods || monitor.doubtful) continue;
    auto services = watched_services(world, monitor);
    std::erase_if(services, [](const ServiceFact* one) { return one->doubtful || one->external; });
    for (const MonitorEndpoint& endpoint : monitor.endpoints) {
      const auto twice = endpoint.port.empty() ? std::nullopt : doubled(world, services, endpoint.port);
      if (!twice) continue;
      Flaw flaw = flaw_at(world, monitor, {"spec", "selector"}, twice->maker, labels_path(*twice->maker));
      flaw.sentence = fmt::format(
          "{} scrapes each pod of {} twice, by {} and {}, which both have the port {}: sums over these figures are "
          "doubled.",
          name_of(monitor), name_of(*twice->maker), name_of(*twice->first), name_of(*twice->second),
          finding::safe(endpoint.port));
      out.push_back(std::move(flaw));
      break;
    }
  }
  return out;
}

}  // namespace

Rule w3_rule() {
  return {{"W3", Severity::warning, std::nullopt, "a pod is scraped through two Services",
           "Prometheus has two targets for one pod: figures that are summed are doubled, and so is the load.",
           "The monitor's selector matches two Services that have the port and select the same pods.",
           "Give one of the Services a label that the monitor asks for, or that it excludes (often the headless one)."},
          w3_flaws};
}

}  // namespace straycat::lint
