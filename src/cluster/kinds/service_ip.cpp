#include "cluster/kinds/service_ip.hpp"

#include <functional>
#include <optional>
#include <set>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

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

StoreResult<void> allocate_node_ports(json& service, Taken taken) {
  for (std::size_t i = 0; i < service["spec"]["ports"].size(); ++i) {
    auto& port = service["spec"]["ports"][i];
    auto number = integer_or(port, "nodePort");
    if (number != 0 && taken.node_ports.contains(number)) {
      const auto field = "spec.ports[" + std::to_string(i) + "].nodePort";
      return invalid(*resource_by_kind("Service"), text_at(service, "/metadata/name"),
                     {{"FieldValueInvalid",
                       "Invalid value: " + std::to_string(number) + ": provided port is already allocated", field}});
    }
    if (number == 0) {
      number = first_node_port;
      while (number <= last_node_port && taken.node_ports.contains(number)) ++number;
    }
    taken.node_ports.insert(number);
    port["nodePort"] = number;
  }
  return {};
}

}  // namespace

StoreResult<Document> allocate_service_addresses(json service, const std::vector<Object>& others) {
  const auto type = text_at(service, "/spec/type");
  if (type == "ExternalName") return Document{std::move(service)};
  const auto taken = taken_by(others, service);
  if (auto done = allocate_address(service, taken); !done) return done.error();
  if ((type == "NodePort" || type == "LoadBalancer") && service["spec"]["ports"].is_array()) {
    if (auto done = allocate_node_ports(service, taken); !done) return done.error();
  }
  return Document{std::move(service)};
}

}  // namespace straycat::cluster
