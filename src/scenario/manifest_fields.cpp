// Key lists: Kubernetes 1.36's types (k8s.io/api core/v1); those of a kind itself stand in its row (model/kinds.cpp).
// At the top of an object an unknown key is an error; below, only when it looks like a slip of a known one, so that a
// later Kubernetes' new field is no error here.
#include "manifest_fields.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "formats.hpp"
#include <straycat/model/kinds.hpp>

namespace straycat::scenario {
namespace {

using yaml::Node;
using Type = Node::Type;
using Keys = std::map<std::string, std::string, std::less<>>;  // key -> the name of its own list, or ""

// "key", or "key:LIST" where the key's value has keys of its own. A list of objects is checked item by item; "texts" is
// a map whose values are text.
const std::map<std::string, const char*, std::less<>> lists = {
    {"metadata",
     "annotations:texts creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName "
     "generation "
     "labels:texts managedFields name namespace ownerReferences resourceVersion selfLink uid"},
    {"selector", "matchLabels:texts matchExpressions"},
    {"template", "metadata:metadata spec:PodSpec"},
    {"strategy", "rollingUpdate:rolling type"},
    {"rolling", "maxSurge maxUnavailable partition"},
    {"jobTemplate", "metadata:metadata spec:Job"},
    {"ServicePort", "appProtocol name nodePort port protocol targetPort"},
    {"PodSpec",
     "activeDeadlineSeconds affinity automountServiceAccountToken containers:Container dnsConfig dnsPolicy "
     "enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname "
     "hostnameOverride "
     "imagePullSecrets initContainers:Container nodeName nodeSelector:texts os overhead preemptionPolicy priority "
     "priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName "
     "schedulingGates securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace "
     "subdomain "
     "terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes workloadRef"},
    {"Container",
     "args command env:EnvVar envFrom image imagePullPolicy lifecycle:Lifecycle livenessProbe:Probe name "
     "ports:ContainerPort readinessProbe:Probe resizePolicy resources restartPolicy restartPolicyRules securityContext "
     "startupProbe:Probe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices "
     "volumeMounts "
     "workingDir"},
    {"EnvVar", "name value:text valueFrom"},
    {"Lifecycle", "postStart preStop stopSignal"},
    {"ContainerPort", "containerPort hostIP hostPort name protocol"},
    {"Probe",
     "exec failureThreshold grpc httpGet:HttpGet initialDelaySeconds periodSeconds successThreshold tcpSocket "
     "terminationGracePeriodSeconds timeoutSeconds"},
    {"HttpGet", "host httpHeaders path port scheme"},
};

// What stands under the name of a list; a kind's name stands for its spec.
std::string_view list_of(std::string_view name) {
  if (const model::Kind* kind = model::kind_named(name)) return kind->spec_keys;
  const auto found = lists.find(name);
  return found == lists.end() ? std::string_view{} : found->second;
}

Keys keys_in(std::string_view name) {
  Keys keys;
  const std::string_view list = list_of(name);
  if (list.starts_with('@')) return keys_in(list.substr(1));
  std::istringstream words{std::string(list)};
  for (std::string word; words >> word;) {
    const std::size_t colon = word.find(':');
    keys[word.substr(0, colon)] = colon == std::string::npos ? "" : word.substr(colon + 1);
  }
  return keys;
}

// The keys at the top of an object.
std::vector<std::string> top_keys(const model::Kind& kind) {
  std::vector<std::string> keys = {"apiVersion", "kind", "metadata"};
  std::istringstream words{std::string(kind.keys)};
  for (std::string word; words >> word;) keys.push_back(word);
  return keys;
}

class Check {
 public:
  Check(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  void object(const Node& node) {
    const Node* kind = text_at(node, "kind", "every object says its kind, such as Deployment");
    const Node* version = text_at(node, "apiVersion", "every object says its apiVersion, such as apps/v1");
    if (kind == nullptr || version == nullptr) return;
    if (!known_kind(*kind, *version)) return;
    metadata(node, kind->scalar);
    const model::Kind* known = model::kind_named(kind->scalar);
    if (known != nullptr) top(node, *known);
    if (const Node* meta = node.find("metadata")) fields(*meta, "metadata");
    if (const Node* spec = node.find("spec"); spec != nullptr && known != nullptr) fields(*spec, known->name);
  }

 private:
  void add(const Node& where, std::string message, std::string hint = "") {
    problems_.add(source_, where, std::move(message), std::move(hint));
  }

  // The text under a key that must be there.
  const Node* text_at(const Node& node, const char* key, const char* hint) {
    const Node* value = node.find(key);
    if (value == nullptr) {
      add(node, fmt::format("this object has no \"{}\"", key), hint);
      return nullptr;
    }
    if (value->type == Type::string && !value->scalar.empty()) return value;
    add(*value, fmt::format("\"{}\" takes text, not {}", key, to_string(value->type)), hint);
    return nullptr;
  }

  // Own kinds of other makers (custom resources) are left to the API server; Kubernetes' own must be spelled right.
  bool known_kind(const Node& kind, const Node& version) {
    const std::string_view group = model::group_of(version.scalar);
    if (const model::Kind* known = model::kind_named(kind.scalar)) {
      if (known->served_in(group)) return true;
      add(version,
          fmt::format("{} is not in \"{}\": its apiVersion is {}", kind.scalar, version.scalar, known->api_version));
      return false;
    }
    const std::string near = yaml::suggestion(kind.scalar, model::kind_names());
    const bool built_in = group.find('.') == std::string_view::npos || group.ends_with(".k8s.io");
    if (!built_in || (near.empty() && !group.empty())) return true;
    add(kind, fmt::format("unknown kind \"{}\"{}", kind.scalar, near));
    return false;
  }

  void metadata(const Node& node, const std::string& kind) {
    const Node* meta = node.find("metadata");
    if (meta == nullptr || meta->type != Type::mapping)
      return add(meta == nullptr ? node : *meta, "this object has no metadata.name");
    const Node* name = text_at(*meta, "name", "an object that is applied needs a name");
    if (name == nullptr) return;
    const model::Kind* known = model::kind_named(kind);
    const bool label = known != nullptr && known->named_as_label;
    if (label ? is_label_name(name->scalar) : is_object_name(name->scalar)) return;
    add(*name, fmt::format("\"{}\" is no name for a {}", name->scalar, kind),
        label ? "small letters, digits and dashes, at most 63" : "small letters, digits, dashes and dots, at most 253");
  }

  void top(const Node& node, const model::Kind& kind) {
    const std::vector<std::string> known = top_keys(kind);
    for (const Node::Pair& pair : node.pairs) {
      const auto& key = pair.key.value.get_ref<const std::string&>();
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      add(pair.key, fmt::format("unknown key \"{}\" in a {}{}", key, kind.name, yaml::suggestion(key, known)));
    }
  }

  void fields(const Node& node, std::string_view list) {
    if (list == "texts") return texts(node);
    if (list == "text") return text(node);
    for (const Node& item : node.items) fields(item, list);
    const Keys keys = keys_in(list);
    if (keys.empty()) return;
    std::vector<std::string> names;
    for (const auto& [key, inner] : keys) names.push_back(key);
    for (const Node::Pair& pair : node.pairs) {
      const auto& key = pair.key.value.get_ref<const std::string&>();
      const auto found = keys.find(key);
      if (found != keys.end()) {
        if (!found->second.empty()) fields(pair.value, found->second);
      } else if (const std::string near = yaml::suggestion(key, names); !near.empty()) {
        add(pair.key, fmt::format("unknown key \"{}\"{}", key, near));
      }
    }
  }

  void texts(const Node& node) {
    for (const Node::Pair& pair : node.pairs) text(pair.value);
  }

  // What kubectl would send as a boolean or a number, and the API server refuse: `app: on`, `version: 1.0`.
  void text(const Node& node) {
    if (node.type == Type::string || node.type == Type::null) return;
    add(node,
        fmt::format("{} is {} here, and Kubernetes takes text only", node.scalar.empty() ? "this" : node.scalar,
                    to_string(node.type)),
        node.scalar.empty() ? "" : fmt::format("write \"{}\"", node.scalar));
  }

  const Source& source_;
  Problems& problems_;
};

}  // namespace

void check_manifest(const yaml::Node& object, const Source& source, Problems& problems) {
  Check(source, problems).object(object);
}

}  // namespace straycat::scenario
