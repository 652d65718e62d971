#include "cluster/node/pod_spec.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

namespace {

const json& at(const json& object, const char* key) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string text(const json& object, const char* key, std::string fallback = "") {
  const json& value = at(object, key);
  return value.is_string() ? value.get<std::string>() : std::move(fallback);
}

std::int64_t number(const json& object, const char* key, std::int64_t fallback) {
  const json& value = at(object, key);
  return value.is_number() ? value.get<std::int64_t>() : fallback;
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> out;
  for (const json& item : list) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

std::map<std::string, std::string> pairs(const json& object) {
  std::map<std::string, std::string> out;
  if (!object.is_object()) return out;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

// A number, or the name of one of the container's ports (pkg/probe/util.go ResolveContainerPort).
void read_port(const json& action, const json& container, Handler& out) {
  const json& port = at(action, "port");
  if (port.is_number()) {
    out.port = port.get<int>();
    out.port_name = std::to_string(out.port);
  } else if (port.is_string()) {
    out.port_name = port.get<std::string>();
    for (const json& candidate : at(container, "ports")) {
      if (text(candidate, "name") == out.port_name) out.port = static_cast<int>(number(candidate, "containerPort", 0));
    }
    if (out.port == 0 && out.port_name.find_first_not_of("0123456789") == std::string::npos &&
        out.port_name.size() < 6) {
      out.port = std::atoi(out.port_name.c_str());
    }
  }
}

void read_http(const json& action, const json& container, Handler& out) {
  out.kind = Handler::Kind::http;
  out.host = text(action, "host");
  out.path = text(action, "path", "/");
  if (!out.path.starts_with('/')) out.path.insert(0, "/");
  out.scheme = text(action, "scheme", "HTTP");
  for (const json& header : at(action, "httpHeaders"))
    out.headers.emplace_back(text(header, "name"), text(header, "value"));
  read_port(action, container, out);
}

Handler parse_handler(const json& object, const json& container) {
  Handler out;
  if (!object.is_object()) return out;
  if (const json& exec = at(object, "exec"); exec.is_object()) {
    out.kind = Handler::Kind::exec;
    out.command = texts(at(exec, "command"));
  } else if (const json& http = at(object, "httpGet"); http.is_object()) {
    read_http(http, container, out);
  } else if (const json& tcp = at(object, "tcpSocket"); tcp.is_object()) {
    out.kind = Handler::Kind::tcp;
    out.host = text(tcp, "host");
    read_port(tcp, container, out);
  } else if (const json& sleep = at(object, "sleep"); sleep.is_object()) {
    out.kind = Handler::Kind::sleep;
    out.length = std::chrono::seconds{number(sleep, "seconds", 0)};
  } else if (!object.empty()) {
    out.kind = Handler::Kind::unsupported;
  }
  return out;
}

std::optional<ProbeSpec> parse_probe(const json& container, const char* key) {
  const json& probe = at(container, key);
  if (!probe.is_object()) return std::nullopt;
  ProbeSpec out;
  out.handler = parse_handler(probe, container);
  const auto positive = [&](const char* field, int fallback) {
    const auto value = static_cast<int>(number(probe, field, fallback));
    return value > 0 ? value : fallback;
  };
  out.initial_delay = positive("initialDelaySeconds", 0);
  out.period = positive("periodSeconds", 10);
  out.timeout = positive("timeoutSeconds", 1);
  out.success_threshold = positive("successThreshold", 1);
  out.failure_threshold = positive("failureThreshold", 3);
  if (at(probe, "terminationGracePeriodSeconds").is_number()) {
    out.grace_seconds = number(probe, "terminationGracePeriodSeconds", 30);
  }
  return out;
}

ObjectRef parse_ref(const json& ref, bool secret, const char* name = "name") {
  return {secret, text(ref, name), at(ref, "optional") == json(true)};
}

ResourceRef parse_resource(const json& ref) {
  return {text(ref, "containerName"), text(ref, "resource"), text(ref, "divisor")};
}

void read_value_from(const json& from, EnvVar& out) {
  if (const json& field = at(from, "fieldRef"); field.is_object()) {
    out.field_path = text(field, "fieldPath");
  } else if (const json& key = at(from, "configMapKeyRef"); key.is_object()) {
    out.object = parse_ref(key, false);
    out.key = text(key, "key");
  } else if (const json& secret = at(from, "secretKeyRef"); secret.is_object()) {
    out.object = parse_ref(secret, true);
    out.key = text(secret, "key");
  } else if (const json& resource = at(from, "resourceFieldRef"); resource.is_object()) {
    out.resource = parse_resource(resource);
  }
  out.unsupported = out.field_path.empty() && !out.object && !out.resource;
}

std::vector<EnvVar> parse_env(const json& container) {
  std::vector<EnvVar> out;
  for (const json& item : at(container, "env")) {
    EnvVar variable;
    variable.name = text(item, "name");
    variable.value = text(item, "value");
    if (const json& from = at(item, "valueFrom"); from.is_object()) read_value_from(from, variable);
    if (!variable.name.empty()) out.push_back(std::move(variable));
  }
  return out;
}

std::vector<EnvSource> parse_env_from(const json& container) {
  std::vector<EnvSource> out;
  for (const json& item : at(container, "envFrom")) {
    const bool secret = at(item, "secretRef").is_object();
    out.push_back({parse_ref(at(item, secret ? "secretRef" : "configMapRef"), secret), text(item, "prefix")});
  }
  return out;
}

std::optional<int> parse_mode(const json& object, const char* key) {
  const json& value = at(object, key);
  return value.is_number_integer() ? std::optional(value.get<int>() & 0777) : std::nullopt;
}

VolumePart parse_keys(const json& source, bool secret, const char* name) {
  VolumePart out;
  out.object = parse_ref(source, secret, name);
  for (const json& item : at(source, "items"))
    out.items.push_back({text(item, "key"), text(item, "path"), parse_mode(item, "mode")});
  return out;
}

void add_downward(std::vector<VolumePart>& out, const json& source) {
  for (const json& item : at(source, "items")) {
    VolumePart part;
    part.path = text(item, "path");
    part.mode = parse_mode(item, "mode");
    part.field_path = text(at(item, "fieldRef"), "fieldPath");
    part.kind = part.field_path.empty() ? VolumePart::Kind::resource : VolumePart::Kind::field;
    part.resource = parse_resource(at(item, "resourceFieldRef"));
    out.push_back(std::move(part));
  }
}

void add_projected(std::vector<VolumePart>& out, const json& source) {
  if (at(source, "configMap").is_object()) out.push_back(parse_keys(at(source, "configMap"), false, "name"));
  if (at(source, "secret").is_object()) out.push_back(parse_keys(at(source, "secret"), true, "name"));
  if (at(source, "downwardAPI").is_object()) add_downward(out, at(source, "downwardAPI"));
  if (!at(source, "serviceAccountToken").is_object()) return;
  VolumePart part;
  part.kind = VolumePart::Kind::token;
  part.path = text(at(source, "serviceAccountToken"), "path");
  part.audience = text(at(source, "serviceAccountToken"), "audience");
  part.seconds = number(at(source, "serviceAccountToken"), "expirationSeconds", part.seconds);
  out.push_back(std::move(part));
}

// The one key beside `name` says of what sort it is.
VolumeSpec parse_volume(const json& volume) {
  VolumeSpec out;
  out.name = text(volume, "name");
  if (!volume.is_object()) return out;
  out.kind = VolumeSpec::Kind::empty;  // without a source (SetDefaults_Volume)
  for (const auto& [key, source] : volume.items()) {
    if (key == "name" || !source.is_object()) continue;
    out.sort = key;
    out.mode = parse_mode(source, "defaultMode").value_or(0644);
    out.kind = VolumeSpec::Kind::files;
    if (key == "emptyDir") {
      out.kind = VolumeSpec::Kind::empty;
      const json& limit = at(source, "sizeLimit");
      out.size_limit = limit.is_number() ? limit.dump() : text(source, "sizeLimit");
    } else if (key == "configMap") {
      out.parts.push_back(parse_keys(source, false, "name"));
    } else if (key == "secret") {
      out.parts.push_back(parse_keys(source, true, "secretName"));
    } else if (key == "downwardAPI") {
      add_downward(out.parts, source);
    } else if (key == "projected") {
      for (const json& part : at(source, "sources")) add_projected(out.parts, part);
    } else {
      out.kind = VolumeSpec::Kind::unsupported;
    }
  }
  return out;
}

VolumeMount parse_mount(const json& mount) {
  VolumeMount out{text(mount, "name"), text(mount, "mountPath"), at(mount, "readOnly") == json(true),
                  text(mount, "subPath"), false};
  if (const std::string expression = text(mount, "subPathExpr"); !expression.empty()) {
    out.sub_path = expression;
    out.sub_path_expr = true;
  }
  return out;
}

std::map<std::string, std::string> parse_quantities(const json& object) {
  std::map<std::string, std::string> out;
  if (!object.is_object()) return out;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
    if (value.is_number()) out[key] = value.dump();
  }
  return out;
}

// imagePullPolicy's default: Always for :latest or no tag, else IfNotPresent (the API server fills it in as well).
std::string pull_policy(const json& container, const std::string& image) {
  const std::string given = text(container, "imagePullPolicy");
  if (!given.empty()) return given;
  const auto slash = image.rfind('/');
  const auto colon = image.find(':', slash == std::string::npos ? 0 : slash);
  return colon == std::string::npos || image.substr(colon) == ":latest" ? "Always" : "IfNotPresent";
}

// What is none reads as the largest number, which no container gets (pod_files.cpp).
unsigned id_of(const json& value) {
  const auto id = value.is_number_unsigned() && value.get<std::uint64_t>() > most_id ? -1 : value.get<std::int64_t>();
  return id < 0 || id > std::int64_t{most_id} ? ~0U : static_cast<unsigned>(id);
}

std::optional<unsigned> parse_id(const json& container, const json& pod, const char* key) {
  const json& own = at(container, key);
  const json& value = own.is_number_integer() ? own : at(pod, key);
  return value.is_number_integer() ? std::optional(id_of(value)) : std::nullopt;
}

SecuritySpec parse_security(const json& container, const json& pod) {
  SecuritySpec out;
  out.user = parse_id(container, pod, "runAsUser");
  out.group = parse_id(container, pod, "runAsGroup");
  out.volume_group = parse_id(json(), pod, "fsGroup");
  const json& own = at(container, "runAsNonRoot");
  out.non_root = (own.is_boolean() ? own : at(pod, "runAsNonRoot")) == json(true);
  out.read_only_root = at(container, "readOnlyRootFilesystem") == json(true);
  for (const json& group : at(pod, "supplementalGroups"))
    if (group.is_number_integer()) out.groups.push_back(id_of(group));
  if (out.volume_group) out.groups.push_back(*out.volume_group);
  out.add = texts(at(at(container, "capabilities"), "add"));
  out.drop = texts(at(at(container, "capabilities"), "drop"));
  return out;
}

Role role_of(const json& container, std::string_view list) {
  if (list == "ephemeralContainers") return Role::ephemeral;
  if (list == "containers") return Role::main;
  return text(container, "restartPolicy") == "Always" ? Role::sidecar : Role::init;
}

ContainerSpec parse_container(const json& container, const json& pod, std::string_view list) {
  ContainerSpec out;
  out.security = parse_security(at(container, "securityContext"), at(pod, "securityContext"));
  out.name = text(container, "name");
  out.image = text(container, "image");
  out.pull_policy = pull_policy(container, out.image);
  out.working_dir = text(container, "workingDir");
  out.role = role_of(container, list);
  out.command = texts(at(container, "command"));
  out.args = texts(at(container, "args"));
  out.in = at(container, "stdin") == json(true);
  out.in_once = at(container, "stdinOnce") == json(true);
  out.terminal = at(container, "tty") == json(true);
  out.env = parse_env(container);
  out.env_from = parse_env_from(container);
  for (const json& mount : at(container, "volumeMounts")) out.mounts.push_back(parse_mount(mount));
  out.limits = parse_quantities(at(at(container, "resources"), "limits"));
  out.requests = parse_quantities(at(at(container, "resources"), "requests"));
  out.readiness = parse_probe(container, "readinessProbe");
  out.liveness = parse_probe(container, "livenessProbe");
  out.startup = parse_probe(container, "startupProbe");
  out.pre_stop = parse_handler(at(at(container, "lifecycle"), "preStop"), container);
  out.message_path = text(container, "terminationMessagePath", out.message_path);
  out.message_from_log = text(container, "terminationMessagePolicy") == "FallbackToLogsOnError";
  out.post_start = parse_handler(at(at(container, "lifecycle"), "postStart"), container);
  return out;
}

}  // namespace

std::string_view probe_name(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::readiness:
      return "Readiness";
    case ProbeKind::liveness:
      return "Liveness";
    case ProbeKind::startup:
      return "Startup";
  }
  return "";
}

