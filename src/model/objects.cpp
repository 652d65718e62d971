// What the projections know of themselves, and their form in the log.
#include <algorithm>

#include <straycat/core/fields.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {

// One list of fields serves both directions (core/fields.hpp).
#define STRAYCAT_FIELDS(Type)                                                                   \
  template <class F, class V>                                                                   \
  static void fields(F f, V& v, const Type*);                                                   \
  void to_json(json& out, const Type& value) { write_fields(out, value); }                      \
  void read(const json& in, Type& value, Oddities& odd) { value = read_fields<Type>(in, odd); } \
  void from_json(const json& in, Type& value) {                                                 \
    Oddities forgotten;                                                                         \
    read(in, value, forgotten);                                                                 \
  }                                                                                             \
  template <class F, class V>                                                                   \
  static void fields([[maybe_unused]] F f, V& v, const Type*)

STRAYCAT_FIELDS(ObjectRef) { f("kind", v.kind), f("namespace", v.ns), f("name", v.name), f("uid", v.uid); }

STRAYCAT_FIELDS(OwnerReference) {
  f("kind", v.kind), f("name", v.name), f("uid", v.uid), f("controller", v.controller);
}

STRAYCAT_FIELDS(Meta) {
  f("kind", v.kind), f("namespace", v.ns), f("name", v.name), f("uid", v.uid);
  f("resourceVersion", v.resource_version), f("generation", v.generation), f("labels", v.labels), f("owners", v.owners);
  f("createdWallNs", v.created_wall_ns), f("deletionWallNs", v.deletion_wall_ns), f("helmHook", v.helm_hook),
      f("run", v.run);
}

STRAYCAT_FIELDS(HealthProbe) {
  f("type", v.type), f("port", v.port), f("path", v.path);
  f.with_default("periodSeconds", v.period_seconds, 10), f.with_default("timeoutSeconds", v.timeout_seconds, 1);
  f.with_default("successThreshold", v.success_threshold, 1),
      f.with_default("failureThreshold", v.failure_threshold, 3);
  f("initialDelaySeconds", v.initial_delay_seconds);
}

STRAYCAT_FIELDS(ContainerPort) {
  f("name", v.name), f("port", v.port), f.with_default("protocol", v.protocol, std::string("TCP"));
}

STRAYCAT_FIELDS(Container) {
  f("name", v.name), f("image", v.image), f("ports", v.ports), f("readinessProbe", v.readiness);
  f("livenessProbe", v.liveness), f("startupProbe", v.startup), f("preStop", v.pre_stop);
}

STRAYCAT_FIELDS(ContainerStatus) {
  f("name", v.name), f("ready", v.ready), f("started", v.started), f("restartCount", v.restart_count);
  f("state", v.state), f("reason", v.reason), f("exitCode", v.exit_code), f("startedWallNs", v.started_wall_ns);
  f("finishedWallNs", v.finished_wall_ns), f("lastReason", v.last_reason), f("lastExitCode", v.last_exit_code);
  f("lastFinishedWallNs", v.last_finished_wall_ns);
}

STRAYCAT_FIELDS(Condition) {
  f("type", v.type), f("status", v.status), f("reason", v.reason), f("sinceWallNs", v.since_wall_ns);
}

STRAYCAT_FIELDS(PodShape) {
  f("labels", v.labels), f("containers", v.containers), f("restartPolicy", v.restart_policy);
  f.with_default("terminationGraceSeconds", v.termination_grace_seconds, std::int64_t{30}),
      f("hostNetwork", v.host_network);
}

STRAYCAT_FIELDS(Pod) {
  f("meta", v.meta), f("spec", v.spec), f("phase", v.phase), f("podIP", v.pod_ip), f("node", v.node);
  f("conditions", v.conditions), f("statuses", v.statuses);
}

STRAYCAT_FIELDS(ServicePort) {
  f.always("name", v.name), f.always("port", v.port), f.always("protocol", v.protocol, std::string("TCP"));
  f.always("nodePort", v.node_port), f.always("targetPort", v.target);
}

