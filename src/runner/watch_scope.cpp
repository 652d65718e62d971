#include "runner/watch_scope.hpp"

#include <set>
#include <vector>

#include "runner/verbs.hpp"

namespace straycat::runner {

namespace {

std::vector<plan::Target> objects_of(const plan::Action& action) {
  return std::visit([](const auto& one) { return doing(one).objects(one); }, action);
}

std::set<std::string> services_of(const plan::Plan& plan, const std::string& ns) {
  std::set<std::string> out;
  for (const auto& traffic : plan.traffic)
    if (!traffic.service.empty() && (traffic.service_ns.empty() || traffic.service_ns == ns))
      out.insert(traffic.service);
  for (const auto& step : plan.steps)
    for (const auto& target : objects_of(step.action)) {
      if (target.kind == "Service") out.insert(target.name);
      if (target.kind == "EndpointSlice" || target.kind == "Endpoints") return {};  // whose it is is not in its name
    }
  return out;
}

}  // namespace

Selectors scope_of(const model::Kind& kind, const plan::Plan& plan, const std::string& shared) {
  const auto scope = kind.watched ? kind.watched->scope : model::WatchScope::whole;
  if (shared.empty() || scope == model::WatchScope::whole) return {};
  const auto services = services_of(plan, shared);
  if (services.empty()) return {};
  // A field selector knows no "or".
  if (scope == model::WatchScope::by_name)
    return {"", services.size() == 1 ? "metadata.name=" + *services.begin() : ""};
  std::string names;
  for (const auto& name : services) names += (names.empty() ? "" : ",") + name;
  if (services.size() == 1) return {"kubernetes.io/service-name=" + names, ""};
  return {"kubernetes.io/service-name in (" + names + ")", ""};
}

}  // namespace straycat::runner
