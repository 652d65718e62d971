#include "runner/carried.hpp"

#include <set>

#include <fmt/format.h>

#include <straycat/model/selector.hpp>

namespace straycat::runner {

namespace {

std::set<std::string> listed_pods(const World& world, const std::string& service) {
  std::set<std::string> names;
  for (const auto& [name, slice] : world.slices())
    if (slice.service == service)
      for (const auto& endpoint : slice.endpoints) names.insert(endpoint.pod);
  return names;
}

}  // namespace

std::string ready_but_not_listed(const World& world, const plan::Plan& plan) {
  for (const auto& traffic : plan.traffic) {
    const json* found = world.find("Service", traffic.service);
    if (found == nullptr) continue;
    const model::Service service = model::project_service(*found);
    const std::set<std::string> listed = listed_pods(world, traffic.service);
    for (const json* object : world.all("Pod")) {
      const model::Pod pod = model::project_pod(*object);
      const bool meant = service.meta.ns == pod.meta.ns && model::selects(service.selector, pod.meta.labels);
      if (meant && pod.ready() && pod.meta.deletion_wall_ns == 0 && !listed.contains(pod.meta.name))
        return fmt::format("Pod/{} is ready and no EndpointSlice of Service/{} names it", pod.meta.name,
                           service.meta.name);
    }
  }
  return "";
}

}  // namespace straycat::runner
