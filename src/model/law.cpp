#include <algorithm>

#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/fault.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/law.hpp>

namespace straycat::model {
namespace {

using nlohmann::json;

LawRow on(Nodes nodes, LawRow row) {
  row.nodes = nodes;
  return row;
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<LawRow> make_law() {
  constexpr auto nothing = Reach::nothing;
  constexpr auto traffic = Reach::traffic;
  constexpr auto pods = Reach::pods;
  constexpr auto wishes = "wishes are not weighed: pods spread over the nodes that will do";
  constexpr auto every_namespace = "pods of every namespace count";
  return {
      {"NetworkPolicy", "", "", traffic, "no policy is enforced, what it forbids goes through", true},
      {"Ingress", "", "", traffic, "no controller serves it: nothing reaches a Service through it"},
      {"IngressClass", "", "", nothing, "no controller serves it"},
      {"MutatingWebhookConfiguration", "", "", pods, "no webhook is called, objects stay as they were written"},
      {"ValidatingWebhookConfiguration", "", "", nothing, "no webhook is called, nothing is refused"},
      {"HorizontalPodAutoscaler", "", "", nothing, "nothing is measured: only its bounds hold"},
      {"PersistentVolumeClaim", "", "", nothing, "no volume is made, and a pod that mounts one does not start"},
      {"PersistentVolume", "", "", nothing, "no volume is mounted"},
      {"StorageClass", "", "", nothing, "no volume is made"},
      {"PriorityClass", "", "", nothing, "no pod is preempted"},
      {"CustomResourceDefinition", "", "", nothing,
       "of its schemas formats and rules in CEL are not checked, and nothing converts between its versions"},
      {custom_resource, "", "", pods, "nobody works at it"},
      {"ServiceMonitor", "", "", nothing, "nobody measures what it selects"},
      {"PodMonitor", "", "", nothing, "nobody measures what it selects"},
      {"Probe", "", "", nothing, "nobody measures what it names"},
      {"PrometheusRule", "", "", nothing, "nobody evaluates it"},
      {"ScrapeConfig", "", "", nothing, "nobody measures what it names"},
      {"Certificate", "", "", nothing, "no certificate is made, and a pod that mounts it does not start"},
      {"Issuer", "", "", nothing, "no certificate is made"},
      {"ClusterIssuer", "", "", nothing, "no certificate is made"},
      {"VerticalPodAutoscaler", "", "", nothing, "nothing is measured, pods keep the resources that they ask for"},
      {"ScaledObject", "", "", pods, "nothing is measured, its target keeps its replicas"},
      {"Gateway", "", "", traffic, "no controller serves it: nothing reaches a Service through it"},
      {"HTTPRoute", "", "", traffic, "no controller serves it: nothing reaches a Service through it"},
      {"APIService", "", "", nothing, "no request is handed on to another API server"},
      {"RuntimeClass", "", "", nothing, "every pod is a process of this machine"},
      {"ServiceCIDR", "", "", nothing, "Services have addresses of 10.96.0.0/16 alone"},
      {"IPAddress", "", "", nothing, "no address is kept by it"},
      {"CSIDriver", "", "", nothing, "no volume is made"},
      {"CSINode", "", "", nothing, "no volume is made"},
      {"CSIStorageCapacity", "", "", nothing, "no volume is made"},
      {"VolumeAttachment", "", "", nothing, "no volume is mounted"},
      {"VolumeAttributesClass", "", "", nothing, "no volume is made"},
      {"FlowSchema", "", "", nothing, "no request waits for others"},
      {"PriorityLevelConfiguration", "", "", nothing, "no request waits for others"},
      {"ValidatingAdmissionPolicy", "", "", nothing, "nothing is refused"},
      {"ValidatingAdmissionPolicyBinding", "", "", nothing, "nothing is refused"},
      {"MutatingAdmissionPolicy", "", "", pods, "objects stay as they were written"},
      {"MutatingAdmissionPolicyBinding", "", "", pods, "objects stay as they were written"},
      {"CertificateSigningRequest", "", "", nothing, "nobody signs it"},
      {"DeviceClass", "", "", nothing, "no device is given to a pod"},
      {"ResourceClaim", "", "", pods, "no device is given to a pod"},
      {"ResourceClaimTemplate", "", "", pods, "no device is given to a pod"},
      {"ResourceSlice", "", "", nothing, "no device is given to a pod"},
      {"PodTemplate", "", "", nothing, "nobody makes pods from it"},
      {"ClusterRole", "aggregationRule", "", nothing, "only its own rules count"},

      {"StatefulSet", "spec.serviceName", "", nothing,
       "the fallback has no DNS server: its pods have no names of their own", true},
      {"StatefulSet", "spec.volumeClaimTemplates", "", pods, "no volume is made, and its pods do not start"},
      {"StatefulSet", "spec.updateStrategy.rollingUpdate.maxUnavailable", "1", pods, "an update goes pod by pod"},
      {"CronJob", "spec.timeZone", "UTC|Etc/UTC", pods, "its schedule is read in UTC"},

      {"Service", "spec.trafficDistribution", "", traffic, "every endpoint is as near, on whatever node"},
      {"Service", "spec.type", "ClusterIP|NodePort|ExternalName", nothing,
       "no load balancer gives it an address: its node ports are served"},
      {"Service", "spec.type", "ClusterIP|ExternalName", nothing,
       "the fallback serves cluster addresses only: no node port", true},
      {"Service", "spec.externalIPs", "", nothing, "the fallback serves cluster addresses only", true},
      {"Service", "spec.externalName", "", traffic, "the fallback has no DNS server: the name does not resolve", true},
      {"Service", "spec.ipFamilyPolicy", "SingleStack", traffic, "there is no IPv6"},
      {"Service", "spec.ports[*].protocol", "TCP|UDP", traffic, "only TCP and UDP are served"},
      {"Service", "spec.ports[*].protocol", "TCP|SCTP", traffic, "the fallback serves TCP only", true},

      {"LimitRange", "spec.limits[*].type", "Container|Pod", nothing, "only pods and their containers are held to it"},

      {"Job", "spec.managedBy", "kubernetes.io/job-controller", pods, "the Job controller works at it all the same"},

      on(Nodes::one, {"Pod", "spec.affinity.podAffinity", "", pods, "there is one node, every pod is placed there"}),
      on(Nodes::one,
         {"Pod", "spec.affinity.podAntiAffinity", "", pods, "there is one node, every pod is placed there"}),
      on(Nodes::one,
         {"Pod", "spec.topologySpreadConstraints", "", pods, "there is one node, every pod is placed there"}),
      on(Nodes::several,
         {"Pod", "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution", "", pods, wishes}),
      on(Nodes::several,
         {"Pod", "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution", "", pods, wishes}),
      on(Nodes::several,
         {"Pod", "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution", "", pods, wishes}),
      on(Nodes::several, {"Pod", "spec.topologySpreadConstraints[*].whenUnsatisfiable", "DoNotSchedule", pods, wishes}),
      on(Nodes::several, {"Pod", "spec.topologySpreadConstraints[*].nodeAffinityPolicy", "Honor", pods,
                          "nodes that the pod's own affinity forbids do not count"}),
      on(Nodes::several,
         {"Pod", "spec.topologySpreadConstraints[*].nodeTaintsPolicy", "Ignore", pods, "nodes with taints count"}),
      on(Nodes::several,
         {"Pod", "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[*].namespaceSelector", "",
          pods, every_namespace, false, true}),
      on(Nodes::several,
         {"Pod", "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[*].namespaceSelector",
          "", pods, every_namespace, false, true}),
      {"Pod", "spec.hostNetwork", "", traffic, "the pod has a network of its own"},
      {"Pod", "spec.hostPID", "", pods, "containers see the same processes as without it"},
      {"Pod", "spec.shareProcessNamespace", "", pods, "containers see the same processes as without it"},
      {"Pod", "spec.hostIPC", "", pods, "containers see the same shared memory as without it"},
      {"Pod", "spec.hostUsers", "", nothing, "a pod's users get no rights over this machine"},
      {"Pod", "spec.setHostnameAsFQDN", "", pods, "the host name is the same as without it"},
      {"Pod", "spec.hostAliases", "", traffic, "the fallback mounts no hosts file: the names do not resolve", true},
      {"Pod", "spec.dnsConfig", "", traffic, "the fallback has no DNS server: clients find Services by a file", true},
      {"Pod", "spec.dnsPolicy", "ClusterFirst|ClusterFirstWithHostNet", traffic,
       "the fallback has no DNS server: clients find Services by a file", true},
      {"Pod", "spec.securityContext", "", pods, "processes run as the person's own user", true},
      {"Pod", "spec.securityContext.sysctls", "", pods, "a pod has no network of its own", true},
      {"Pod", "spec.securityContext.seccompProfile", "", nothing, "every pod has the filter of a container runtime"},
      {"Pod", "spec.securityContext.seLinuxOptions", "", nothing, "no label is set"},
      {"Pod", "spec.priorityClassName", "", nothing, "no pod is preempted"},
      {"Pod", "spec.runtimeClassName", "", nothing, "pods are processes of this machine"},
      {"Pod", "spec.containers[*].securityContext", "", pods, "processes run as the person's own user", true},
      {"Pod", "spec.containers[*].securityContext.privileged", "", pods, "a pod gets no rights over this machine"},
      {"Pod", "spec.containers[*].securityContext.seccompProfile", "", nothing,
       "every pod has the filter of a container runtime"},
      {"Pod", "spec.containers[*].securityContext.seLinuxOptions", "", nothing, "no label is set"},
      {"Pod", "spec.containers[*].resources.limits.memory", "", pods, "nothing is killed for want of memory", true},
      {"Pod", "spec.containers[*].resources.limits.cpu", "", pods, "nothing is slowed down"},
      {"Pod", "spec.containers[*].ports[*].hostPort", "", nothing, "no port of the node is opened"},
      {"Pod", "spec.containers[*].terminationMessagePath", "/dev/termination-log", nothing,
       "no file can be mounted: what is written there is not read", true},
      {"Pod", "spec.ephemeralContainers[*].targetContainerName", "", nothing,
       "it sees its own processes, and those of no other container"},
      {"Pod", "spec.volumes[*].hostPath", "", pods, "pods never see this machine's files: the pod does not start"},
      {"Pod", "spec.volumes[*].persistentVolumeClaim", "", pods, "no volume is made: the pod does not start"},
      {"Pod", "spec.volumes[*].ephemeral", "", pods, "no volume is made: the pod does not start"},
      {"Pod", "spec.volumes[*].csi", "", pods, "there is no driver: the pod does not start"},
      {"Pod", "spec.volumes[*].nfs", "", pods, "it is not mounted: the pod does not start"},
      {"Pod", "spec.volumes[*].emptyDir", "", pods, "nothing can be mounted: the pod does not start", true, true},
      {"Pod", "spec.volumes[*].configMap", "", pods, "nothing can be mounted: the pod does not start", true},
      {"Pod", "spec.volumes[*].secret", "", pods, "nothing can be mounted: the pod does not start", true},
      {"Pod", "spec.volumes[*].downwardAPI", "", pods, "nothing can be mounted: the pod does not start", true},
  };
}

bool is_set(const json& value, bool even_empty) {
  return !value.is_null() && (even_empty || !(value.is_structured() && value.empty())) && value != json(false) &&
         value != json(0) && value != json("");
}

bool is_harmless(const json& value, std::string_view harmless) {
  if (!value.is_string() && !value.is_number()) return false;
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  while (!harmless.empty()) {
    const auto end = std::min(harmless.find('|'), harmless.size());
    if (harmless.substr(0, end) == text) return true;
    harmless.remove_prefix(std::min(end + 1, harmless.size()));
  }
  return false;
}

struct Found {
  std::string field;
  const json* value;
};

void find(const json& at, std::string_view path, const std::string& before, std::vector<Found>& out);

// The items of a list, each with the rest of the path.
void find_items(const json& list, std::string_view rest, const std::string& before, std::vector<Found>& out) {
  if (!list.is_array()) return;
  for (std::size_t i = 0; i < list.size(); ++i) find(list[i], rest, before + "[" + std::to_string(i) + "]", out);
}

// Every value that the path leads to. Init containers and ephemeral ones are containers, too.
void find(const json& at, std::string_view path, const std::string& before, std::vector<Found>& out) {
  if (path.empty()) return out.push_back({before, &at});
  if (!at.is_object()) return;
  const auto end = std::min(path.find('.'), path.size());
  const auto rest = path.substr(std::min(end + 1, path.size()));
  std::string key{path.substr(0, end)};
  const bool items = key.ends_with("[*]");
  if (items) key.resize(key.size() - 3);
  for (const std::string& name : key == "containers"
                                     ? std::vector<std::string>{"initContainers", key, "ephemeralContainers"}
                                     : std::vector{key}) {
    const auto found = at.find(name);
    if (found == at.end()) continue;
    const auto where = before.empty() ? name : before + "." + name;
    items ? find_items(*found, rest, where, out) : find(*found, rest, where, out);
  }
}

// Where a pod's spec stands in an object of this kind; "" where there is none.
std::string pod_in(const std::string& kind) {
  const auto* known = kind_named(kind);
  if (known == nullptr || !known->pod_template) return "";
  std::string path{*known->pod_template};
  std::replace(path.begin(), path.end(), '/', '.');
  return (path.empty() ? "" : path.substr(1) + ".") + "spec";
}

std::string text_of(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_string()) return {};
  return object[key].get<std::string>();
}

// Of another maker's object nothing is known but whether its kind has a row.
Ignored custom_row(std::string_view api_version, const std::string& kind) {
  const bool known = known_custom_kind(kind, group_of(api_version)) != nullptr;
  const std::string_view wanted = known ? std::string_view(kind) : custom_resource;
  const auto& all = law();
  const auto at = std::find_if(all.begin(), all.end(), [&](const LawRow& row) { return row.kind == wanted; });
  return {&*at, "", kind};
}

std::string path_in(const LawRow& row, const std::string& kind) {
  constexpr std::string_view spec = "spec";
  if (row.kind != "Pod") return std::string(row.field);
  return pod_in(kind) + std::string(row.field.substr(spec.size()));
}

}  // namespace

const std::vector<LawRow>& law() {
  static const std::vector<LawRow> all = make_law();
  return all;
}

std::string Ignored::sentence() const {
  const auto& what = field.empty() ? kind : field;
  return what + " has no effect on the embedded cluster: " + std::string(row->words);
}

std::string_view to_string(Plane plane) { return plane == Plane::kernel ? "kernel-nftables" : "loopback-fallback"; }

Plane plane_named(std::string_view label) {
  return label == to_string(Plane::fallback) ? Plane::fallback : Plane::kernel;
}

bool is_ignored(std::string_view kind) {
  return std::any_of(law().begin(), law().end(),
                     [&](const LawRow& row) { return row.kind == kind && row.field.empty(); });
}

std::vector<Ignored> ignored_fields(const json& object, Plane plane, std::size_t nodes) {
  std::vector<Ignored> out;
  const auto kind = text_of(object, "kind");
  if (kind.empty()) return out;
  const auto version = text_of(object, "apiVersion");
  if (group_of(version) == fault_group) return {};  // ours: what it orders is done, or refused in its status
  if (is_custom(version, kind)) return {custom_row(version, kind)};
  for (const auto& row : law()) {
    if (row.fallback_only && plane != Plane::fallback) continue;
    if (row.nodes != Nodes::any && (row.nodes == Nodes::several) != (nodes > 1)) continue;
    if (row.kind != kind && (row.kind != "Pod" || pod_in(kind).empty())) continue;
    if (row.field.empty()) {
      if (row.kind == kind) out.push_back({&row, "", kind});
      continue;
    }
    std::vector<Found> all;
    find(object, path_in(row, kind), "", all);
    for (const auto& found : all) {
      if (is_set(*found.value, row.even_empty) && !is_harmless(*found.value, row.harmless))
        out.push_back({&row, found.field, kind});
    }
  }
  return out;
}

}  // namespace straycat::model
