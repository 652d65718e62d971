// Raw API objects -> projections.
#include "model/json_fields.hpp"
#include <straycat/model/kinds.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {
namespace {

Meta project_meta(const json& object) {
  const json& in = member(object, "metadata");
  Meta meta;
  meta.kind = text(member(object, "kind"));
  meta.ns = text(member(in, "namespace"));
  meta.name = text(member(in, "name"));
  meta.uid = text(member(in, "uid"));
  meta.resource_version = text(member(in, "resourceVersion"));
  meta.generation = number(member(in, "generation"));
  meta.labels = labels_of(member(in, "labels"));
  each(member(in, "ownerReferences"), [&](const json& owner) {
    meta.owners.push_back({text(member(owner, "kind")), text(member(owner, "name")), text(member(owner, "uid")),
                           flag(member(owner, "controller"))});
  });
  meta.created_wall_ns = wall(member(in, "creationTimestamp"));
  meta.deletion_wall_ns = wall(member(in, "deletionTimestamp"));
  meta.helm_hook = text(at_path(in, "annotations", "helm.sh/hook"));
  const auto run = meta.labels.find("straycat.dev/run");
  if (run != meta.labels.end()) meta.run = run->second;
  return meta;
}

std::string port_text(const json& port) {
  return port.is_number_integer() ? std::to_string(port.get<std::int64_t>()) : text(port);
}

std::optional<HealthProbe> project_probe(const json& in) {
  if (!in.is_object()) return std::nullopt;
  HealthProbe probe;
  for (const char* type : {"httpGet", "tcpSocket", "grpc", "exec"}) {
    if (member(in, type).is_object()) probe.type = type;
  }
  probe.port = port_text(at_path(in, probe.type.c_str(), "port"));
  probe.path = text(at_path(in, "httpGet", "path"));
  const auto count = [&](const char* key, int fallback) { return static_cast<int>(number(member(in, key), fallback)); };
  probe.period_seconds = count("periodSeconds", 10);
  probe.timeout_seconds = count("timeoutSeconds", 1);
  probe.success_threshold = count("successThreshold", 1);
  probe.failure_threshold = count("failureThreshold", 3);
  probe.initial_delay_seconds = count("initialDelaySeconds", 0);
  return probe;
}

Container project_container(const json& in) {
  Container container;
  container.name = text(member(in, "name"));
  container.image = text(member(in, "image"));
  each(member(in, "ports"), [&](const json& port) {
    container.ports.push_back({text(member(port, "name")), static_cast<int>(number(member(port, "containerPort"))),
                               text(member(port, "protocol"), "TCP")});
  });
  container.readiness = project_probe(member(in, "readinessProbe"));
  container.liveness = project_probe(member(in, "livenessProbe"));
  container.startup = project_probe(member(in, "startupProbe"));
  container.pre_stop = at_path(in, "lifecycle", "preStop").is_object();
  return container;
}

PodShape project_shape(const json& metadata, const json& spec) {
  PodShape shape;
  shape.labels = labels_of(member(metadata, "labels"));
  each(member(spec, "containers"), [&](const json& in) { shape.containers.push_back(project_container(in)); });
  shape.restart_policy = text(member(spec, "restartPolicy"), "Always");
  shape.termination_grace_seconds = number(member(spec, "terminationGracePeriodSeconds"), 30);
  shape.host_network = flag(member(spec, "hostNetwork"));
  return shape;
}

ContainerStatus project_status(const json& in) {
  ContainerStatus status;
  status.name = text(member(in, "name"));
  status.ready = flag(member(in, "ready"));
  status.started = flag(member(in, "started"));
  status.restart_count = static_cast<int>(number(member(in, "restartCount")));
  for (const char* state : {"waiting", "running", "terminated"}) {
    const json& found = at_path(in, "state", state);
    if (!found.is_object()) continue;
    status.state = state;
    status.reason = text(member(found, "reason"));
    status.exit_code = static_cast<int>(number(member(found, "exitCode")));
    status.started_wall_ns = wall(member(found, "startedAt"));
    status.finished_wall_ns = wall(member(found, "finishedAt"));
  }
  const json& last = at_path(in, "lastState", "terminated");
  status.last_reason = text(member(last, "reason"));
  status.last_exit_code = static_cast<int>(number(member(last, "exitCode")));
  status.last_finished_wall_ns = wall(member(last, "finishedAt"));
  return status;
}

LabelSelector project_selector(const json& in) {
  LabelSelector selector;
  selector.match_labels = labels_of(member(in, "matchLabels"));
  each(member(in, "matchExpressions"), [&](const json& item) {
    selector.match_expressions.push_back(
        {text(member(item, "key")), text(member(item, "operator")), texts(member(item, "values"))});
  });
  return selector;
}

Endpoint project_endpoint(const json& in) {
  Endpoint endpoint;
  endpoint.addresses = texts(member(in, "addresses"));
  const json& conditions = member(in, "conditions");
  endpoint.ready = optional_flag(member(conditions, "ready"));
  endpoint.serving = optional_flag(member(conditions, "serving"));
  endpoint.terminating = optional_flag(member(conditions, "terminating"));
  endpoint.node = text(member(in, "nodeName"));
  endpoint.zone = text(member(in, "zone"));
  each(at_path(in, "hints", "forZones"),
       [&](const json& zone) { endpoint.hint_zones.push_back(text(member(zone, "name"))); });
  const json& target = member(in, "targetRef");
  if (text(member(target, "kind")) == "Pod") {
    endpoint.pod = text(member(target, "name"));
    endpoint.pod_uid = text(member(target, "uid"));
  }
  return endpoint;
}

ServicePort project_service_port(const json& in) {
  ServicePort port;
  port.name = text(member(in, "name"));
  port.port = static_cast<int>(number(member(in, "port")));
  port.protocol = text(member(in, "protocol"), "TCP");
  port.node_port = static_cast<int>(number(member(in, "nodePort")));
  const json& target = member(in, "targetPort");
  if (target.is_string()) {
    port.target = target.get<std::string>();
  } else {
    port.target = static_cast<int>(number(target, port.port));
  }
  return port;
}

bool condition_true(const json& status, std::string_view type) {
  bool found = false;
  each(member(status, "conditions"), [&](const json& condition) {
    if (text(member(condition, "type")) == type) found = text(member(condition, "status")) == "True";
  });
  return found;
}

// A LabelSelector, or (a ReplicationController's) a plain map.
LabelSelector workload_selector(const std::string& kind, const json& spec) {
  const json& selector = member(spec, "selector");
  return own_selector_of(kind) == "/spec/selector" ? LabelSelector{labels_of(selector), {}}
                                                   : project_selector(selector);
}

}  // namespace

