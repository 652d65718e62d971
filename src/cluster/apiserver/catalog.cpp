#include "cluster/apiserver/catalog.hpp"

#include <algorithm>

namespace straycat::cluster {
namespace {

using Names = std::vector<std::string>;

// Kinds with controllers, or that a person reads while these work.
std::vector<ResourceInfo> core_kinds() {
  return {
      {"", "v1", "configmaps", "configmap", "ConfigMap", Names{"cm"}, true, false, false, false, {}},
      {"", "v1", "endpoints", "endpoints", "Endpoints", Names{"ep"}, true, false, false, false, {}},
      {"", "v1", "events", "event", "Event", Names{"ev"}, true, false, false, false, {}},
      {"", "v1", "namespaces", "namespace", "Namespace", Names{"ns"}, false, true, false, false, {}},
      {"", "v1", "nodes", "node", "Node", Names{"no"}, false, true, false, false, {}},
      {"", "v1", "pods", "pod", "Pod", Names{"po"}, true, true, false, true, Names{"all"}},
      {"", "v1", "secrets", "secret", "Secret", Names{}, true, false, false, false, {}},
      {"", "v1", "serviceaccounts", "serviceaccount", "ServiceAccount", Names{"sa"}, true, false, false, false, {}},
      {"", "v1", "services", "service", "Service", Names{"svc"}, true, true, false, false, Names{"all"}},
  };
}

std::vector<ResourceInfo> group_kinds() {
  const Names all{"all"};
  const std::string rbac = "rbac.authorization.k8s.io";
  return {
      {"apps", "v1", "daemonsets", "daemonset", "DaemonSet", Names{"ds"}, true, true, false, true, all},
      {"apps", "v1", "deployments", "deployment", "Deployment", Names{"deploy"}, true, true, true, true, all},
      {"apps", "v1", "replicasets", "replicaset", "ReplicaSet", Names{"rs"}, true, true, true, true, all},
      {"apps", "v1", "statefulsets", "statefulset", "StatefulSet", Names{"sts"}, true, true, true, true, all},
      {"batch", "v1", "cronjobs", "cronjob", "CronJob", Names{"cj"}, true, true, false, true, all},
      {"batch", "v1", "jobs", "job", "Job", Names{}, true, true, false, true, all},
      {"coordination.k8s.io", "v1", "leases", "lease", "Lease", Names{}, true, false, false, false, {}},
      {"discovery.k8s.io",
       "v1",
       "endpointslices",
       "endpointslice",
       "EndpointSlice",
       Names{},
       true,
       false,
       false,
       true,
       {}},
      {"networking.k8s.io",
       "v1",
       "networkpolicies",
       "networkpolicy",
       "NetworkPolicy",
       Names{"netpol"},
       true,
       false,
       false,
       true,
       {}},
      {rbac,
       "v1",
       "clusterrolebindings",
       "clusterrolebinding",
       "ClusterRoleBinding",
       Names{},
       false,
       false,
       false,
       false,
       {}},
      {rbac, "v1", "clusterroles", "clusterrole", "ClusterRole", Names{}, false, false, false, false, {}},
      {rbac, "v1", "rolebindings", "rolebinding", "RoleBinding", Names{}, true, false, false, false, {}},
      {rbac, "v1", "roles", "role", "Role", Names{}, true, false, false, false, {}},
  };
}

std::vector<ResourceInfo> make_catalog() {
  auto all = core_kinds();
  for (auto& info : group_kinds()) all.push_back(std::move(info));
  return all;
}

}  // namespace

const std::vector<ResourceInfo>& catalog() {
  static const std::vector<ResourceInfo> all = make_catalog();
  return all;
}

const ResourceInfo* resource_by_kind(std::string_view kind) {
  const auto& all = catalog();
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& info) { return info.kind == kind; });
  return at == all.end() ? nullptr : &*at;
}

const ResourceInfo* resource_by_plural(std::string_view group, std::string_view plural) {
  const auto& all = catalog();
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& info) { return info.group == group && info.plural == plural; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace straycat::cluster
