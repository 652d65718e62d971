#include "named_port.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "emptiness.hpp"
#include "manifests.hpp"
#include "words.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/finding/ports.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::diagnose {
namespace {

// The name that the Service's port asks for, "" when it asks by number.
std::string asked_name(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto service = the_case.history.service(view.ns, view.service);
  if (!service) return "";
  for (const auto& port : service->ports) {
    const auto* name = std::get_if<std::string>(&port.target);
    if (port.port == view.service_port && name != nullptr) return *name;
  }
  return "";
}

bool sidecar_has(const nlohmann::json& pod_spec, const std::string& name) {
  bool found = false;
  each_object(member(pod_spec, "initContainers"), [&](const nlohmann::json& container) {
    if (text_at(container, {"restartPolicy"}) != "Always") return;
    each_object(member(container, "ports"),
                [&](const nlohmann::json& port) { found = found || text_at(port, {"name"}) == name; });
  });
  return found;
}

}  // namespace

bool lacks_named_port(const Case& the_case, const Cell& cell) {
  const auto& endpoints = the_case.view_of(cell).endpoints;
  std::size_t listed = 0;
  for (const auto& endpoint : endpoints) {
    if (state_at(endpoint, known_then(the_case, cell)) == nullptr) continue;
    if (endpoint.id.port != 0) return false;
    ++listed;
  }
  return listed > 0;
}

std::string native_sidecar_port(const Case& the_case, const Cell& cell) {
  const std::string name = asked_name(the_case, cell);
  if (name.empty() || !lacks_named_port(the_case, cell)) return "";
  for (const auto& endpoint : the_case.view_of(cell).endpoints) {
    const auto* manifest = manifest_of(the_case.history, endpoint.owner.kind, endpoint.owner.name);
    if (manifest == nullptr) continue;
    const auto pointer = model::pod_template_of(endpoint.owner.kind) + "/spec";
    if (sidecar_has(at_path(manifest->object, std::string_view(pointer)), name))
      return fmt::format(
          "the port {} is one of a native sidecar of {}, and this cluster's slices do not bear it, which Kubernetes "
          "1.33 "
          "and later do",
          safe(name), display(endpoint.owner));
  }
  return "";
}

}  // namespace straycat::diagnose