Pod project_pod(const json& object) {
  const json& spec = member(object, "spec");
  const json& status = member(object, "status");
  Pod pod;
  pod.meta = project_meta(object);
  pod.spec = project_shape(member(object, "metadata"), spec);
  pod.phase = text(member(status, "phase"), "Pending");
  pod.pod_ip = text(member(status, "podIP"));
  pod.node = text(member(spec, "nodeName"));
  each(member(status, "conditions"), [&](const json& in) {
    pod.conditions.push_back({text(member(in, "type")), text(member(in, "status")), text(member(in, "reason")),
                              wall(member(in, "lastTransitionTime"))});
  });
  each(member(status, "containerStatuses"), [&](const json& in) { pod.statuses.push_back(project_status(in)); });
  return pod;
}

Service project_service(const json& object) {
  const json& spec = member(object, "spec");
  Service service;
  service.meta = project_meta(object);
  service.type = text(member(spec, "type"), "ClusterIP");
  service.cluster_ip = text(member(spec, "clusterIP"));
  service.selector = labels_of(member(spec, "selector"));
  each(member(spec, "ports"), [&](const json& in) { service.ports.push_back(project_service_port(in)); });
  service.publish_not_ready = flag(member(spec, "publishNotReadyAddresses"));
  service.session_affinity = text(member(spec, "sessionAffinity"), "None");
  service.internal_traffic_policy = text(member(spec, "internalTrafficPolicy"), "Cluster");
  service.external_traffic_policy = text(member(spec, "externalTrafficPolicy"), "Cluster");
  return service;
}

