// From Services and EndpointSlices to the table, by kube-proxy's rules (see proxier.hpp).
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "cluster/dataplane/address_block.hpp"
#include "cluster/dataplane/proxier.hpp"
#include "cluster/kinds/json_help.hpp"
#include <straycat/model/objects.hpp>

namespace straycat::cluster {
namespace {

struct Candidate {
  std::string pod;
  bool ready = false, serving = false, terminating_but_serving = false;
  bool local = false;  // a slice says that it stands on the proxy's own node; one written by hand need not say
};
using Candidates = std::map<std::pair<std::string, int>, Candidate>;

bool is_ours(const model::Service& service) {
  return service.type != "ExternalName" && !service.cluster_ip.empty() && service.cluster_ip != "None" &&
         service.meta.labels.count("service.kubernetes.io/service-proxy-name") == 0;
}

std::optional<Transport> transport_of(const std::string& protocol) {
  if (protocol == "TCP") return Transport::tcp;
  return protocol == "UDP" ? std::optional(Transport::udp) : std::nullopt;
}

void collect(const model::EndpointSlice& slice, int port, const std::string& node, Candidates& out) {
  for (const auto& endpoint : slice.endpoints) {
    if (endpoint.addresses.empty()) continue;
    auto& found = out[{endpoint.addresses.front(), port}];
    // While an endpoint moves between two slices they may differ for a moment: then it is what the better one says.
    found.ready |= endpoint.is_ready();
    found.serving |= endpoint.is_serving();
    found.terminating_but_serving |= endpoint.is_serving() && endpoint.is_terminating();
    found.local |= !endpoint.node.empty() && endpoint.node == node;
    if (found.pod.empty()) found.pod = endpoint.pod;
  }
}

Candidates candidates_of(const model::Service& service, const model::ServicePort& port,
                         const std::vector<const model::EndpointSlice*>& slices, const std::string& node) {
  Candidates out;
  for (const auto* slice : slices)
    for (const auto& offered : slice->ports)
      if (offered.name == port.name && offered.protocol == port.protocol && offered.port &&
          slice->meta.ns == service.meta.ns)
        collect(*slice, *offered.port, node, out);
  return out;
}

std::vector<ServiceEndpoint> chosen(const Candidates& candidates, const std::function<bool(const Candidate&)>& wanted) {
  std::vector<ServiceEndpoint> out;
  for (const auto& [where, candidate] : candidates)
    if (wanted(candidate)) out.push_back({where.first, static_cast<std::uint16_t>(where.second), candidate.pod});
  return out;
}

// The ready ones; where there is none, those that serve while they end.
std::vector<ServiceEndpoint> usable(const Candidates& candidates, bool local_only) {
  const auto near = [&](const Candidate& one) { return one.local || !local_only; };
  auto ready = chosen(candidates, [&](const Candidate& one) { return near(one) && one.ready; });
  if (!ready.empty()) return ready;
  return chosen(candidates, [&](const Candidate& one) { return near(one) && one.terminating_but_serving; });
}

// model::Service leaves the timeout out; its default is the API server's.
int affinity_seconds(const json& service) {
  const json::json_pointer path("/spec/sessionAffinityConfig/clientIP/timeoutSeconds");
  return service.contains(path) && service.at(path).is_number_integer() ? service.at(path).get<int>() : 10800;
}

// Those texts of a list that are IPv4 addresses.
std::vector<std::string> addresses_in(const json& list) {
  std::vector<std::string> out;
  for (const json& one : list)
    if (one.is_string() && parse_address(one.get<std::string>())) out.push_back(one.get<std::string>());
  return out;
}

// ipMode Proxy: packets for it go by the load balancer itself.
std::vector<std::string> balanced_addresses(const json& service) {
  json out = json::array();
  const auto& status = object_or_empty(object_or_empty(service, "status"), "loadBalancer");
  for (const json& one : array_or_empty(status, "ingress"))
    if (string_or(one, "ipMode", "VIP") == "VIP") out.push_back(string_or(one, "ip"));
  return addresses_in(out);
}

// A block that lies in another says nothing, and the packet filter would refuse the two; everybody is no limit.
std::vector<std::string> source_ranges(const json& list) {
  std::vector<AddressBlock> blocks;
  for (const json& one : list) {
    auto text = one.is_string() ? one.get<std::string>() : std::string();
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    if (const auto block = parse_block(text)) blocks.push_back(*block);
  }
  std::sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) { return a.length < b.length; });
  std::vector<AddressBlock> kept;
  for (const auto& block : blocks)
    if (std::none_of(kept.begin(), kept.end(), [&](const auto& one) { return one.contains(block.first); }))
      kept.push_back(block);
  std::vector<std::string> out;
  for (const auto& block : kept) out.push_back(block.text());
  if (!kept.empty() && kept.front().length == 0) out.clear();
  return out;
}

