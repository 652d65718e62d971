// Defaults of pod specs and of new pods.
#include <string>

#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

void default_http_get(json& action) {
  set_default_value(action, "path", "/");
  set_default_value(action, "scheme", "HTTP");
}

void default_probe(json& probe) {
  set_default_value(probe, "timeoutSeconds", 1);
  set_default_value(probe, "periodSeconds", 10);
  set_default_value(probe, "successThreshold", 1);
  set_default_value(probe, "failureThreshold", 3);
  with_object(probe, "httpGet", default_http_get);
  with_object(probe, "grpc", [](json& grpc) { set_default(grpc, "service", ""); });
}

void default_lifecycle(json& lifecycle) {
  for (const char* hook : {"postStart", "preStop"}) {
    with_object(lifecycle, hook, [](json& handler) { with_object(handler, "httpGet", default_http_get); });
  }
}

// The kubelet always pulls ":latest" (also when it is only implied) unless told otherwise.
std::string pull_policy(const std::string& image) {
  if (image.find('@') != std::string::npos) return "IfNotPresent";
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return !tagged || image.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

void default_container(json& container) {
  set_default(container, "resources", json::object());
  set_default_value(container, "terminationMessagePath", "/dev/termination-log");
  set_default_value(container, "terminationMessagePolicy", "File");
  set_default_value(container, "imagePullPolicy", pull_policy(string_or(container, "image")));
  each_object(container, "ports", [](json& port) { set_default_value(port, "protocol", "TCP"); });
  each_object(container, "env", [](json& env) {
    with_object(env, "valueFrom", [](json& from) {
      with_object(from, "fieldRef", [](json& ref) { set_default_value(ref, "apiVersion", "v1"); });
    });
  });
  for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    with_object(container, probe, default_probe);
  with_object(container, "lifecycle", default_lifecycle);
}

void default_volume(json& volume) {
  if (volume.size() == 1 && volume.contains("name")) volume["emptyDir"] = json::object();
  for (const char* source : {"secret", "configMap", "downwardAPI", "projected"}) {
    with_object(volume, source, [](json& value) { set_default(value, "defaultMode", 420); });
  }
  with_object(volume, "hostPath", [](json& path) { set_default(path, "type", ""); });
}

json token_volume(const std::string& name) {
  return json::parse(R"({"projected":{"sources":[
    {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
    {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
    {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],
    "defaultMode":420}})")
      .patch(json::array({json::object({{"op", "add"}, {"path", "/name"}, {"value", name}})}));
}

constexpr const char* token_path = "/var/run/secrets/kubernetes.io/serviceaccount";

bool mounts_token(const json& container) {
  const auto mounts = container.find("volumeMounts");
  if (mounts == container.end() || !mounts->is_array()) return false;
  for (const auto& mount : *mounts) {
    if (mount.is_object() && string_or(mount, "mountPath") == token_path) return true;
  }
  return false;
}

}  // namespace

void mount_token(json& spec) {
  const auto volume = "kube-api-access-" + random_suffix();
  bool used = false;
  for (const char* list : {"initContainers", "containers"}) {
    each_object(spec, list, [&](json& container) {
      if (mounts_token(container)) return;
      auto& mounts = container["volumeMounts"];
      if (!mounts.is_array()) mounts = json::array();
      mounts.push_back({{"name", volume}, {"readOnly", true}, {"mountPath", token_path}});
      used = true;
    });
  }
  if (!used) return;
  auto& volumes = spec["volumes"];
  if (!volumes.is_array()) volumes = json::array();
  volumes.push_back(token_volume(volume));
}

namespace {

// The DefaultTolerationSeconds admission plugin.
void tolerate(json& spec) {
  auto& tolerations = spec["tolerations"];
  if (!tolerations.is_array()) tolerations = json::array();
  for (const std::string key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    bool there = false;
    for (const auto& toleration : tolerations) {
      there = there ||
              (toleration.is_object() && (string_or(toleration, "key") == key || string_or(toleration, "key").empty()));
    }
    if (!there) {
      tolerations.push_back(
          {{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}});
    }
  }
}

// pkg/apis/core/v1/helper/qos: Guaranteed when every container limits cpu and memory (and requests no less), BestEffort
// when none says anything.
std::string qos_class(const json& spec) {
  bool any = false, guaranteed = true;
  for (const auto& container : array_or_empty(spec, "containers")) {
    const auto resources = container.value("resources", json::object());
    const auto limits = resources.value("limits", json::object());
    const auto requests = resources.value("requests", limits);
    any = any || !limits.empty() || !requests.empty();
    guaranteed = guaranteed && limits.contains("cpu") && limits.contains("memory") && requests == limits;
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

void default_requests(json& container) {
  with_object(container, "resources", [](json& resources) {
    with_object(resources, "limits", [&](json& limits) {
      for (const auto& [name, amount] : limits.items()) set_default(resources["requests"], name.c_str(), amount);
    });
  });
}

}  // namespace

void default_pod(json& pod) {
  with_object(pod, "spec", [](json& spec) {
    for (const char* list : {"initContainers", "containers"}) each_object(spec, list, default_requests);
  });
}

void default_pod_spec(json& spec) {
  set_default_value(spec, "restartPolicy", "Always");
  set_default(spec, "terminationGracePeriodSeconds", 30);
  set_default_value(spec, "dnsPolicy", "ClusterFirst");
  set_default(spec, "securityContext", json::object());
  set_default_value(spec, "schedulerName", "default-scheduler");
  // The old name of the same field is kept equal to the new one.
  if (const auto name = string_or(spec, "serviceAccountName", string_or(spec, "serviceAccount")); !name.empty()) {
    spec["serviceAccountName"] = name;
    spec["serviceAccount"] = name;
  }
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
    each_object(spec, list, default_container);
  each_object(spec, "volumes", default_volume);
}

void complete_new_pod(json& pod) {
  auto& spec = pod["spec"];
  if (string_or(spec, "serviceAccountName").empty()) spec["serviceAccountName"] = spec["serviceAccount"] = "default";
  set_default(spec, "enableServiceLinks", true);
  set_default(spec, "priority", 0);
  set_default(spec, "preemptionPolicy", "PreemptLowerPriority");
  tolerate(spec);
  auto& status = pod["status"];
  set_default(status, "phase", "Pending");
  set_default(status, "qosClass", qos_class(spec));
}

}  // namespace straycat::cluster
