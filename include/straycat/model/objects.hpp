// Typed projections of Kubernetes objects: what a judge, an agent and a controller need, and nothing secret (no
// environment, arguments, annotations or Secret data; the one annotation kept is named here).
//
// Each projection has three functions: `X project_x(const json& object)` reads an API object (missing fields take the
// API server's defaults, wrong types are skipped: it never throws), and to_json/from_json are its form in the log
// (camelCase, the same field names as in Kubernetes where they exist).
//
// In the log a projection is an event of kind "slice", "pod", "service", "workload", "node", "networkpolicy" or
// "kube.event" with body {"op":"set"|"delete","object":{...}} (ObjectChange). "set" is a key frame: the whole
// projection.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/fields.hpp>

namespace straycat::model {

using json = nlohmann::json;
using Labels = std::map<std::string, std::string>;

// Names one object: by kind, namespace and name for people, by uid for machines. "Job/sayhi" is `display()`.
struct ObjectRef {
  std::string kind, ns, name, uid;
  [[nodiscard]] std::string display() const { return kind + "/" + name; }
  auto operator<=>(const ObjectRef&) const = default;
};

struct OwnerReference {
  std::string kind, name, uid;
  bool controller = false;
  bool operator==(const OwnerReference&) const = default;
};

// The label of what belongs to a run; its value is the run's name.
inline constexpr const char* run_label = "straycat.dev/run";

// What all projections share (ObjectMeta).
struct Meta {
  std::string kind, ns, name, uid;
  std::string resource_version;  // compares only within one resource
  std::int64_t generation = 0;
  Labels labels;
  std::vector<OwnerReference> owners;
  std::int64_t created_wall_ns = 0;   // creationTimestamp, 0 when absent
  std::int64_t deletion_wall_ns = 0;  // deletionTimestamp, 0 when absent
  std::string helm_hook;              // the annotation helm.sh/hook ("test", "pre-upgrade"), "" when absent
  std::string run;                    // its value of run_label, "" when absent
  [[nodiscard]] ObjectRef ref() const { return {kind, ns, name, uid}; }
  // The owner that manages this object, or none.
  [[nodiscard]] const OwnerReference* controller() const;
  bool operator==(const Meta&) const = default;
};

// A probe's shape, as far as a judge needs it.
struct HealthProbe {
  std::string type;  // "httpGet", "tcpSocket", "exec", "grpc"
  std::string port;  // number or name, "" for exec
  std::string path;  // httpGet only
  int period_seconds = 10, timeout_seconds = 1, success_threshold = 1, failure_threshold = 3, initial_delay_seconds = 0;
  bool operator==(const HealthProbe&) const = default;
};

struct ContainerPort {
  std::string name;
  int port = 0;
  std::string protocol = "TCP";
  bool operator==(const ContainerPort&) const = default;
};

struct Container {
  std::string name, image;
  std::vector<ContainerPort> ports;
  std::optional<HealthProbe> readiness, liveness, startup;
  bool pre_stop = false;  // has a lifecycle.preStop
  bool operator==(const Container&) const = default;
};

struct ContainerStatus {
  std::string name;
  bool ready = false, started = false;
  int restart_count = 0;
  std::string state;   // "waiting", "running", "terminated", "" when unknown
  std::string reason;  // of the state ("ErrImagePull", "Completed", "OOMKilled")
  int exit_code = 0;
  std::int64_t started_wall_ns = 0, finished_wall_ns = 0;
  std::string last_reason;  // of lastState.terminated
  int last_exit_code = 0;
  std::int64_t last_finished_wall_ns = 0;
  bool operator==(const ContainerStatus&) const = default;
};

struct Condition {
  std::string type, status, reason;
  std::int64_t since_wall_ns = 0;  // lastTransitionTime
  bool operator==(const Condition&) const = default;
};

// A pod template or pod spec, as far as selectors and judges care.
struct PodShape {
  Labels labels;
  std::vector<Container> containers;
  std::string restart_policy;
  std::int64_t termination_grace_seconds = 30;
  bool host_network = false;
  bool operator==(const PodShape&) const = default;
};

struct Pod {
  Meta meta;
  PodShape spec;      // labels = meta.labels
  std::string phase;  // Pending, Running, Succeeded, Failed, Unknown
  std::string pod_ip, node;
  std::vector<Condition> conditions;
  std::vector<ContainerStatus> statuses;
  [[nodiscard]] bool ready() const;  // condition Ready is True
  [[nodiscard]] bool terminal() const { return phase == "Succeeded" || phase == "Failed"; }
  [[nodiscard]] bool has_readiness_probe() const;
  bool operator==(const Pod&) const = default;
};

// targetPort: a number or a container port's name.
using PortName = std::variant<int, std::string>;

struct ServicePort {
  std::string name;
  int port = 0;
  PortName target = 0;  // defaults to `port`, as the API server does
  std::string protocol = "TCP";
  int node_port = 0;
  bool operator==(const ServicePort&) const = default;
};

struct Service {
  Meta meta;
  std::string type = "ClusterIP";
  std::string cluster_ip;  // "None" for headless
  Labels selector;         // empty: no selector, endpoints are made by hand
  std::vector<ServicePort> ports;
  bool publish_not_ready = false;
  std::string session_affinity = "None";
  std::string internal_traffic_policy = "Cluster", external_traffic_policy = "Cluster";
  bool operator==(const Service&) const = default;
};

struct SlicePort {
  std::string name;
  std::optional<int> port;  // unset: no such named port on these pods
  std::string protocol = "TCP";
  bool operator==(const SlicePort&) const = default;
};

// One endpoint of a slice. Unset conditions mean what discovery/v1 says: ready and serving true, terminating false.
struct Endpoint {
  std::vector<std::string> addresses;
  std::optional<bool> ready, serving, terminating;
  std::string node, zone;
  std::vector<std::string> hint_zones;
  std::string pod, pod_uid;  // targetRef, "" when it is no pod
  [[nodiscard]] bool is_ready() const { return ready.value_or(true); }
  [[nodiscard]] bool is_serving() const { return serving.value_or(true); }
  [[nodiscard]] bool is_terminating() const { return terminating.value_or(false); }
  bool operator==(const Endpoint&) const = default;
};

struct EndpointSlice {
  Meta meta;
  std::string service;     // label kubernetes.io/service-name
  std::string managed_by;  // label endpointslice.kubernetes.io/managed-by
  std::string address_type = "IPv4";
  std::vector<SlicePort> ports;  // empty: no port is set, a proxy sends nothing
  std::vector<Endpoint> endpoints;
  std::int64_t trigger_wall_ns = 0;  // annotation endpoints.kubernetes.io/last-change-trigger-time, 0 when absent
  bool operator==(const EndpointSlice&) const = default;
};

// A label selector (metav1.LabelSelector).
struct Requirement {
  std::string key, op;  // op: In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values;
  bool operator==(const Requirement&) const = default;
};
struct LabelSelector {
  Labels match_labels;
  std::vector<Requirement> match_expressions;
  [[nodiscard]] bool empty() const { return match_labels.empty() && match_expressions.empty(); }
  bool operator==(const LabelSelector&) const = default;
};

// Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController: whatever makes pods.
struct Workload {
  Meta meta;
  LabelSelector selector;
  PodShape pod;                 // its pod template (a CronJob's: jobTemplate.spec.template)
  std::optional<int> replicas;  // desired; unset for a Job
  int ready_replicas = 0;
  int active = 0, succeeded = 0, failed = 0;  // Job
  bool suspended = false;                     // Job, CronJob
  bool finished = false;                      // Job: condition Complete or Failed
  bool operator==(const Workload&) const = default;
};

struct Node {
  Meta meta;
  bool ready = true;
  std::string zone;
  std::string data_plane;  // label straycat.dev/data-plane, "" on clusters that have none
  bool operator==(const Node&) const = default;
};

// Who is let through: pods and namespaces by their labels, or a block of addresses.
struct PolicyPeer {
  std::optional<LabelSelector> pods, namespaces;
  std::string cidr;
  std::vector<std::string> except;
  bool operator==(const PolicyPeer&) const = default;
};
struct PolicyPort {
  std::string protocol = "TCP";
  std::string port;  // number or name, "" for every port of the protocol
  int end = 0;       // the last of a range that begins at `port`; 0: it is none
  bool operator==(const PolicyPort&) const = default;
};
struct PolicyRule {
  std::vector<PolicyPeer> peers;  // empty: everybody
  std::vector<PolicyPort> ports;  // empty: every port
  bool operator==(const PolicyRule&) const = default;
};

struct NetworkPolicy {
  Meta meta;
  LabelSelector pods;
  bool ingress = false, egress = false;  // which directions it restricts
  // Unset in logs that were written before they were kept.
  std::optional<std::vector<PolicyRule>> ingress_rules = {}, egress_rules = {};
  bool operator==(const NetworkPolicy&) const = default;
};

// A Kubernetes Event (core/v1 or events.k8s.io/v1).
struct KubeEvent {
  Meta meta;
  std::string type, reason, message, component;
  ObjectRef regarding;
  int count = 1;
  std::int64_t first_wall_ns = 0, last_wall_ns = 0;
  bool operator==(const KubeEvent&) const = default;
};

Pod project_pod(const json& object);
Service project_service(const json& object);
EndpointSlice project_slice(const json& object);
Workload project_workload(const json& object);
Node project_node(const json& object);
NetworkPolicy project_network_policy(const json& object);
KubeEvent project_kube_event(const json& object);

// read() counts what it could not take; from_json() does the same and forgets the count.
#define STRAYCAT_PROJECTION(Type)                        \
  void to_json(json& out, const Type& value);            \
  void read(const json& in, Type& value, Oddities& odd); \
  void from_json(const json& in, Type& value);
STRAYCAT_PROJECTION(ObjectRef)
STRAYCAT_PROJECTION(Meta)
STRAYCAT_PROJECTION(PodShape)
STRAYCAT_PROJECTION(LabelSelector)
STRAYCAT_PROJECTION(Pod)
STRAYCAT_PROJECTION(Service)
STRAYCAT_PROJECTION(EndpointSlice)
STRAYCAT_PROJECTION(Workload)
STRAYCAT_PROJECTION(Node)
STRAYCAT_PROJECTION(NetworkPolicy)
STRAYCAT_PROJECTION(KubeEvent)
#undef STRAYCAT_PROJECTION

// The body of an object event in the log; `from_log` (projection.hpp) reads it.
struct ObjectChange {
  bool deleted = false;
  json object;  // the projection, in its log form; for a deletion its last known state
};
void to_json(json& out, const ObjectChange& change);

}  // namespace straycat::model
