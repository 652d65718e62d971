#include "cluster/kinds/service_checks.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

constexpr std::int64_t longest_affinity = 86400;

std::string type_of_service(const json& spec) { return string_or(spec, "type", "ClusterIP"); }
bool is_headless_spec(const json& spec) { return string_or(spec, "clusterIP") == "None"; }

void forbid(Causes& causes, const std::string& field, const std::string& why) {
  causes.push_back({"FieldValueForbidden", "Forbidden: " + why, field});
}

void duplicate(Causes& causes, const std::string& field, const std::string& value) {
  causes.push_back({"FieldValueDuplicate", "Duplicate value: " + value, field});
}

void check_word(Causes& causes, const json& spec, const char* key, const std::vector<std::string>& supported) {
  const auto word = string_or(spec, key);
  if (!word.empty() && std::count(supported.begin(), supported.end(), word) == 0)
    refuse_unsupported(causes, std::string("spec.") + key, word, supported);
}

void check_service_port(Causes& causes, const std::string& at, const json& port) {
  if (const auto name = string_or(port, "name"); !name.empty()) check_label_name(causes, at + ".name", name);
  check_port(causes, at + ".port", port.is_object() ? port.value("port", json(0)) : json(0));
  if (!port.is_object()) return;
  const auto protocol = string_or(port, "protocol", "TCP");
  if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP")
    refuse_unsupported(causes, at + ".protocol", protocol, {"SCTP", "TCP", "UDP"});
  if (const auto target = port.value("targetPort", json()); target.is_number())
    check_port(causes, at + ".targetPort", target);
}

void check_port_names(Causes& causes, const json& ports) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto at = fmt::format("spec.ports[{}]", i);
    const auto name = string_or(ports[i], "name");
    if (name.empty() && ports.size() > 1) require(causes, at + ".name");
    if (!name.empty() && !names.insert(name).second) duplicate(causes, at + ".name", json(name).dump());
    check_service_port(causes, at, ports[i]);
  }
}

// Numbers, each with its protocol, that stand there twice.
void check_port_numbers(Causes& causes, const json& ports) {
  std::set<std::pair<std::string, std::int64_t>> numbers, node_ports;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto at = fmt::format("spec.ports[{}]", i);
    const auto protocol = string_or(ports[i], "protocol", "TCP");
    const auto node_port = integer_or(ports[i], "nodePort"), port = integer_or(ports[i], "port");
    if (node_port != 0 && !node_ports.emplace(protocol, node_port).second)
      duplicate(causes, at + ".nodePort", std::to_string(node_port));
    if (!numbers.emplace(protocol, port).second)
      duplicate(causes, at,
                fmt::format(R"({{"Name":"","Protocol":{},"AppProtocol":null,"Port":{},"TargetPort":0,"NodePort":0}})",
                            json(protocol).dump(), port));
  }
}

