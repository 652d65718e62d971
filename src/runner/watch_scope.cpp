#include "runner/watch_scope.hpp"

#include <set>
#include <variant>
#include <vector>

namespace straycat::runner {

namespace {

std::vector<plan::Target> targets_of(const plan::Action& action) {
  if (const auto* apply = std::get_if<plan::Apply>(&action)) {
    std::vector<plan::Target> out;
    for (const auto& manifest : apply->manifests) {
      const auto& object = manifest.object;
      if (!object.is_object() || !object.contains("metadata") || !object["metadata"].is_object()) continue;
      out.push_back({object.value("kind", ""), object["metadata"].value("name", ""), ""});
    }
    return out;
  }
  if (const auto* gone = std::get_if<plan::Delete>(&action)) return gone->targets;
  if (const auto* patch = std::get_if<plan::Patch>(&action)) return {patch->target};
  if (const auto* wait = std::get_if<plan::Wait>(&action)) return {wait->target};
  return {};
}

std::set<std::string> services_of(const plan::Plan& plan, const std::string& ns) {
  std::set<std::string> out;
  for (const auto& traffic : plan.traffic)
    if (!traffic.service.empty() && (traffic.service_ns.empty() || traffic.service_ns == ns))
      out.insert(traffic.service);
  for (const auto& step : plan.steps)
    for (const auto& target : targets_of(step.action)) {
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
