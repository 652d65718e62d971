// What of a plan may be written into a log. An allow-list: whatever is not named here is left out, so that a field that
// Kubernetes adds tomorrow is private until somebody decides otherwise.
#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

// The shape of what is kept. "value": a scalar; "path": a string up to its query; "labels": a map of scalars; an
// object: only these keys; the shape of a list is the shape of its items.
json probe_shape() {
  return {{"httpGet", {{"path", "path"}, {"port", "value"}, {"scheme", "value"}}},
          {"tcpSocket", {{"port", "value"}}},
          {"grpc", {{"port", "value"}}},
          {"exec", json::object()},  // that there is one; never its command
          {"initialDelaySeconds", "value"},
          {"periodSeconds", "value"},
          {"timeoutSeconds", "value"},
          {"successThreshold", "value"},
          {"failureThreshold", "value"}};
}

json container_shape() {
  const json port = {{"name", "value"}, {"containerPort", "value"}, {"protocol", "value"}};
  const json probe = probe_shape();
  return {{"name", "value"},         {"image", "value"},
          {"ports", port},           {"restartPolicy", "value"},
          {"readinessProbe", probe}, {"livenessProbe", probe},
          {"startupProbe", probe},   {"lifecycle", {{"preStop", json::object()}}}};
}

json metadata_shape() {
  return {{"name", "value"}, {"namespace", "value"}, {"generateName", "value"}, {"labels", "labels"}};
}

// A LabelSelector, or a Service's and ReplicationController's plain map: both stand under the key "selector".
json selector_shape() {
  return {{"matchLabels", "labels"},
          {"matchExpressions", {{"key", "value"}, {"operator", "value"}, {"values", "value"}}},
          {"*", "value"}};
}

json workload_keys() {
  json shape = json::object();
  for (const char* key :
       {"replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds", "paused", "parallelism",
        "completions", "completionMode", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "suspend",
        "schedule", "concurrencyPolicy", "serviceName", "podManagementPolicy"}) {
    shape[key] = "value";
  }
  const json rolling = {{"maxSurge", "value"}, {"maxUnavailable", "value"}};
  shape["strategy"] = {{"type", "value"}, {"rollingUpdate", rolling}};
  shape["updateStrategy"] = shape["strategy"];
  return shape;
}

json service_keys() {
  json shape = json::object();
  for (const char* key : {"type", "clusterIP", "sessionAffinity", "internalTrafficPolicy", "externalTrafficPolicy",
                          "publishNotReadyAddresses", "trafficDistribution"}) {
    shape[key] = "value";
  }
  shape["ports"] = {
      {"name", "value"}, {"port", "value"}, {"targetPort", "value"}, {"protocol", "value"}, {"nodePort", "value"}};
  return shape;
}

json pod_spec_keys() {
  return {{"containers", container_shape()},
          {"initContainers", container_shape()},
          {"restartPolicy", "value"},
          {"terminationGracePeriodSeconds", "value"},
          {"hostNetwork", "value"}};
}

json manifest_shape() {
  json spec = workload_keys();
  spec.update(service_keys());
  spec.update(pod_spec_keys());
  spec["selector"] = selector_shape();
  spec["podSelector"] = selector_shape();
  const json peer = {{"podSelector", selector_shape()}, {"namespaceSelector", selector_shape()}};
  spec["ingress"] = {{"from", peer}};
  spec["egress"] = {{"to", peer}};
  spec["template"] = {{"metadata", metadata_shape()}, {"spec", pod_spec_keys()}};
  json job_spec = workload_keys();
  job_spec["selector"] = spec["selector"];
  job_spec["template"] = spec["template"];
  spec["jobTemplate"] = {{"metadata", metadata_shape()}, {"spec", job_spec}};
  return {{"apiVersion", "value"}, {"kind", "value"}, {"metadata", metadata_shape()}, {"spec", spec}};
}

std::string up_to_query(const std::string& path) { return path.substr(0, path.find_first_of("?#")); }

json keep(const json& value, const json& shape);

// The shape for a key, or null: not on the list.
const json* shape_of(const std::string& key, const json& shape) {
  if (const auto found = shape.find(key); found != shape.end()) return &*found;
  const auto rest = shape.find("*");
  return rest == shape.end() ? nullptr : &*rest;
}

json keep_object(const json& value, const json& shape) {
  static const json scalar = "value";
  json result = json::object();
  for (const auto& [key, member] : value.items()) {
    const json* inner = shape.is_object() ? shape_of(key, shape) : &scalar;
    if (inner == nullptr) continue;
    json kept = keep(member, *inner);
    if (!kept.is_discarded()) result[key] = std::move(kept);
  }
  return result;
}

// What `shape` leaves of `value`; discarded: nothing. A null is kept: in a merge patch it deletes.
json keep(const json& value, const json& shape) {
  const json nothing(json::value_t::discarded);
  if (value.is_null()) return value;
  if (value.is_array()) {
    json result = json::array();
    for (const json& item : value) {
      json kept = keep(item, shape);
      if (!kept.is_discarded()) result.push_back(std::move(kept));
    }
    return result;
  }
  if (value.is_object()) return shape.is_object() || shape == "labels" ? keep_object(value, shape) : nothing;
  if (shape == "path") return value.is_string() ? json(up_to_query(value.get<std::string>())) : nothing;
  return shape == "value" ? value : nothing;
}

}  // namespace

json public_part(const json& object) {
  static const json shape = manifest_shape();
  json kept = keep(object, shape);
  return kept.is_discarded() ? json() : kept;
}

std::string without_secrets(const std::string& url) {
  const std::string whole = up_to_query(url);
  const std::size_t scheme = whole.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(whole.find('/', host), whole.size());
  const std::size_t at = whole.rfind('@', path);
  if (at == std::string::npos || at < host) return whole;
  return whole.substr(0, host) + whole.substr(at + 1);
}

}  // namespace straycat::plan