STRAYCAT_FIELDS(Service) {
  f("meta", v.meta), f.with_default("type", v.type, std::string("ClusterIP")), f("clusterIP", v.cluster_ip);
  f("selector", v.selector), f("ports", v.ports), f("publishNotReadyAddresses", v.publish_not_ready);
  f.with_default("sessionAffinity", v.session_affinity, std::string("None"));
  f.with_default("internalTrafficPolicy", v.internal_traffic_policy, std::string("Cluster"));
  f.with_default("externalTrafficPolicy", v.external_traffic_policy, std::string("Cluster"));
}

STRAYCAT_FIELDS(SlicePort) {
  f("name", v.name), f("port", v.port), f.with_default("protocol", v.protocol, std::string("TCP"));
}

STRAYCAT_FIELDS(Endpoint) {
  f("addresses", v.addresses), f("ready", v.ready), f("serving", v.serving), f("terminating", v.terminating);
  f("node", v.node), f("zone", v.zone), f("hintZones", v.hint_zones), f("pod", v.pod), f("podUid", v.pod_uid);
}

STRAYCAT_FIELDS(EndpointSlice) {
  f("meta", v.meta), f("service", v.service), f("managedBy", v.managed_by);
  f.with_default("addressType", v.address_type, std::string("IPv4")), f("ports", v.ports), f("endpoints", v.endpoints);
  f("triggerWallNs", v.trigger_wall_ns);
}

STRAYCAT_FIELDS(Requirement) { f("key", v.key), f("operator", v.op), f("values", v.values); }

STRAYCAT_FIELDS(LabelSelector) { f("matchLabels", v.match_labels), f("matchExpressions", v.match_expressions); }

STRAYCAT_FIELDS(Workload) {
  f("meta", v.meta), f("selector", v.selector), f("pod", v.pod), f("replicas", v.replicas);
  f("readyReplicas", v.ready_replicas), f("active", v.active), f("succeeded", v.succeeded), f("failed", v.failed);
  f("suspended", v.suspended), f("finished", v.finished);
}

STRAYCAT_FIELDS(Node) {
  f("meta", v.meta), f.with_default("ready", v.ready, true), f("zone", v.zone), f("dataPlane", v.data_plane);
}

STRAYCAT_FIELDS(PolicyPeer) {
  f("pods", v.pods), f("namespaces", v.namespaces), f("cidr", v.cidr), f("except", v.except);
}

STRAYCAT_FIELDS(PolicyPort) {
  f.with_default("protocol", v.protocol, std::string("TCP")), f("port", v.port), f("endPort", v.end);
}

STRAYCAT_FIELDS(PolicyRule) { f("peers", v.peers), f("ports", v.ports); }

STRAYCAT_FIELDS(NetworkPolicy) {
  f("meta", v.meta), f("pods", v.pods), f("ingress", v.ingress), f("egress", v.egress);
  f("ingressRules", v.ingress_rules), f("egressRules", v.egress_rules);
}

STRAYCAT_FIELDS(KubeEvent) {
  f("meta", v.meta), f("type", v.type), f("reason", v.reason), f("message", v.message), f("component", v.component);
  f("regarding", v.regarding), f.with_default("count", v.count, 1), f("firstWallNs", v.first_wall_ns);
  f("lastWallNs", v.last_wall_ns);
}

void to_json(json& out, const ObjectChange& change) {
  out = json::object({{"op", change.deleted ? "delete" : "set"}, {"object", change.object}});
}

const OwnerReference* Meta::controller() const {
  const auto found =
      std::find_if(owners.begin(), owners.end(), [](const OwnerReference& owner) { return owner.controller; });
  return found == owners.end() ? nullptr : &*found;
}

bool Pod::ready() const {
  return std::any_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
    return condition.type == "Ready" && condition.status == "True";
  });
}

bool Pod::has_readiness_probe() const {
  return std::any_of(spec.containers.begin(), spec.containers.end(),
                     [](const Container& container) { return container.readiness.has_value(); });
}

}  // namespace straycat::model
