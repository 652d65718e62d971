// Raw API objects -> projections.
#include <algorithm>

#include "model/json_fields.hpp"
#include <straycat/model/kinds.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {
namespace {

Meta project_meta(const json& object) {
  const json& in = member(object, "metadata");
  Meta meta;
  meta.kind = text_at(object, {"kind"});
  meta.ns = text_at(in, {"namespace"});
  meta.name = text_at(in, {"name"});
  meta.uid = text_at(in, {"uid"});
  meta.resource_version = text_at(in, {"resourceVersion"});
  meta.generation = number_at(in, {"generation"});
  meta.labels = labels_of(member(in, "labels"));
  each_object(member(in, "ownerReferences"), [&](const json& owner) {
    meta.owners.push_back(
        {text_at(owner, {"kind"}), text_at(owner, {"name"}), text_at(owner, {"uid"}), flag_at(owner, {"controller"})});
  });
  meta.created_wall_ns = wall(member(in, "creationTimestamp"));
  meta.deletion_wall_ns = wall(member(in, "deletionTimestamp"));
  meta.helm_hook = text_at(in, {"annotations", "helm.sh/hook"});
  const auto run = meta.labels.find(run_label);
  if (run != meta.labels.end()) meta.run = run->second;
  return meta;
}

std::string port_text(const json& port) {
  return port.is_number_integer() ? std::to_string(port.get<std::int64_t>()) : as_text(port);
}

std::optional<HealthProbe> project_probe(const json& in) {
  if (!in.is_object()) return std::nullopt;
  HealthProbe probe;
  for (const char* type : {"httpGet", "tcpSocket", "grpc", "exec"}) {
    if (member(in, type).is_object()) probe.type = type;
  }
  probe.port = port_text(at_path(in, {probe.type.c_str(), "port"}));
  probe.path = text_at(in, {"httpGet", "path"});
  probe.path.resize(std::min(probe.path.find_first_of("?#"), probe.path.size()));  // a query may hold a token
  const auto count = [&](const char* key, int fallback) { return number_at<int>(in, {key}, fallback); };
  probe.period_seconds = count("periodSeconds", 10);
  probe.timeout_seconds = count("timeoutSeconds", 1);
  probe.success_threshold = count("successThreshold", 1);
  probe.failure_threshold = count("failureThreshold", 3);
  probe.initial_delay_seconds = count("initialDelaySeconds", 0);
  return probe;
}

Container project_container(const json& in) {
  Container container;
  container.name = text_at(in, {"name"});
  container.image = text_at(in, {"image"});
  each_object(member(in, "ports"), [&](const json& port) {
    container.ports.push_back(
        {text_at(port, {"name"}), number_at<int>(port, {"containerPort"}), text_at(port, {"protocol"}, "TCP")});
  });
  container.readiness = project_probe(member(in, "readinessProbe"));
  container.liveness = project_probe(member(in, "livenessProbe"));
  container.startup = project_probe(member(in, "startupProbe"));
  container.pre_stop = at_path(in, {"lifecycle", "preStop"}).is_object();
  return container;
}

PodShape project_shape(const json& metadata, const json& spec) {
  PodShape shape;
  shape.labels = labels_of(member(metadata, "labels"));
  each_object(member(spec, "containers"), [&](const json& in) { shape.containers.push_back(project_container(in)); });
  shape.restart_policy = text_at(spec, {"restartPolicy"}, "Always");
  shape.termination_grace_seconds = number_at<std::int64_t>(spec, {"terminationGracePeriodSeconds"}, 30);
  shape.host_network = flag_at(spec, {"hostNetwork"});
  return shape;
}

ContainerStatus project_status(const json& in) {
  ContainerStatus status;
  status.name = text_at(in, {"name"});
  status.ready = flag_at(in, {"ready"});
  status.started = flag_at(in, {"started"});
  status.restart_count = number_at<int>(in, {"restartCount"});
  for (const char* state : {"waiting", "running", "terminated"}) {
    const json& found = at_path(in, {"state", state});
    if (!found.is_object()) continue;
    status.state = state;
    status.reason = text_at(found, {"reason"});
    status.exit_code = number_at<int>(found, {"exitCode"});
    status.started_wall_ns = wall(member(found, "startedAt"));
    status.finished_wall_ns = wall(member(found, "finishedAt"));
  }
  const json& last = at_path(in, {"lastState", "terminated"});
  status.last_reason = text_at(last, {"reason"});
  status.last_exit_code = number_at<int>(last, {"exitCode"});
  status.last_finished_wall_ns = wall(member(last, "finishedAt"));
  return status;
}

LabelSelector project_selector(const json& in) {
  LabelSelector selector;
  selector.match_labels = labels_of(member(in, "matchLabels"));
  each_object(member(in, "matchExpressions"), [&](const json& item) {
    selector.match_expressions.push_back(
        {text_at(item, {"key"}), text_at(item, {"operator"}), texts(member(item, "values"))});
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
  endpoint.node = text_at(in, {"nodeName"});
  endpoint.zone = text_at(in, {"zone"});
  each_object(at_path(in, {"hints", "forZones"}),
              [&](const json& zone) { endpoint.hint_zones.push_back(text_at(zone, {"name"})); });
  const json& target = member(in, "targetRef");
  if (text_at(target, {"kind"}) == "Pod") {
    endpoint.pod = text_at(target, {"name"});
    endpoint.pod_uid = text_at(target, {"uid"});
  }
  return endpoint;
}

ServicePort project_service_port(const json& in) {
  ServicePort port;
  port.name = text_at(in, {"name"});
  port.port = number_at<int>(in, {"port"});
  port.protocol = text_at(in, {"protocol"}, "TCP");
  port.node_port = number_at<int>(in, {"nodePort"});
  const json& target = member(in, "targetPort");
  if (target.is_string()) {
    port.target = target.get<std::string>();
  } else {
    port.target = as_number<int>(target, port.port);
  }
  return port;
}

bool condition_true(const json& status, std::string_view type) {
  bool found = false;
  each_object(member(status, "conditions"), [&](const json& condition) {
    if (text_at(condition, {"type"}) == type) found = text_at(condition, {"status"}) == "True";
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
  pod.phase = text_at(status, {"phase"}, "Pending");
  pod.pod_ip = text_at(status, {"podIP"});
  pod.node = text_at(spec, {"nodeName"});
  each_object(member(status, "conditions"), [&](const json& in) {
    pod.conditions.push_back({text_at(in, {"type"}), text_at(in, {"status"}), text_at(in, {"reason"}),
                              wall(member(in, "lastTransitionTime"))});
  });
  each_object(member(status, "containerStatuses"), [&](const json& in) { pod.statuses.push_back(project_status(in)); });
  return pod;
}

Service project_service(const json& object) {
  const json& spec = member(object, "spec");
  Service service;
  service.meta = project_meta(object);
  service.type = text_at(spec, {"type"}, "ClusterIP");
  service.cluster_ip = text_at(spec, {"clusterIP"});
  service.selector = labels_of(member(spec, "selector"));
  each_object(member(spec, "ports"), [&](const json& in) { service.ports.push_back(project_service_port(in)); });
  service.publish_not_ready = flag_at(spec, {"publishNotReadyAddresses"});
  service.session_affinity = text_at(spec, {"sessionAffinity"}, "None");
  service.internal_traffic_policy = text_at(spec, {"internalTrafficPolicy"}, "Cluster");
  service.external_traffic_policy = text_at(spec, {"externalTrafficPolicy"}, "Cluster");
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
  slice.address_type = text_at(object, {"addressType"}, "IPv4");
  each_object(member(object, "ports"), [&](const json& in) {
    slice.ports.push_back(
        {text_at(in, {"name"}), optional_number(member(in, "port")), text_at(in, {"protocol"}, "TCP")});
  });
  each_object(member(object, "endpoints"), [&](const json& in) { slice.endpoints.push_back(project_endpoint(in)); });
  slice.trigger_wall_ns =
      wall(at_path(object, {"metadata", "annotations", "endpoints.kubernetes.io/last-change-trigger-time"}));
  return slice;
}

Workload project_workload(const json& object) {
  const json& spec = member(object, "spec");
  const json& status = member(object, "status");
  Workload workload;
  workload.meta = project_meta(object);
  const json& template_ = at_path(object, pod_template_of(workload.meta.kind));
  workload.selector = workload_selector(workload.meta.kind, spec);
  workload.pod = project_shape(member(template_, "metadata"), member(template_, "spec"));
  workload.replicas = optional_number(member(spec, "replicas"));
  const auto count = [&](const char* key) { return number_at<int>(status, {key}); };
  workload.ready_replicas = count("readyReplicas");
  workload.active = count("active");
  workload.succeeded = count("succeeded");
  workload.failed = count("failed");
  workload.suspended = flag_at(spec, {"suspend"});
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

namespace {

std::optional<LabelSelector> selector_if_any(const json& in) {
  return in.is_object() ? std::optional(project_selector(in)) : std::nullopt;
}

PolicyPeer project_peer(const json& in) {
  const json& block = member(in, "ipBlock");
  return {selector_if_any(member(in, "podSelector")), selector_if_any(member(in, "namespaceSelector")),
          text_at(block, {"cidr"}), texts(member(block, "except"))};
}

std::vector<PolicyRule> project_rules(const json& in, const char* peers) {
  std::vector<PolicyRule> rules;
  each_object(in, [&](const json& item) {
    PolicyRule& rule = rules.emplace_back();
    each_object(member(item, peers), [&](const json& peer) { rule.peers.push_back(project_peer(peer)); });
    each_object(member(item, "ports"), [&](const json& port) {
      rule.ports.push_back(
          {text_at(port, {"protocol"}, "TCP"), port_text(member(port, "port")), number_at<int>(port, {"endPort"})});
    });
  });
  return rules;
}

}  // namespace

NetworkPolicy project_network_policy(const json& object) {
  const json& spec = member(object, "spec");
  NetworkPolicy policy;
  policy.meta = project_meta(object);
  policy.pods = project_selector(member(spec, "podSelector"));
  const std::vector<std::string> types = texts(member(spec, "policyTypes"));
  policy.ingress_rules = project_rules(member(spec, "ingress"), "from");
  policy.egress_rules = project_rules(member(spec, "egress"), "to");
  // The defaults (networking/v1 NetworkPolicySpec.policyTypes).
  policy.ingress = types.empty();
  policy.egress = types.empty() && !policy.egress_rules->empty();
  for (const std::string& type : types) {
    policy.ingress = policy.ingress || type == "Ingress";
    policy.egress = policy.egress || type == "Egress";
  }
  return policy;
}

KubeEvent project_kube_event(const json& object) {
  KubeEvent event;
  event.meta = project_meta(object);
  event.type = text_at(object, {"type"});
  event.reason = text_at(object, {"reason"});
  event.message = text_at(object, {"message"}, text_at(object, {"note"}));
  event.component = text_at(object, {"source", "component"}, text_at(object, {"reportingController"}));
  const json& involved = member(object, member(object, "involvedObject").is_object() ? "involvedObject" : "regarding");
  event.regarding = {text_at(involved, {"kind"}), text_at(involved, {"namespace"}), text_at(involved, {"name"}),
                     text_at(involved, {"uid"})};
  event.count = number_at<int>(object, {"count"}, number_at<int>(object, {"series", "count"}, 1));
  const std::int64_t event_time = wall(member(object, "eventTime"));
  event.first_wall_ns = wall(member(object, "firstTimestamp"));
  event.last_wall_ns = wall(member(object, "lastTimestamp"));
  if (event.first_wall_ns == 0) event.first_wall_ns = event_time;
  if (event.last_wall_ns == 0)
    event.last_wall_ns = std::max(event_time, wall(at_path(object, {"series", "lastObservedTime"})));
  return event;
}

}  // namespace straycat::model
