#include "lint/monitors.hpp"

#include <algorithm>

#include <straycat/model/selector.hpp>

namespace straycat::lint {

bool in_reach(const Monitor& monitor, const Thing& thing) {
  if (monitor.any_namespace) return true;
  if (monitor.namespaces.empty()) return same_namespace(monitor, thing);
  const std::string ns = thing.ref.ns.empty() ? "default" : thing.ref.ns;
  return std::any_of(monitor.namespaces.begin(), monitor.namespaces.end(), [&](const std::string& one) {
    return one == ns || (thing.ref.ns.empty() && one == monitor.ref.ns);
  });
}

std::vector<const ServiceFact*> watched_services(const World& world, const Monitor& monitor) {
  std::vector<const ServiceFact*> out;
  if (monitor.of_pods || monitor.selector.empty()) return out;
  for (const ServiceFact& one : world.facts().services)
    if (in_reach(monitor, one) && model::matches(monitor.selector, one.labels)) out.push_back(&one);
  return out;
}

}  // namespace straycat::lint
