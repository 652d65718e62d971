// A pod's spec as the node needs it: what to run, how to ask after its health, how to stop it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cluster/trees/image_tree.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {

// What a probe or a hook does (core/v1 ProbeHandler, LifecycleHandler).
struct Handler {
  enum class Kind { none, exec, http, tcp, sleep, unsupported };
  Kind kind = Kind::none;
  std::vector<std::string> command;                          // exec
  std::string scheme = "HTTP", host, path = "/";             // http; host "" = the pod's address
  std::vector<std::pair<std::string, std::string>> headers;  // http
  int port = 0;                                              // http, tcp; 0 = a name that no container port has
  std::string port_name;                                     // as written, for the error's text
  Nanos length{0};                                           // sleep
  bool operator==(const Handler&) const = default;
};

struct ProbeSpec {
  Handler handler;
  int initial_delay = 0, period = 10, timeout = 1;  // seconds
  int success_threshold = 1, failure_threshold = 3;
  std::optional<std::int64_t> grace_seconds;  // terminationGracePeriodSeconds of the probe
  bool operator==(const ProbeSpec&) const = default;
};

enum class ProbeKind { readiness, liveness, startup };
[[nodiscard]] std::string_view probe_name(ProbeKind kind);  // "Readiness", "Liveness", "Startup", as in events

// A ConfigMap or a Secret of the pod's namespace.
struct ObjectRef {
  bool secret = false;
  std::string name;
  bool optional = false;
  bool operator==(const ObjectRef&) const = default;
};

// resourceFieldRef: "limits.memory" of a container, "" = the one that asks.
struct ResourceRef {
  std::string container, resource, divisor;
  bool operator==(const ResourceRef&) const = default;
};

struct EnvVar {
  std::string name, value;
  std::string field_path;                // valueFrom.fieldRef; "" = `value` counts
  bool unsupported = false;              // another valueFrom
  std::optional<ObjectRef> object = {};  // valueFrom.configMapKeyRef, secretKeyRef
  std::string key = {};                  // of that object
  std::optional<ResourceRef> resource = {};
  bool operator==(const EnvVar&) const = default;
};

// envFrom: all keys of an object.
struct EnvSource {
  ObjectRef object;
  std::string prefix;
  bool operator==(const EnvSource&) const = default;
};

inline constexpr const char* account_path = "/var/run/secrets/kubernetes.io/serviceaccount";

struct KeyItem {
  std::string key, path;
  std::optional<int> mode;
  bool operator==(const KeyItem&) const = default;
};

// One source of a volume's files (core/v1 VolumeProjection; a downwardAPI's items are one each).
struct VolumePart {
  enum class Kind { keys, field, resource, token };
  Kind kind = Kind::keys;
  ObjectRef object;  // keys; without items all of them
  std::vector<KeyItem> items;
  std::string path;             // of the file: field, resource, token
  std::string audience = {};    // token
  std::int64_t seconds = 3600;  // token: how long it is wanted for
  std::string field_path;
  ResourceRef resource;
  std::optional<int> mode;
  bool operator==(const VolumePart&) const = default;
};

struct VolumeSpec {
  enum class Kind { empty, files, unsupported };
  std::string name;
  Kind kind = Kind::unsupported;
  std::string sort;        // as the manifest says it: "hostPath"
  std::string size_limit;  // empty: a quantity, "" = none given
  int mode = 0644;         // files
  std::vector<VolumePart> parts;
  bool operator==(const VolumeSpec&) const = default;
};

struct VolumeMount {
  std::string name, path;
  bool read_only = false;
  std::string sub_path = {};   // of the volume
  bool sub_path_expr = false;  // it holds $(VARIABLES)
  bool operator==(const VolumeMount&) const = default;
};

// securityContext, the container's before the pod's.
struct SecuritySpec {
  std::optional<unsigned> user, group, volume_group;
  std::vector<unsigned> groups;
  bool non_root = false, read_only_root = false;
  std::vector<std::string> add, drop;  // capabilities, as written
  bool operator==(const SecuritySpec&) const = default;
};

// The largest number of a user or group (validation.IsValidUserID).
inline constexpr unsigned most_id = 2147483647;

// sidecar: an init container with restartPolicy Always; ephemeral: put into a running pod, and counts for nothing.
enum class Role { init, sidecar, main, ephemeral };

struct ContainerSpec {
  std::string name, image, pull_policy, working_dir;
  Role role = Role::main;
  std::vector<std::string> command, args;
  bool in = false, in_once = false, terminal = false;  // stdin, stdinOnce, tty
  std::vector<EnvVar> env;
  std::vector<EnvSource> env_from;
  SecuritySpec security;
  std::vector<VolumeMount> mounts;
  std::map<std::string, std::string> limits, requests;  // quantities, as written
  std::optional<ProbeSpec> readiness, liveness, startup;
  Handler pre_stop, post_start;
  std::string message_path = "/dev/termination-log";  // terminationMessagePath
  bool message_from_log = false;                      // terminationMessagePolicy: FallbackToLogsOnError
  // What the image's name stands for, or empty when nothing is known under that name (the node fills it in).
  std::vector<std::string> program;
  std::shared_ptr<const ImageTree> tree;  // or whose files it has; null: a program of the machine

  [[nodiscard]] const std::optional<ProbeSpec>& probe(ProbeKind kind) const;
};

struct PodSpec {
  std::string ns, name, uid, node, service_account = "default", hostname;
  std::int64_t generation = 1;
  std::string restart_policy = "Always";
  std::int64_t grace_seconds = 30;
  bool service_links = true;
  std::vector<std::pair<std::string, std::string>> sysctls;  // securityContext.sysctls: "net.core.somaxconn", value
  std::map<std::string, std::string> labels, annotations;
  std::optional<std::int64_t> active_deadline;  // seconds
  std::vector<std::string> readiness_gates;     // types of conditions
  std::vector<VolumeSpec> volumes;
  std::vector<ContainerSpec> containers;  // init containers first, in their order; ephemeral ones last

  [[nodiscard]] std::string full_name() const;  // "name_namespace(uid)", as kubelet prints it
};

// Reads a pod object. Missing fields take the API server's defaults, wrong types are skipped; never throws.
[[nodiscard]] PodSpec parse_pod(const nlohmann::json& pod);

}  // namespace straycat::cluster
