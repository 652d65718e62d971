#include "cluster/apiserver/defaults.hpp"

#include <functional>
#include <map>
#include <string>

#include "cluster/apiserver/catalog.hpp"
#include "cluster/apiserver/json_help.hpp"

namespace straycat::cluster {

void complete_new_pod(json& pod);  // pod_defaults.cpp

namespace {

void default_template(json& spec) {
  with_object(spec, "template", [](json& pod) {
    set_default(pod, "metadata", json::object());
    if (pod.contains("spec")) default_pod_spec(pod["spec"]);
  });
}

void default_deployment(json& spec) {
  set_default(spec, "replicas", 1);
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "progressDeadlineSeconds", 600);
  set_default(spec, "strategy", json::object());
  with_object(spec, "strategy", [](json& strategy) {
    set_default(strategy, "type", "RollingUpdate");
    if (strategy["type"] != "RollingUpdate") return;
    set_default(strategy, "rollingUpdate", json::object());
    set_default(strategy["rollingUpdate"], "maxUnavailable", "25%");
    set_default(strategy["rollingUpdate"], "maxSurge", "25%");
  });
  default_template(spec);
}

void default_replica_set(json& spec) {
  set_default(spec, "replicas", 1);
  default_template(spec);
}

void default_stateful_set(json& spec) {
  set_default(spec, "replicas", 1);
  set_default(spec, "podManagementPolicy", "OrderedReady");
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "updateStrategy", json::object({{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 0}}}}));
  set_default(spec, "persistentVolumeClaimRetentionPolicy",
              json::object({{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}}));
  default_template(spec);
}

void default_daemon_set(json& spec) {
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "updateStrategy",
              json::object({{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxUnavailable", 1}, {"maxSurge", 0}}}}));
  default_template(spec);
}

void default_job(json& spec) {
  if (spec.value("completions", json()).is_null() && spec.value("parallelism", json()).is_null())
    spec["completions"] = 1;
  set_default(spec, "parallelism", 1);
  set_default(spec, "backoffLimit", 6);
  set_default(spec, "completionMode", "NonIndexed");
  set_default(spec, "suspend", false);
  set_default(spec, "manualSelector", false);
  set_default(spec, "podReplacementPolicy", spec.contains("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
  default_template(spec);
}

void default_cron_job(json& spec) {
  set_default(spec, "concurrencyPolicy", "Allow");
  set_default(spec, "suspend", false);
  set_default(spec, "successfulJobsHistoryLimit", 3);
  set_default(spec, "failedJobsHistoryLimit", 1);
  with_object(spec, "jobTemplate", [](json& job) {
    set_default(job, "metadata", json::object());
    with_object(job, "spec", default_template);
  });
}

void default_service(json& spec) {
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  if (spec["sessionAffinity"] == "ClientIP") {
    set_default(spec["sessionAffinityConfig"]["clientIP"], "timeoutSeconds", 10800);
  } else {
    spec.erase("sessionAffinityConfig");
  }
  each_object(spec, "ports", [](json& port) {
    set_default(port, "protocol", "TCP");
    if (port.contains("port")) set_default(port, "targetPort", port["port"]);
  });
  const auto type = string_or(spec, "type");
  if (type == "ExternalName") return;
  set_default(spec, "ipFamilies", json::array({"IPv4"}));
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  set_default(spec, "internalTrafficPolicy", "Cluster");
  if (type == "NodePort" || type == "LoadBalancer") set_default(spec, "externalTrafficPolicy", "Cluster");
  if (type == "LoadBalancer") set_default(spec, "allocateLoadBalancerNodePorts", true);
}

void default_network_policy(json& spec) {
  auto types = json::array({"Ingress"});
  if (!array_or_empty(spec, "egress").empty()) types.push_back("Egress");
  set_default(spec, "policyTypes", std::move(types));
}

using Defaulter = void (*)(json& spec);

const std::map<std::string, Defaulter>& spec_defaulters() {
  static const std::map<std::string, Defaulter> all = {
      {"Pod", default_pod_spec},
      {"Deployment", default_deployment},
      {"ReplicaSet", default_replica_set},
      {"StatefulSet", default_stateful_set},
      {"DaemonSet", default_daemon_set},
      {"Job", default_job},
      {"CronJob", default_cron_job},
      {"Service", default_service},
      {"NetworkPolicy", default_network_policy},
  };
  return all;
}

void default_plain_kinds(const std::string& kind, json& object) {
  if (kind == "EndpointSlice") {
    each_object(object, "ports", [](json& port) {
      set_default(port, "name", "");
      set_default(port, "protocol", "TCP");
    });
  } else if (kind == "Endpoints") {
    each_object(object, "subsets", [](json& subset) {
      each_object(subset, "ports", [](json& port) { set_default(port, "protocol", "TCP"); });
    });
  } else if (kind == "Secret") {
    set_default(object, "type", "Opaque");
  } else if (kind == "Namespace") {
    set_default(object["metadata"]["labels"], "kubernetes.io/metadata.name", text_at(object, "/metadata/name"));
  }
}

// batch/v1 job strategy generateSelector: a Job owns its pods by a label that nobody else can have.
void select_own_pods(json& job) {
  auto& spec = job["spec"];
  if (!spec.is_object() || spec.value("manualSelector", json(false)) == json(true)) return;
  const auto uid = text_at(job, "/metadata/uid");
  const auto name = text_at(job, "/metadata/name");
  auto& labels = spec["template"]["metadata"]["labels"];
  labels["batch.kubernetes.io/controller-uid"] = uid;
  labels["batch.kubernetes.io/job-name"] = name;
  labels["controller-uid"] = uid;
  labels["job-name"] = name;
  set_default(spec["selector"]["matchLabels"], "batch.kubernetes.io/controller-uid", uid);
}

bool is_object_or_absent(const json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_object() || at->is_null();
}

}  // namespace

void default_object(json& object) {
  const auto kind = string_or(object, "kind");
  if (!is_object_or_absent(object, "spec") || !is_object_or_absent(object, "metadata"))
    return;  // validation will say so
  if (const auto at = spec_defaulters().find(kind); at != spec_defaulters().end()) {
    if (object["spec"].is_null()) object["spec"] = json::object();
    at->second(object["spec"]);
  }
  default_plain_kinds(kind, object);
}

void complete_new_object(json& object) {
  const auto kind = string_or(object, "kind");
  const auto* resource = resource_by_kind(kind);
  if (resource != nullptr && resource->has_status) set_default(object, "status", json::object());
  if (kind == "Pod") complete_new_pod(object);
  if (kind == "Job") select_own_pods(object);
  if (kind == "ReplicaSet") set_default(object["status"], "replicas", 0);
  if (kind == "Service") set_default(object["status"], "loadBalancer", json::object());
  if (kind == "Namespace") {
    set_default(object["spec"], "finalizers", json::array({"kubernetes"}));
    set_default(object["status"], "phase", "Active");
  }
}

}  // namespace straycat::cluster