EndpointSlice project_slice(const json& object) {
  EndpointSlice slice;
  slice.meta = project_meta(object);
  const auto label = [&](const char* key) {
    const auto found = slice.meta.labels.find(key);
    return found == slice.meta.labels.end() ? std::string() : found->second;
  };
  slice.service = label("kubernetes.io/service-name");
  slice.managed_by = label("endpointslice.kubernetes.io/managed-by");
  slice.address_type = text(member(object, "addressType"), "IPv4");
  each(member(object, "ports"), [&](const json& in) {
    const json& port = member(in, "port");
    slice.ports.push_back({text(member(in, "name")),
                           port.is_number_integer() ? std::optional(static_cast<int>(number(port))) : std::nullopt,
                           text(member(in, "protocol"), "TCP")});
  });
  each(member(object, "endpoints"), [&](const json& in) { slice.endpoints.push_back(project_endpoint(in)); });
  slice.trigger_wall_ns =
      wall(at_path(object, "metadata", "annotations", "endpoints.kubernetes.io/last-change-trigger-time"));
  return slice;
}

Workload project_workload(const json& object) {
  const json& spec = member(object, "spec");
  const json& status = member(object, "status");
  Workload workload;
  workload.meta = project_meta(object);
  const json& template_ = at_pointer(object, pod_template_of(workload.meta.kind));
  workload.selector = workload_selector(workload.meta.kind, spec);
  workload.pod = project_shape(member(template_, "metadata"), member(template_, "spec"));
  if (member(spec, "replicas").is_number_integer())
    workload.replicas = static_cast<int>(number(member(spec, "replicas")));
  const auto count = [&](const char* key) { return static_cast<int>(number(member(status, key))); };
  workload.ready_replicas = count("readyReplicas");
  workload.active = count("active");
  workload.succeeded = count("succeeded");
  workload.failed = count("failed");
  workload.suspended = flag(member(spec, "suspend"));
  workload.finished = condition_true(status, "Complete") || condition_true(status, "Failed");
  return workload;
}

Node project_node(const json& object) {
  Node node;
  node.meta = project_meta(object);
  node.ready = condition_true(member(object, "status"), "Ready");
  const auto label = [&](const char* key) {
    const auto found = node.meta.labels.find(key);
    return found == node.meta.labels.end() ? std::string() : found->second;
  };
  node.zone = label("topology.kubernetes.io/zone");
  node.data_plane = label("straycat.dev/data-plane");
  return node;
}

NetworkPolicy project_network_policy(const json& object) {
  const json& spec = member(object, "spec");
  NetworkPolicy policy;
  policy.meta = project_meta(object);
  policy.pods = project_selector(member(spec, "podSelector"));
  const std::vector<std::string> types = texts(member(spec, "policyTypes"));
  policy.ingress = types.empty();  // the default (networking/v1 NetworkPolicySpec.policyTypes)
  for (const std::string& type : types) {
    policy.ingress = policy.ingress || type == "Ingress";
    policy.egress = policy.egress || type == "Egress";
  }
  return policy;
}

KubeEvent project_kube_event(const json& object) {
  KubeEvent event;
  event.meta = project_meta(object);
  event.type = text(member(object, "type"));
  event.reason = text(member(object, "reason"));
  event.message = text(member(object, "message"), text(member(object, "note")));
  event.component = text(at_path(object, "source", "component"), text(member(object, "reportingController")));
  const json& involved = member(object, member(object, "involvedObject").is_object() ? "involvedObject" : "regarding");
  event.regarding = {text(member(involved, "kind")), text(member(involved, "namespace")),
                     text(member(involved, "name")), text(member(involved, "uid"))};
  event.count = static_cast<int>(number(member(object, "count"), number(at_path(object, "series", "count"), 1)));
  const std::int64_t event_time = wall(member(object, "eventTime"));
  event.first_wall_ns = wall(member(object, "firstTimestamp"));
  event.last_wall_ns = wall(member(object, "lastTimestamp"));
  if (event.first_wall_ns == 0) event.first_wall_ns = event_time;
  if (event.last_wall_ns == 0)
    event.last_wall_ns = std::max(event_time, wall(at_path(object, "series", "lastObservedTime")));
  return event;
}

}  // namespace straycat::model
