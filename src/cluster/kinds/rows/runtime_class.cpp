#include <algorithm>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

// plugin/pkg/admission/runtimeclass: a pod's class must be there, and says what the pod costs beside its containers.
StoreResult<void> admit_pod(const Newcomer& newcomer, const std::vector<Object>& own) {
  const auto wanted = text_at(newcomer.object, "/spec/runtimeClassName");
  if (newcomer.current || string_or(newcomer.object, "kind") != "Pod" || wanted.empty()) return {};
  const auto found = std::find_if(own.begin(), own.end(),
                                  [&](const Object& one) { return text_at(*one, "/metadata/name") == wanted; });
  const auto refuse = [&](const std::string& why) {
    return forbidden(*resource_by_kind("Pod"), text_at(newcomer.object, "/metadata/name"), "pod rejected: " + why);
  };
  if (found == own.end()) return refuse("RuntimeClass \"" + wanted + "\" not found");
  const auto& overhead = object_or_empty(object_or_empty(**found, "overhead"), "podFixed");
  auto& spec = newcomer.object["spec"];
  if (spec.contains("overhead") && spec["overhead"] != overhead)
    return refuse("Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  if (!overhead.empty()) spec["overhead"] = overhead;
  const auto& selector = object_or_empty(object_or_empty(**found, "scheduling"), "nodeSelector");
  for (const auto& [key, value] : selector.items()) {
    auto& have = spec["nodeSelector"][key];
    if (!have.is_null() && have != value) return refuse("conflict: runtimeClass.scheduling.nodeSelector[" + key + "]");
    have = value;
  }
  for (const auto& toleration : array_or_empty(object_or_empty(**found, "scheduling"), "tolerations"))
    spec["tolerations"].push_back(toleration);
  return {};
}

}  // namespace

KindRow runtime_class_row() {
  return {
      .kind = "RuntimeClass",
      .group = "node.k8s.io",
      .version = "v1",
      .plural = "runtimeclasses",
      .singular = "runtimeclass",
      .namespaced = false,
      .counts_generation = true,
      .types = {"node.v1.RuntimeClass apiVersion=s kind=s handler:2=s metadata:1=meta.v1.ObjectMeta "
                "overhead:3=node.v1.Overhead scheduling:4=node.v1.Scheduling",
                "node.v1.Overhead podFixed:1=map(q)",
                "node.v1.Scheduling nodeSelector:1=atomic(s) tolerations:2=list(core.v1.Toleration)"},
      .admit = admit_pod,
  };
}

}  // namespace straycat::cluster
