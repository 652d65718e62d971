// Validation of pod specs, in Pods and in templates.
#include <algorithm>
#include <set>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void check_supported(Causes& causes, const std::string& field, const json& value,
                     const std::vector<std::string>& supported) {
  if (value.is_null()) return;
  if (std::none_of(supported.begin(), supported.end(), [&](const auto& item) { return value == json(item); })) {
    refuse_unsupported(causes, field, value, supported);
  }
}

void check_handler(Causes& causes, const std::string& field, const json& handler) {
  int handlers = 0;
  for (const char* type : {"exec", "grpc", "httpGet", "sleep", "tcpSocket"}) {
    if (!handler.contains(type)) continue;
    if (++handlers > 1)
      causes.push_back(
          {"FieldValueForbidden", "Forbidden: may not specify more than 1 handler type", field + "." + type});
    const auto port = object_or_empty(handler, type).value("port", json());
    const bool by_number = port.is_number();
    const bool needs_port = std::string_view(type) == "httpGet" || std::string_view(type) == "tcpSocket";
    if (by_number || (needs_port && port.is_null()))
      check_port(causes, field + "." + type + ".port", port.is_null() ? json(0) : port);
    if (std::string_view(type) == "exec" && array_or_empty(object_or_empty(handler, "exec"), "command").empty()) {
      require(causes, field + ".exec.command");
    }
  }
  if (handlers == 0) require(causes, field, "must specify a handler type");
}

void check_probe(Causes& causes, const std::string& field, const json& probe, bool only_one_success) {
  check_handler(causes, field, probe);
  for (const char* key :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
    if (const auto value = integer_or(probe, key); value < 0)
      refuse(causes, field + "." + key, value, "must be greater than or equal to 0");
  }
  if (const auto successes = integer_or(probe, "successThreshold", 1); only_one_success && successes != 1) {
    refuse(causes, field + ".successThreshold", successes, "must be 1");
  }
}

void check_ports(Causes& causes, const std::string& field, const json& ports) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto at = field + "[" + std::to_string(i) + "]";
    const auto number = ports[i].value("containerPort", json());
    if (number.is_null()) {
      require(causes, at + ".containerPort");
    } else {
      check_port(causes, at + ".containerPort", number);
    }
    check_supported(causes, at + ".protocol", ports[i].value("protocol", json()), {"SCTP", "TCP", "UDP"});
    const auto name = string_or(ports[i], "name");
    if (name.size() > 15) refuse(causes, at + ".name", name, "must be no more than 15 characters");
    if (!name.empty() && !names.insert(name).second)
      causes.push_back({"FieldValueDuplicate", "Duplicate value: " + json(name).dump(), at + ".name"});
  }
}

void check_container(Causes& causes, const std::string& at, const json& container) {
  const auto name = string_or(container, "name");
  if (name.empty()) {
    require(causes, at + ".name");
  } else {
    check_label_name(causes, at + ".name", name);
  }
  if (string_or(container, "image").empty()) require(causes, at + ".image");
  check_ports(causes, at + ".ports", array_or_empty(container, "ports"));
  const auto& env = array_or_empty(container, "env");
  for (std::size_t i = 0; i < env.size(); ++i) {
    if (string_or(env[i], "name").empty()) require(causes, at + ".env[" + std::to_string(i) + "].name");
  }
  for (const std::string key : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    if (container.contains(key) && container[key].is_object())
      check_probe(causes, at + "." + key, container[key], key != "readinessProbe");
  }
  for (const std::string hook : {"postStart", "preStop"}) {
    const auto& lifecycle = object_or_empty(container, "lifecycle");
    if (lifecycle.contains(hook)) check_handler(causes, at + ".lifecycle." + hook, lifecycle[hook]);
  }
  check_supported(causes, at + ".imagePullPolicy", container.value("imagePullPolicy", json()),
                  {"Always", "IfNotPresent", "Never"});
}

// Where its files go: the items of what a source names, at a place in the volume.
void check_items(Causes& causes, const std::string& at, const json& source) {
  const auto& items = array_or_empty(source, "items");
  for (std::size_t i = 0; i < items.size(); ++i)
    check_volume_path(causes, at + ".items[" + std::to_string(i) + "].path", string_or(items[i], "path"));
}

void check_sources(Causes& causes, const std::string& at, const json& holder) {
  for (const char* kind : {"configMap", "secret", "downwardAPI"})
    if (holder.contains(kind)) check_items(causes, at + "." + kind, holder[kind]);
  if (holder.contains("serviceAccountToken"))
    check_volume_path(causes, at + ".serviceAccountToken.path",
                      string_or(object_or_empty(holder, "serviceAccountToken"), "path"));
}