const std::optional<ProbeSpec>& ContainerSpec::probe(ProbeKind kind) const {
  return kind == ProbeKind::readiness ? readiness : kind == ProbeKind::liveness ? liveness : startup;
}

std::string PodSpec::full_name() const { return name + "_" + ns + "(" + uid + ")"; }

PodSpec parse_pod(const json& pod) {
  PodSpec out;
  const json& meta = at(pod, "metadata");
  const json& spec = at(pod, "spec");
  out.ns = text(meta, "namespace");
  out.name = text(meta, "name");
  out.uid = text(meta, "uid");
  out.generation = number(meta, "generation", 1);
  out.labels = pairs(at(meta, "labels"));
  out.annotations = pairs(at(meta, "annotations"));
  out.node = text(spec, "nodeName");
  out.hostname = text(spec, "hostname", out.name);
  out.service_account = text(spec, "serviceAccountName", "default");
  out.restart_policy = text(spec, "restartPolicy", "Always");
  out.grace_seconds = number(spec, "terminationGracePeriodSeconds", 30);
  out.service_links = at(spec, "enableServiceLinks") != json(false);
  if (at(spec, "activeDeadlineSeconds").is_number_integer())
    out.active_deadline = std::clamp<std::int64_t>(number(spec, "activeDeadlineSeconds", 0), 0, 1'000'000'000);
  for (const json& sysctl : at(at(spec, "securityContext"), "sysctls"))
    out.sysctls.emplace_back(text(sysctl, "name"), text(sysctl, "value"));
  for (const json& gate : at(spec, "readinessGates")) out.readiness_gates.push_back(text(gate, "conditionType"));
  for (const json& volume : at(spec, "volumes")) out.volumes.push_back(parse_volume(volume));
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
    for (const json& container : at(spec, list)) out.containers.push_back(parse_container(container, spec, list));
  return out;
}

}  // namespace straycat::cluster
