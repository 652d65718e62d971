// Which words name which kind: as `kubectl api-resources` lists them for Kubernetes 1.36.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

struct Kind {
  std::string_view kind, plural, short_name, api_version;
};

constexpr std::array<Kind, 25> kinds{{
    {"Deployment", "deployments", "deploy", "apps/v1"},
    {"Service", "services", "svc", "v1"},
    {"Job", "jobs", "", "batch/v1"},
    {"CronJob", "cronjobs", "cj", "batch/v1"},
    {"Pod", "pods", "po", "v1"},
    {"StatefulSet", "statefulsets", "sts", "apps/v1"},
    {"DaemonSet", "daemonsets", "ds", "apps/v1"},
    {"ReplicaSet", "replicasets", "rs", "apps/v1"},
    {"ReplicationController", "replicationcontrollers", "rc", "v1"},
    {"ConfigMap", "configmaps", "cm", "v1"},
    {"Secret", "secrets", "", "v1"},
    {"ServiceAccount", "serviceaccounts", "sa", "v1"},
    {"Namespace", "namespaces", "ns", "v1"},
    {"Node", "nodes", "no", "v1"},
    {"Endpoints", "endpoints", "ep", "v1"},
    {"EndpointSlice", "endpointslices", "", "discovery.k8s.io/v1"},
    {"Event", "events", "ev", "v1"},
    {"Ingress", "ingresses", "ing", "networking.k8s.io/v1"},
    {"NetworkPolicy", "networkpolicies", "netpol", "networking.k8s.io/v1"},
    {"HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", "autoscaling/v2"},
    {"PodDisruptionBudget", "poddisruptionbudgets", "pdb", "policy/v1"},
    {"PersistentVolumeClaim", "persistentvolumeclaims", "pvc", "v1"},
    {"Role", "roles", "", "rbac.authorization.k8s.io/v1"},
    {"RoleBinding", "rolebindings", "", "rbac.authorization.k8s.io/v1"},
    {"ResourceQuota", "resourcequotas", "quota", "v1"},
}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

// Does the lower-cased word (without group) name this kind?
bool names(const Kind& kind, std::string_view word) {
  return word == lower(kind.kind) || word == kind.plural || (!kind.short_name.empty() && word == kind.short_name);
}

}  // namespace

std::optional<std::string> kind_from(std::string_view word) {
  const std::string whole = lower(word);
  const std::string_view view = whole;
  const std::size_t dot = view.find('.');
  for (const Kind& kind : kinds) {
    if (!names(kind, view.substr(0, dot))) continue;
    if (dot != std::string_view::npos && view.substr(dot + 1) != group_of(kind.api_version)) continue;
    return std::string(kind.kind);
  }
  return std::nullopt;
}

std::vector<std::string> known_kinds() {
  std::vector<std::string> result;
  for (const Kind& kind : kinds) result.emplace_back(kind.kind);
  return result;
}

std::string api_version_of(std::string_view kind) {
  const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& each) { return each.kind == kind; });
  return found == kinds.end() ? "" : std::string(found->api_version);
}

Result<Target> parse_target(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return bad_input(fmt::format("\"{}\" names no object: expected Kind/name, such as Deployment/sayhi", text));
  }
  const std::string_view word = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  if (name.find('/') != std::string_view::npos) {
    return bad_input(fmt::format("\"{}\" has more than one slash: expected Kind/name, such as Deployment/sayhi", text));
  }
  const std::optional<std::string> kind = kind_from(word);
  if (!kind) return bad_input(fmt::format("unknown kind \"{}\" in \"{}\"", word, text));
  return Target{*kind, std::string(name), ""};
}

}  // namespace straycat::plan