void check_volumes(Causes& causes, const std::string& field, const json& volumes) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const auto at = field + "[" + std::to_string(i) + "]";
    const auto name = string_or(volumes[i], "name");
    if (name.empty())
      require(causes, at + ".name");
    else
      check_label_name(causes, at + ".name", name);
    if (!name.empty() && !names.insert(name).second)
      causes.push_back({"FieldValueDuplicate", "Duplicate value: " + json(name).dump(), at + ".name"});
    if (!volumes[i].is_object()) continue;
    check_sources(causes, at, volumes[i]);
    const auto& projected = array_or_empty(object_or_empty(volumes[i], "projected"), "sources");
    for (std::size_t k = 0; k < projected.size(); ++k)
      if (projected[k].is_object())
        check_sources(causes, at + ".projected.sources[" + std::to_string(k) + "]", projected[k]);
  }
}

// Users and groups, of a pod or a container (validation.IsValidUserID).
void check_ids(Causes& causes, const std::string& field, const json& security) {
  const auto check = [&](const std::string& at, const json& id) {
    const bool good = id.is_number_integer() &&
                      (id.is_number_unsigned() ? id.get<std::uint64_t>() <= 2147483647 : id.get<std::int64_t>() >= 0);
    if (!good) refuse(causes, at, id, "must be between 0 and 2147483647, inclusive");
  };
  for (const char* key : {"runAsUser", "runAsGroup", "fsGroup"})
    if (security.contains(key) && !security[key].is_null()) check(field + "." + key, security[key]);
  const auto& groups = array_or_empty(security, "supplementalGroups");
  for (std::size_t i = 0; i < groups.size(); ++i)
    check(field + ".supplementalGroups[" + std::to_string(i) + "]", groups[i]);
}

// validation.IsValidSysctlName.
bool is_sysctl(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > 253 || !letter(name.back())) return false;
  char before = '.';
  for (const char c : name) {
    const bool separator = c == '.' || c == '/';
    if (!letter(c) && !separator && c != '-' && c != '_') return false;
    if (!letter(before) && (before == '.' || before == '/') && !letter(c)) return false;  // a part begins with a letter
    if (separator && !letter(before)) return false;                                       // and ends with one
    before = c;
  }
  return true;
}

void check_sysctls(Causes& causes, const std::string& field, const json& sysctls) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < sysctls.size(); ++i) {
    const auto at = field + "[" + std::to_string(i) + "].name";
    const auto name = string_or(sysctls[i], "name");
    if (name.empty())
      require(causes, at);
    else if (!is_sysctl(name))
      refuse(causes, at, name,
             "must have at most 253 characters and match regex "
             "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
    else if (!names.insert(name).second)
      causes.push_back({"FieldValueDuplicate", "Duplicate value: " + json(name).dump(), at});
  }
}

}  // namespace

void validate_pod_spec(Causes& causes, const std::string& field, const json& spec) {
  const auto& containers = array_or_empty(spec, "containers");
  if (containers.empty()) require(causes, field + ".containers");
  std::set<std::string> names;
  for (const std::string list : {"initContainers", "containers", "ephemeralContainers"}) {
    const auto& items = array_or_empty(spec, list.c_str());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto at = field + "." + list + "[" + std::to_string(i) + "]";
      check_container(causes, at, items[i]);
      check_ids(causes, at + ".securityContext", object_or_empty(items[i], "securityContext"));
      const auto name = string_or(items[i], "name");
      if (!name.empty() && !names.insert(name).second)
        causes.push_back({"FieldValueDuplicate", "Duplicate value: " + json(name).dump(), at + ".name"});
    }
  }
  check_volumes(causes, field + ".volumes", array_or_empty(spec, "volumes"));
  const auto& security = object_or_empty(spec, "securityContext");
  check_ids(causes, field + ".securityContext", security);
  check_sysctls(causes, field + ".securityContext.sysctls", array_or_empty(security, "sysctls"));
  check_supported(causes, field + ".restartPolicy", spec.value("restartPolicy", json()),
                  {"Always", "Never", "OnFailure"});
  check_supported(causes, field + ".dnsPolicy", spec.value("dnsPolicy", json()),
                  {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"});
  if (const auto grace = integer_or(spec, "terminationGracePeriodSeconds"); grace < 0) {
    refuse(causes, field + ".terminationGracePeriodSeconds", grace, "must be greater than or equal to 0");
  }
}

}  // namespace straycat::cluster