void check_type(Causes& causes, const json& spec) {
  const auto type = type_of_service(spec);
  check_word(causes, spec, "type", {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"});
  if ((type == "NodePort" || type == "LoadBalancer") && is_headless_spec(spec))
    refuse(causes, "spec.clusterIPs[0]", "None", fmt::format("may not be set to 'None' for {} services", type));
  if (type == "ExternalName" && string_or(spec, "externalName").empty()) require(causes, "spec.externalName");
  const auto& ports = array_or_empty(spec, "ports");
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (type == "ClusterIP" && integer_or(ports[i], "nodePort") != 0)
      forbid(causes, fmt::format("spec.ports[{}].nodePort", i), "may not be used when `type` is 'ClusterIP'");
}

void check_affinity(Causes& causes, const json& spec) {
  check_word(causes, spec, "sessionAffinity", {"ClientIP", "None"});
  if (string_or(spec, "sessionAffinity") != "ClientIP") return;
  const auto& client = object_or_empty(object_or_empty(spec, "sessionAffinityConfig"), "clientIP");
  const auto seconds = integer_or(client, "timeoutSeconds");
  if (seconds <= 0 || seconds > longest_affinity)
    refuse(causes, "spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds,
           fmt::format("must be greater than 0 and less than {}", longest_affinity));
}

bool is_of_family(int family, const std::string& text) {
  in6_addr parsed{};
  return ::inet_pton(family, text.c_str(), &parsed) == 1;
}

void check_external_address(Causes& causes, const std::string& at, const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) {
    if (!is_of_family(AF_INET6, text))
      refuse(causes, at, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    return;
  }
  const std::uint32_t number = ntohl(address.s_addr);
  if (number == 0) refuse(causes, at, text, "may not be unspecified (0.0.0.0)");
  if (number >> 24 == 127) refuse(causes, at, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (number >> 16 == 0xa9fe)
    refuse(causes, at, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (number >> 8 == 0xe00000)
    refuse(causes, at, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

bool is_block(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  const auto slash = text.find('/');
  if (slash == std::string::npos) return false;
  const auto length = text.substr(slash + 1), address = text.substr(0, slash);
  if (length.empty() || length.size() > 3 || length.find_first_not_of("0123456789") != std::string::npos) return false;
  const int most = is_of_family(AF_INET, address) ? 32 : is_of_family(AF_INET6, address) ? 128 : -1;
  return std::stoi(length) <= most;
}

void check_load_balancer(Causes& causes, const json& spec) {
  const bool balanced = type_of_service(spec) == "LoadBalancer";
  const std::string only = "may only be used when `type` is 'LoadBalancer'";
  const auto& ranges = array_or_empty(spec, "loadBalancerSourceRanges");
  if (!ranges.empty() && !balanced) forbid(causes, "spec.LoadBalancerSourceRanges", only);
  for (std::size_t i = 0; i < ranges.size(); ++i)
    if (!ranges[i].is_string() || !is_block(ranges[i].get<std::string>()))
      refuse(causes, fmt::format("spec.LoadBalancerSourceRanges[{}]", i), ranges[i],
             "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  if (spec.contains("allocateLoadBalancerNodePorts") && !balanced)
    forbid(causes, "spec.allocateLoadBalancerNodePorts", only);
  if (!string_or(spec, "loadBalancerClass").empty() && !balanced) forbid(causes, "spec.loadBalancerClass", only);
}

void check_policies(Causes& causes, const json& spec) {
  const auto policy = string_or(spec, "externalTrafficPolicy");
  if (!is_reached_from_outside(spec)) {
    if (!policy.empty())
      refuse(causes, "spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services");
  } else {
    check_word(causes, spec, "externalTrafficPolicy", {"Cluster", "Local"});
  }
  if (const auto port = integer_or(spec, "healthCheckNodePort"); port != 0) {
    if (!needs_health_check(spec))
      refuse(causes, "spec.healthCheckNodePort", port,
             "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    else
      check_port(causes, "spec.healthCheckNodePort", port);
  }
  check_word(causes, spec, "internalTrafficPolicy", {"Cluster", "Local"});
  check_word(causes, spec, "trafficDistribution", {"PreferClose", "PreferSameZone", "PreferSameNode"});
}

std::set<std::int64_t> node_ports_in(const json& spec) {
  std::set<std::int64_t> out;
  for (const auto& port : array_or_empty(spec, "ports"))
    if (const auto number = integer_or(port, "nodePort"); number != 0) out.insert(number);
  return out;
}

bool has_node_ports(const json& spec) {
  const auto type = type_of_service(spec);
  return type == "NodePort" || type == "LoadBalancer";
}

// By name: the person may have changed whatever else is in a port.
void keep_node_ports(json& spec, const json& old_spec) {
  const auto now = node_ports_in(spec), before = node_ports_in(old_spec);
  each_object(spec, "ports", [&](json& port) {
    for (const auto& old : array_or_empty(old_spec, "ports")) {
      const auto number = integer_or(old, "nodePort");
      if (string_or(old, "name") == string_or(port, "name") && number != 0 && !now.contains(number))
        set_default_value(port, "nodePort", number);
    }
  });
}

bool same_value(const json& spec, const json& old_spec, const char* key) {
  return spec.value(key, json()) == old_spec.value(key, json());
}

void drop_same(json& spec, const json& old_spec, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (same_value(spec, old_spec, key)) spec.erase(key);
}

void drop_what_another_type_had(json& spec, const json& old_spec) {
  const auto type = type_of_service(spec), old_type = type_of_service(old_spec);
  if (type == "ExternalName" && old_type != type && same_value(spec, old_spec, "clusterIP"))
    drop_same(spec, old_spec, {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"});
  const auto before = node_ports_in(old_spec), now = node_ports_in(spec);
  if (has_node_ports(old_spec) && !has_node_ports(spec) &&
      std::includes(before.begin(), before.end(), now.begin(), now.end()))
    each_object(spec, "ports", [](json& port) { port.erase("nodePort"); });
  if (needs_health_check(old_spec) && !needs_health_check(spec)) drop_same(spec, old_spec, {"healthCheckNodePort"});
  if (old_type == "LoadBalancer" && type != old_type)
    drop_same(spec, old_spec, {"allocateLoadBalancerNodePorts", "loadBalancerClass"});
  if (is_reached_from_outside(old_spec) && !is_reached_from_outside(spec))
    drop_same(spec, old_spec, {"externalTrafficPolicy"});
}

}  // namespace

bool is_reached_from_outside(const json& spec) {
  const auto type = type_of_service(spec);
  return has_node_ports(spec) || (type == "ClusterIP" && !array_or_empty(spec, "externalIPs").empty());
}

bool needs_health_check(const json& spec) {
  return type_of_service(spec) == "LoadBalancer" && string_or(spec, "externalTrafficPolicy") == "Local";
}

void validate_service(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  const auto& ports = array_or_empty(spec, "ports");
  if (ports.empty() && !is_headless_spec(spec) && type_of_service(spec) != "ExternalName")
    require(causes, "spec.ports");
  check_port_names(causes, ports);
  check_labels(causes, "spec.selector", object_or_empty(spec, "selector"));
  check_affinity(causes, spec);
  const auto& addresses = array_or_empty(spec, "externalIPs");
  for (std::size_t i = 0; i < addresses.size(); ++i)
    check_external_address(causes, fmt::format("spec.externalIPs[{}]", i),
                           addresses[i].is_string() ? addresses[i].get<std::string>() : "");
  check_type(causes, spec);
  check_port_numbers(causes, ports);
  check_load_balancer(causes, spec);
  check_policies(causes, spec);
}

void validate_service_update(Causes& causes, const json& object, const json& current) {
  const auto& spec = object_or_empty(object, "spec");
  const auto& old_spec = object_or_empty(current, "spec");
  const auto address = string_or(spec, "clusterIP"), old_address = string_or(old_spec, "clusterIP");
  if (!old_address.empty() && address != old_address && type_of_service(spec) != "ExternalName")
    refuse(causes, "spec.clusterIPs[0]", json::array({address}), "may not change once set");
  if (needs_health_check(spec) && needs_health_check(old_spec) && !same_value(spec, old_spec, "healthCheckNodePort"))
    forbid(causes, "spec.healthCheckNodePort", "field is immutable");
}

void keep_service_values(json& object, const json& current) {
  if (!object.is_object() || !object["spec"].is_object()) return;
  auto& spec = object["spec"];
  const auto& old_spec = object_or_empty(current, "spec");
  if (type_of_service(spec) != "ExternalName" && type_of_service(old_spec) != "ExternalName")
    for (const char* key : {"clusterIP", "clusterIPs"})
      if (old_spec.contains(key)) set_default_value(spec, key, old_spec[key]);
  if (has_node_ports(spec) && has_node_ports(old_spec) &&
      spec.value("allocateLoadBalancerNodePorts", json(true)) != json(false))
    keep_node_ports(spec, old_spec);
  if (needs_health_check(spec) && needs_health_check(old_spec) && old_spec.contains("healthCheckNodePort"))
    set_default_value(spec, "healthCheckNodePort", old_spec["healthCheckNodePort"]);
  drop_what_another_type_had(spec, old_spec);
  if (type_of_service(spec) != "LoadBalancer" && object.contains("status"))
    object["status"]["loadBalancer"] = json::object();
}

}  // namespace straycat::cluster