std::optional<Outside> outside_of(const json& service, const model::ServicePort& port, const Candidates& candidates) {
  const auto& spec = object_or_empty(service, "spec");
  Outside out;
  out.addresses = addresses_in(array_or_empty(spec, "externalIPs"));
  out.balanced = balanced_addresses(service);
  out.sources = source_ranges(array_or_empty(spec, "loadBalancerSourceRanges"));
  out.node_port = static_cast<std::uint16_t>(port.node_port);
  if (out.addresses.empty() && out.balanced.empty() && out.node_port == 0) return std::nullopt;
  out.local = string_or(spec, "externalTrafficPolicy") == "Local";
  out.endpoints = usable(candidates, out.local);
  if (out.local) out.inner = usable(candidates, false);
  return out;
}

using SlicesByService = std::map<std::pair<std::string, std::string>, std::vector<const model::EndpointSlice*>>;

SlicesByService group(const std::vector<model::EndpointSlice>& slices) {
  SlicesByService out;
  for (const auto& slice : slices)
    if (slice.address_type == "IPv4") out[{slice.meta.ns, slice.service}].push_back(&slice);
  return out;
}

ServiceRule rule_of(const json& object, const model::Service& service, const model::ServicePort& port,
                    const Candidates& candidates) {
  auto endpoints = usable(candidates, service.internal_traffic_policy == "Local");
  const bool elsewhere = endpoints.empty() && !usable(candidates, false).empty();
  ServiceRule rule{service.meta.ns,
                   service.meta.name,
                   port.name,
                   service.cluster_ip,
                   static_cast<std::uint16_t>(port.port),
                   std::move(endpoints),
                   service.session_affinity == "ClientIP",
                   affinity_seconds(object),
                   elsewhere,
                   *transport_of(port.protocol)};
  rule.outside = outside_of(object, port, candidates);
  if (rule.transport == Transport::udp)
    rule.serving = chosen(candidates, [](const Candidate& one) { return one.serving; });
  return rule;
}

// Several Services may name one external address, and two elements of a map cannot have one key: the first one has it.
void settle_claims(ServiceTable& table) {
  std::set<std::tuple<std::string, Transport, std::uint16_t>> taken;
  for (const auto& rule : table.rules) taken.emplace(rule.cluster_ip, rule.transport, rule.port);
  for (auto& rule : table.rules) {
    if (!rule.outside) continue;
    for (auto* some : {&rule.outside->addresses, &rule.outside->balanced})
      std::erase_if(*some, [&](const auto& one) { return !taken.emplace(one, rule.transport, rule.port).second; });
    if (rule.outside->node_port != 0 && !taken.emplace("", rule.transport, rule.outside->node_port).second)
      rule.outside->node_port = 0;
  }
}

// kubernetes pkg/proxy/endpointslicecache.go LocalReadyEndpoints: addresses, whatever their ports.
std::optional<HealthPort> health_port_of(const json& object, const model::Service& service,
                                         const std::vector<const model::EndpointSlice*>& slices,
                                         const std::string& node) {
  const auto& spec = object_or_empty(object, "spec");
  const auto port = integer_or(spec, "healthCheckNodePort");
  if (port <= 0 || port > 65535 || string_or(spec, "externalTrafficPolicy") != "Local") return std::nullopt;
  std::set<std::string> here;
  for (const auto& each : service.ports)
    for (const auto& [where, candidate] : candidates_of(service, each, slices, node))
      if (candidate.ready && candidate.local) here.insert(where.first);
  return HealthPort{static_cast<std::uint16_t>(port), service.meta.ns, service.meta.name,
                    static_cast<int>(here.size())};
}

}  // namespace

ServiceTable compute_service_table(const std::vector<Object>& services, const std::vector<Object>& slices,
                                   const std::string& node) {
  std::vector<model::EndpointSlice> projected;
  for (const auto& slice : slices) projected.push_back(model::project_slice(*slice));
  const auto by_service = group(projected);
  ServiceTable table;
  for (const auto& object : services) {
    const auto service = model::project_service(*object);
    if (!is_ours(service)) continue;
    const auto found = by_service.find({service.meta.ns, service.meta.name});
    const auto own = found == by_service.end() ? std::vector<const model::EndpointSlice*>() : found->second;
    for (const auto& port : service.ports)
      if (transport_of(port.protocol))
        table.rules.push_back(rule_of(*object, service, port, candidates_of(service, port, own, node)));
    if (auto health = health_port_of(*object, service, own, node)) table.health.push_back(std::move(*health));
  }
  std::sort(table.rules.begin(), table.rules.end(), [](const ServiceRule& a, const ServiceRule& b) {
    return std::tie(a.ns, a.name, a.port, a.transport) < std::tie(b.ns, b.name, b.port, b.transport);
  });
  settle_claims(table);
  return table;
}

}  // namespace straycat::cluster
