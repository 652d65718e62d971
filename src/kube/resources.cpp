#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kube/json_text.hpp"
#include <straycat/kube/client.hpp>

namespace straycat::kube {

namespace {

struct Known {
  const char *group, *version, *plural, *kind;
  bool namespaced = true;
};

// The built-in kinds of Kubernetes 1.36 that people put into scenarios, with the version that is stable. A kind that
// two groups serve (Event) stands first under the group that a bare kind means.
constexpr std::array known_kinds{
    Known{"", "v1", "namespaces", "Namespace", false},
    Known{"", "v1", "nodes", "Node", false},
    Known{"", "v1", "persistentvolumes", "PersistentVolume", false},
    Known{"", "v1", "pods", "Pod"},
    Known{"", "v1", "services", "Service"},
    Known{"", "v1", "endpoints", "Endpoints"},
    Known{"", "v1", "configmaps", "ConfigMap"},
    Known{"", "v1", "secrets", "Secret"},
    Known{"", "v1", "serviceaccounts", "ServiceAccount"},
    Known{"", "v1", "events", "Event"},
    Known{"", "v1", "replicationcontrollers", "ReplicationController"},
    Known{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"},
    Known{"", "v1", "limitranges", "LimitRange"},
    Known{"", "v1", "resourcequotas", "ResourceQuota"},
    Known{"", "v1", "podtemplates", "PodTemplate"},
    Known{"apps", "v1", "deployments", "Deployment"},
    Known{"apps", "v1", "replicasets", "ReplicaSet"},
    Known{"apps", "v1", "statefulsets", "StatefulSet"},
    Known{"apps", "v1", "daemonsets", "DaemonSet"},
    Known{"apps", "v1", "controllerrevisions", "ControllerRevision"},
    Known{"batch", "v1", "jobs", "Job"},
    Known{"batch", "v1", "cronjobs", "CronJob"},
    Known{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"},
    Known{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"},
    Known{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"},
    Known{"events.k8s.io", "v1", "events", "Event"},
    Known{"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"},
    Known{"networking.k8s.io", "v1", "ingresses", "Ingress"},
    Known{"networking.k8s.io", "v1", "ingressclasses", "IngressClass", false},
    Known{"rbac.authorization.k8s.io", "v1", "roles", "Role"},
    Known{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"},
    Known{"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false},
    Known{"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false},
    Known{"coordination.k8s.io", "v1", "leases", "Lease"},
    Known{"scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false},
    Known{"storage.k8s.io", "v1", "storageclasses", "StorageClass", false},
    Known{"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false},
};

ResourceType type_of(const Known& known) {
  return {known.group, known.version, known.plural, known.kind, known.namespaced};
}

}  // namespace

std::string ResourceType::path(const std::string& ns, const std::string& name) const {
  std::string out = group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
  if (namespaced && !ns.empty()) out += "/namespaces/" + ns;
  out += "/" + plural;
  if (!name.empty()) out += "/" + name;
  return out;
}

std::optional<ResourceType> resource_for_kind(std::string_view kind) {
  const auto found =
      std::find_if(known_kinds.begin(), known_kinds.end(), [&](const Known& k) { return k.kind == kind; });
  if (found == known_kinds.end()) return std::nullopt;
  return type_of(*found);
}

Result<ResourceType> resource_for(const json& object) {
  const auto kind = text_at(object, {"kind"});
  const auto api_version = text_at(object, {"apiVersion"});
  if (kind.empty() || api_version.empty()) return bad_input("an object needs apiVersion and kind");
  std::string served;
  for (const auto& known : known_kinds) {
    if (known.kind != kind) continue;
    const auto full =
        *known.group == '\0' ? std::string{known.version} : fmt::format("{}/{}", known.group, known.version);
    if (full == api_version) return type_of(known);
    served += (served.empty() ? "" : ", ") + full;
  }
  if (!served.empty()) return bad_input(fmt::format("{} is served as {}, not {}", kind, served, api_version));
  for (const auto& known : known_kinds) served += (served.empty() ? "" : ", ") + std::string{known.kind};
  return bad_input(fmt::format("unknown kind {} ({}); known are {}", kind, api_version, served));
}

}  // namespace straycat::kube
