#include "cluster/kinds/service_ip.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/service_checks.hpp"

namespace straycat::cluster {
namespace {

constexpr unsigned first_offset = 16, last_offset = 0xFFFE;
constexpr int first_node_port = 30000, last_node_port = 32767;

std::string address(unsigned offset) {
  return "10.96." + std::to_string(offset >> 8) + "." + std::to_string(offset & 0xFF);
}

struct Taken {
  std::set<std::string> addresses;
  std::set<std::int64_t> node_ports;
};

// Everything that Services other than `self` hold.
Taken taken_by(const std::vector<Object>& others, const json& self) {
  Taken taken;
  for (const auto& other : others) {
    if (text_at(*other, "/metadata/uid") == text_at(self, "/metadata/uid")) continue;
    taken.addresses.insert(text_at(*other, "/spec/clusterIP"));
    for (const auto& port : array_or_empty(object_or_empty(*other, "spec"), "ports")) {
      if (const auto number = integer_or(port, "nodePort"); number != 0) taken.node_ports.insert(number);
    }
    if (const auto port = integer_or(object_or_empty(*other, "spec"), "healthCheckNodePort"); port != 0)
      taken.node_ports.insert(port);
  }
  return taken;
}

Status address_refused(const json& service, const std::string& wanted, const std::string& why) {
  return invalid(*resource_by_kind("Service"), text_at(service, "/metadata/name"),
                 {{"FieldValueInvalid",
                   "Invalid value: " + json::array({wanted}).dump() + ": failed to allocate IP " + wanted + ": " + why,
                   "spec.clusterIPs"}});
}

// Spread by uid, so that a Service made again gets another address: clients that cling to the old one show.
std::optional<std::string> free_address(const Taken& taken, const std::string& uid) {
  const unsigned count = last_offset - first_offset + 1;
  const auto start = static_cast<unsigned>(std::hash<std::string>{}(uid) % count);
  for (unsigned i = 0; i < count; ++i) {
    auto candidate = address(first_offset + (start + i) % count);
    if (!taken.addresses.contains(candidate)) return candidate;
  }
  return std::nullopt;
}

StoreResult<void> allocate_address(json& service, const Taken& taken) {
  auto& spec = service["spec"];
  const auto wanted = string_or(spec, "clusterIP");
  if (wanted == "None") {
    spec["clusterIPs"] = json::array({"None"});
    return {};
  }
  if (wanted.empty()) {
    const auto found = free_address(taken, text_at(service, "/metadata/uid"));
    if (!found) return Status{500, "InternalError", "failed to allocate a serviceIP: range is full", nullptr};
    spec["clusterIP"] = *found;
  } else if (wanted.rfind("10.96.", 0) != 0) {
    return address_refused(service, wanted, "the provided network does not match the current range");
  } else if (taken.addresses.contains(wanted)) {
    return address_refused(service, wanted, "provided IP is already allocated");
  }
  spec["clusterIPs"] = json::array({spec["clusterIP"]});
  return {};
}

// Those for whoever asks for none in particular come from above the first 86, which are for those who do
// (portallocator.go calculateRangeOffset), and spread by uid as addresses are; below when all else is taken.
std::optional<std::int64_t> free_node_port(const Taken& taken, const std::string& uid) {
  constexpr int size = last_node_port - first_node_port + 1, asked_for = size / 32, rest = size - asked_for;
  const auto start = static_cast<int>(std::hash<std::string>{}(uid) % rest);
  for (int i = 0; i < size; ++i) {
    const auto offset = i < rest ? asked_for + (start + i) % rest : i - rest;
    if (!taken.node_ports.contains(first_node_port + offset)) return first_node_port + offset;
  }
  return std::nullopt;
}

// "": it may be had.
std::string why_not(std::int64_t port, const Taken& taken) {
  if (port < first_node_port || port > last_node_port)
    return "provided port is not in the valid range. The range of valid ports is 30000-32767";
  return taken.node_ports.contains(port) ? "provided port is already allocated" : "";
}

Status range_is_full(const std::string& what) {
  return Status{500, "InternalError", "failed to allocate a " + what + ": range is full", nullptr};
}

std::int64_t node_port_asked_for(const json& ports, std::int64_t number) {
  for (const auto& port : ports)
    if (integer_or(port, "port") == number && integer_or(port, "nodePort") != 0) return integer_or(port, "nodePort");
  return 0;
}

// TCP and UDP of one number share a node port, unless they name two (initNodePorts).
StoreResult<void> allocate_node_ports(json& service, Taken& taken) {
  auto& ports = service["spec"]["ports"];
  const bool all = service["spec"].value("allocateLoadBalancerNodePorts", json(true)) != json(false);
  std::map<std::int64_t, std::int64_t> given;  // by port
  for (std::size_t i = 0; i < ports.size(); ++i) {
    auto& port = ports[i];
    auto number = integer_or(port, "nodePort");
    if (number == 0 && !all) continue;
    auto& shared = given[integer_or(port, "port")];
    if (number == 0 && shared != 0) number = shared;
    if (number == 0) number = node_port_asked_for(ports, integer_or(port, "port"));
    const auto found = number == 0 ? free_node_port(taken, text_at(service, "/metadata/uid")) : std::optional(number);
    if (!found) return range_is_full("nodePort");
    const auto refused = *found == shared ? "" : why_not(*found, taken);
    if (!refused.empty())
      return invalid(*resource_by_kind("Service"), text_at(service, "/metadata/name"),
                     {{"FieldValueInvalid", "Invalid value: " + std::to_string(*found) + ": " + refused,
                       "spec.ports[" + std::to_string(i) + "].nodePort"}});
    taken.node_ports.insert(*found);
    if (shared == 0) shared = *found;
    port["nodePort"] = *found;
  }
  return {};
}

StoreResult<void> allocate_health_check(json& service, const Taken& taken) {
  auto& spec = service["spec"];
  auto wanted = integer_or(spec, "healthCheckNodePort");
  if (wanted == 0) {
    const auto found = free_node_port(taken, text_at(service, "/metadata/uid"));
    if (!found) return range_is_full("HealthCheck NodePort");
    wanted = *found;
  } else if (const auto refused = why_not(wanted, taken); !refused.empty()) {
    return Status{500, "InternalError",
                  "Internal error occurred: failed to allocate requested HealthCheck NodePort " +
                      std::to_string(wanted) + ": " + refused,
                  nullptr};
  }
  spec["healthCheckNodePort"] = wanted;
  return {};
}

}  // namespace

StoreResult<Document> allocate_service_addresses(json service, const std::vector<Object>& others) {
  const auto type = text_at(service, "/spec/type");
  if (type == "ExternalName") return Document{std::move(service)};
  auto taken = taken_by(others, service);
  if (auto done = allocate_address(service, taken); !done) return done.error();
  if ((type == "NodePort" || type == "LoadBalancer") && service["spec"]["ports"].is_array())
    if (auto done = allocate_node_ports(service, taken); !done) return done.error();
  if (needs_health_check(service["spec"]))
    if (auto done = allocate_health_check(service, taken); !done) return done.error();
  return Document{std::move(service)};
}

}  // namespace straycat::cluster
