// The rows: names as Kubernetes 1.36's discovery gives them, keys as its types have them (k8s.io/api core/v1, apps/v1,
// batch/v1), conditions as its controllers set them.
#include <algorithm>
#include <array>

#include <straycat/model/kinds.hpp>

namespace straycat::model {
namespace {

template <auto project>
Projection as(const json& object) {
  return project(object);
}

constexpr std::string_view template_at = "/spec/template";
constexpr std::string_view job_template_at = "/spec/jobTemplate/spec/template";
constexpr std::string_view selector_at = "/spec/selector/matchLabels";
constexpr std::string_view map_selector_at = "/spec/selector";
constexpr PodCounts replicas{"/spec/replicas", "/status/readyReplicas"};
constexpr std::string_view whose = "which workload a pod belongs to";
constexpr std::string_view whose_such = "which workload a pod of this kind belongs to";
constexpr std::string_view could_come = "who could come to stand there";
constexpr std::string_view admission = "admissionregistration.k8s.io/v1";
constexpr std::string_view rbac = "rbac.authorization.k8s.io/v1";

constexpr std::array rows{
    Kind{.name = "Namespace",
         .api_version = "v1",
         .plural = "namespaces",
         .short_name = "ns",
         .namespaced = false,
         .named_as_label = true},
    Kind{.name = "Service",
         .api_version = "v1",
         .plural = "services",
         .short_name = "svc",
         .own_selector = map_selector_at,
         .conditions = "Routable Unroutable",
         .spec_keys = "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName "
                      "externalTrafficPolicy healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy "
                      "loadBalancerClass loadBalancerIP loadBalancerSourceRanges ports:ServicePort "
                      "publishNotReadyAddresses selector:texts sessionAffinity sessionAffinityConfig "
                      "trafficDistribution type",
         .named_as_label = true,
         .project = as<project_service>,
         .watched = Watched{"changes of the Service's selector and ports", WatchScope::by_name},
         .listed = Surveyed{"the verdict",
                            "other Services that select the same pods are not known, so no fix can be checked"}},
    Kind{.name = "EndpointSlice",
         .api_version = "discovery.k8s.io/v1",
         .plural = "endpointslices",
         .short_name = "",
         .keys = "addressType endpoints ports",
         .project = as<project_slice>,
         .watched = Watched{"the runner's own view of who stood behind the Service, beside the agent's",
                            WatchScope::by_service},
         .listed = Surveyed{"the verdict",
                            "who gets connections is inferred from the pods' readiness, and slices that are stale or "
                            "hand-made are not seen"}},
    Kind{.name = "Pod",
         .api_version = "v1",
         .plural = "pods",
         .short_name = "po",
         .pod_template = "",
         .comes_and_goes = true,
         .conditions = "Ready ContainersReady Initialized PodScheduled PodReadyToStartContainers Complete Failed "
                       "Routable Unroutable",
         .spec_keys = "@PodSpec",
         .project = as<project_pod>,
         .watched = Watched{""},  // without it nothing tells that the agent runs
         .listed = Surveyed{"the verdict", "who stands behind a Service cannot be told"}},
    Kind{.name = "Deployment",
         .api_version = "apps/v1",
         .plural = "deployments",
         .short_name = "deploy",
         .pod_template = template_at,
         .own_selector = selector_at,
         .makes = "ReplicaSet",
         .counts = replicas,
         .fixed_selector = true,
         .scales = true,
         .rolls_out = true,
         .conditions = "Available Progressing ReplicaFailure Ready RolledOut Routable Unroutable",
         .spec_keys = "minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector:selector "
                      "strategy:strategy template:template",
         .project = as<project_workload>,
         .watched = Watched{whose},
         .listed = Surveyed{could_come, "Deployments that have no pods now and would be selected are not seen"}},
    Kind{.name = "StatefulSet",
         .api_version = "apps/v1",
         .plural = "statefulsets",
         .short_name = "sts",
         .pod_template = template_at,
         .own_selector = selector_at,
         .counts = replicas,
         .fixed_selector = true,
         .scales = true,
         .rolls_out = true,
         .conditions = "Ready RolledOut Routable Unroutable",
         .spec_keys = "minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas "
                      "revisionHistoryLimit selector:selector serviceName template:template updateStrategy:strategy "
                      "volumeClaimTemplates",
         .project = as<project_workload>,
         .watched = Watched{whose_such},
         .listed = Surveyed{could_come, "StatefulSets that have no pods now and would be selected are not seen"}},
    Kind{.name = "DaemonSet",
         .api_version = "apps/v1",
         .plural = "daemonsets",
         .short_name = "ds",
         .pod_template = template_at,
         .own_selector = selector_at,
         .counts = PodCounts{"/status/desiredNumberScheduled", "/status/numberReady"},
         .fixed_selector = true,
         .rolls_out = true,
         .conditions = "Ready RolledOut Routable Unroutable",
         .spec_keys = "minReadySeconds revisionHistoryLimit selector:selector template:template "
                      "updateStrategy:strategy",
         .project = as<project_workload>,
         .watched = Watched{whose_such},
         .listed = Surveyed{could_come, "DaemonSets that have no pods now and would be selected are not seen"}},
    Kind{.name = "ReplicaSet",
         .api_version = "apps/v1",
         .plural = "replicasets",
         .short_name = "rs",
         .pod_template = template_at,
         .own_selector = selector_at,
         .counts = replicas,
         .fixed_selector = true,
         .scales = true,
         .conditions = "Ready ReplicaFailure Routable Unroutable",
         .spec_keys = "minReadySeconds replicas selector:selector template:template",
         .project = as<project_workload>,
         .watched = Watched{whose},
         .listed = Surveyed{could_come, "pods of a Deployment are ascribed to it by name only", false}},
    Kind{.name = "ReplicationController",
         .api_version = "v1",
         .plural = "replicationcontrollers",
         .short_name = "rc",
         .pod_template = template_at,
         .own_selector = map_selector_at,
         .counts = replicas,
         .scales = true,
         .conditions = "Ready ReplicaFailure Routable Unroutable",
         .spec_keys = "minReadySeconds replicas selector:texts template:template",
         .project = as<project_workload>,
         .watched = Watched{whose_such},
         .listed = Surveyed{could_come,
                            "ReplicationControllers that have no pods now and would be selected are not seen", false}},
    Kind{.name = "Job",
         .api_version = "batch/v1",
         .plural = "jobs",
         .short_name = "",
         .pod_template = template_at,
         .counts = PodCounts{"/spec/parallelism", "/status/ready", false},
         .comes_and_goes = true,
         .fixed_template = true,
         .fixed_selector = true,
         .conditions = "Complete Failed Suspended SuccessCriteriaMet FailureTarget Ready Routable Unroutable",
         .spec_keys = "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy "
                      "manualSelector maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy "
                      "selector:selector successPolicy suspend template:template ttlSecondsAfterFinished",
         .project = as<project_workload>,
         .watched = Watched{whose},
         .listed = Surveyed{could_come, "Jobs that would be selected when they run are not seen"}},
    Kind{.name = "CronJob",
         .api_version = "batch/v1",
         .plural = "cronjobs",
         .short_name = "cj",
         .pod_template = job_template_at,
         .makes = "Job",
         .comes_and_goes = true,
         .spec_keys = "concurrencyPolicy failedJobsHistoryLimit jobTemplate:jobTemplate schedule "
                      "startingDeadlineSeconds successfulJobsHistoryLimit suspend timeZone",
         .project = as<project_workload>,
         .watched = Watched{whose_such},
         .listed = Surveyed{could_come, "CronJobs whose pods would be selected are not seen"}},
    Kind{.name = "Event",
         .api_version = "v1",
         .plural = "events",
         .short_name = "ev",
         .also_as = "events.k8s.io/v1",
         .keys = "action count deprecatedCount deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedSource "
                 "eventTime firstTimestamp involvedObject lastTimestamp message note reason regarding related "
                 "reportingComponent reportingController reportingInstance series source type",
         .project = as<project_kube_event>,
         .watched = Watched{"what Kubernetes says of pods that do not start, and of failed probes"},
         .listed = Surveyed{"what lately stood there",
                            "what lately went is seen only where finished pods are still listed", false},
         .left_behind = false},
    Kind{.name = "NetworkPolicy",
         .api_version = "networking.k8s.io/v1",
         .plural = "networkpolicies",
         .short_name = "netpol",
         .keys = "spec",
         .project = as<project_network_policy>,
         .watched = Watched{"policies as a rival cause"},
         .listed = Surveyed{"policies that restrict who may reach the pods",
                            "policies that restrict who may reach the pods are not seen", false}},
    Kind{.name = "Node",
         .api_version = "v1",
         .plural = "nodes",
         .short_name = "no",
         .namespaced = false,
         .conditions = "Ready MemoryPressure DiskPressure PIDPressure NetworkUnavailable",
         .project = as<project_node>,
         .watched = Watched{"nodes that are not ready, as a rival cause"},
         .left_behind = false},
    Kind{.name = "Endpoints", .api_version = "v1", .plural = "endpoints", .short_name = "ep", .keys = "subsets"},
    Kind{.name = "Ingress", .api_version = "networking.k8s.io/v1", .plural = "ingresses", .short_name = "ing"},
    Kind{.name = "IngressClass",
         .api_version = "networking.k8s.io/v1",
         .plural = "ingressclasses",
         .short_name = "",
         .namespaced = false,
         .keys = "spec"},
    Kind{.name = "ConfigMap",
         .api_version = "v1",
         .plural = "configmaps",
         .short_name = "cm",
         .keys = "binaryData data immutable"},
    Kind{.name = "Secret",
         .api_version = "v1",
         .plural = "secrets",
         .short_name = "",
         .keys = "data immutable stringData type"},
    Kind{.name = "ServiceAccount",
         .api_version = "v1",
         .plural = "serviceaccounts",
         .short_name = "sa",
         .keys = "automountServiceAccountToken imagePullSecrets secrets"},
    Kind{.name = "RoleBinding",
         .api_version = rbac,
         .plural = "rolebindings",
         .short_name = "",
         .keys = "roleRef subjects"},
    Kind{.name = "Role", .api_version = rbac, .plural = "roles", .short_name = "", .keys = "rules"},
    Kind{.name = "ClusterRoleBinding",
         .api_version = rbac,
         .plural = "clusterrolebindings",
         .short_name = "",
         .namespaced = false,
         .keys = "roleRef subjects"},
    Kind{.name = "ClusterRole",
         .api_version = rbac,
         .plural = "clusterroles",
         .short_name = "",
         .namespaced = false,
         .keys = "aggregationRule rules"},
    Kind{.name = "HorizontalPodAutoscaler",
         .api_version = "autoscaling/v2",
         .plural = "horizontalpodautoscalers",
         .short_name = "hpa",
         .also_as = "autoscaling/v1",
         .conditions = "AbleToScale ScalingActive ScalingLimited"},
    Kind{.name = "PodDisruptionBudget",
         .api_version = "policy/v1",
         .plural = "poddisruptionbudgets",
         .short_name = "pdb",
         .conditions = "DisruptionAllowed"},
    Kind{.name = "PersistentVolumeClaim",
         .api_version = "v1",
         .plural = "persistentvolumeclaims",
         .short_name = "pvc",
         .conditions = "Resizing FileSystemResizePending"},
    Kind{.name = "PersistentVolume",
         .api_version = "v1",
         .plural = "persistentvolumes",
         .short_name = "pv",
         .namespaced = false},
    Kind{.name = "StorageClass",
         .api_version = "storage.k8s.io/v1",
         .plural = "storageclasses",
         .short_name = "sc",
         .namespaced = false,
         .keys = "allowVolumeExpansion allowedTopologies mountOptions parameters provisioner reclaimPolicy "
                 "volumeBindingMode"},
    Kind{.name = "PriorityClass",
         .api_version = "scheduling.k8s.io/v1",
         .plural = "priorityclasses",
         .short_name = "pc",
         .namespaced = false,
         .keys = "description globalDefault preemptionPolicy value"},
    Kind{.name = "MutatingWebhookConfiguration",
         .api_version = admission,
         .plural = "mutatingwebhookconfigurations",
         .short_name = "",
         .namespaced = false,
         .keys = "webhooks"},
    Kind{.name = "ValidatingWebhookConfiguration",
         .api_version = admission,
         .plural = "validatingwebhookconfigurations",
         .short_name = "",
         .namespaced = false,
         .keys = "webhooks"},
    Kind{.name = "ResourceQuota", .api_version = "v1", .plural = "resourcequotas", .short_name = "quota"},
    Kind{.name = "LimitRange", .api_version = "v1", .plural = "limitranges", .short_name = "limits", .keys = "spec"},
    Kind{
        .name = "Lease", .api_version = "coordination.k8s.io/v1", .plural = "leases", .short_name = "", .keys = "spec"},
    Kind{.name = "PodTemplate", .api_version = "v1", .plural = "podtemplates", .short_name = "", .keys = "template"},
    Kind{.name = "ControllerRevision",
         .api_version = "apps/v1",
         .plural = "controllerrevisions",
         .short_name = "",
         .keys = "data revision",
         .left_behind = false},
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// Calls `f` for each of the words that blanks separate.
template <class F>
void each_word(std::string_view text, F f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    f(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

std::string_view version_of(std::string_view api_version) {
  return api_version.substr(api_version.find('/') + 1);  // without one: from 0
}

std::string Kind::singular() const { return lower(name); }

std::string Kind::qualified() const {
  return group().empty() ? std::string(plural) : std::string(plural) + "." + std::string(group());
}

bool Kind::served_as(std::string_view version) const {
  return version == api_version || (!also_as.empty() && version == also_as);
}

bool Kind::served_in(std::string_view group) const {
  return group == this->group() || (!also_as.empty() && group == group_of(also_as));
}

bool Kind::gets(std::string_view condition) const {
  bool found = condition == "Exists" || condition == "Deleted";
  each_word(conditions, [&](std::string_view one) { found = found || one == condition; });
  return found;
}

std::vector<std::string> Kind::all_conditions() const {
  std::vector<std::string> all = {"Exists", "Deleted"};
  each_word(conditions, [&](std::string_view one) { all.emplace_back(one); });
  return all;
}

std::span<const Kind> kinds() { return rows; }

const Kind* kind_named(std::string_view name) {
  const auto* found = std::find_if(rows.begin(), rows.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == rows.end() ? nullptr : found;
}

const Kind* kind_called(std::string_view word) {
  const std::string whole = lower(word);
  const std::string_view view = whole;
  const std::size_t dot = view.find('.');
  const std::string_view bare = view.substr(0, dot);
  const auto* found = std::find_if(rows.begin(), rows.end(), [&](const Kind& kind) {
    if (dot != std::string_view::npos && view.substr(dot + 1) != kind.group()) return false;
    return bare == kind.singular() || bare == kind.plural || (!kind.short_name.empty() && bare == kind.short_name);
  });
  return found == rows.end() ? nullptr : found;
}

std::vector<std::string> kind_names(bool (*which)(const Kind&)) {
  std::vector<std::string> names;
  for (const Kind& kind : rows)
    if (which == nullptr || which(kind)) names.emplace_back(kind.name);
  return names;
}

bool makes_pods(std::string_view kind) {
  const Kind* row = kind_named(kind);
  return row != nullptr && row->makes_pods();
}

bool stands_for_good(std::string_view kind) {
  const Kind* row = kind_named(kind);
  return !kind.empty() && (row == nullptr || !row->comes_and_goes);
}

std::string pod_template_of(std::string_view kind) {
  const Kind* row = kind_named(kind);
  return std::string(row != nullptr && row->pod_template ? *row->pod_template : template_at);
}

std::string pod_labels_of(std::string_view kind) { return pod_template_of(kind) + "/metadata/labels"; }

std::string own_selector_of(std::string_view kind) {
  const Kind* row = kind_named(kind);
  return std::string(row != nullptr && !row->own_selector.empty() ? row->own_selector : selector_at);
}

}  // namespace straycat::model
