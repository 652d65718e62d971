#include <algorithm>
#include <set>

#include <straycat/model/routable.hpp>

namespace straycat::model {

Standing standing_of(const Endpoint& endpoint) {
  if (endpoint.is_ready()) return Standing::ready;
  return endpoint.is_serving() && endpoint.is_terminating() ? Standing::leaving : Standing::out;
}

std::optional<int> port_in(const EndpointSlice& slice, const PortOf& port) {
  if (slice.address_type == "FQDN" || (!port.name && slice.ports.size() != 1)) return std::nullopt;
  for (const SlicePort& one : slice.ports) {
    const bool meant = (!port.name || one.name == *port.name) && one.protocol == port.protocol;
    if (meant && one.port && *one.port > 0 && *one.port <= 65535) return one.port;
  }
  return std::nullopt;
}

void Listing::add(const EndpointSlice& slice) {
  const std::optional<int> port = port_in(slice, port_);
  if (!port) return;
  for (const Endpoint& endpoint : slice.endpoints) {
    // A proxy uses the first address only (discovery/v1 Endpoint.addresses: all are fungible).
    if (endpoint.addresses.empty()) continue;
    const Standing standing = standing_of(endpoint);
    const auto [known, added] = found_.try_emplace({endpoint.addresses.front(), *port});
    if (!added && standing <= known->second.standing) continue;
    known->second = {{endpoint.addresses.front(), *port, endpoint.pod, endpoint.pod_uid}, standing, false};
  }
}

std::vector<Listed> Listing::endpoints() const {
  const bool any_ready =
      std::any_of(found_.begin(), found_.end(), [](const auto& one) { return one.second.standing == Standing::ready; });
  std::vector<Listed> all;
  for (const auto& [where, one] : found_) all.push_back({one.id, one.standing, is_routable(one.standing, any_ready)});
  return all;
}

std::vector<EndpointId> Listing::routable() const {
  std::vector<EndpointId> set;
  for (Listed& one : endpoints())
    if (one.routable) set.push_back(std::move(one.id));
  return set;
}

std::vector<EndpointId> routable_set(const std::vector<EndpointSlice>& slices, const std::string& port_name,
                                     const std::string& protocol) {
  Listing listing({port_name, protocol});
  for (const EndpointSlice& slice : slices) listing.add(slice);
  return listing.routable();
}

std::vector<EndpointId> named_addresses(const std::vector<EndpointSlice>& slices) {
  std::set<EndpointId> all;
  for (const EndpointSlice& slice : slices)
    for (const Endpoint& endpoint : slice.endpoints)
      if (endpoint.is_ready() && !endpoint.addresses.empty() && slice.address_type != "FQDN")
        all.insert({endpoint.addresses.front(), 0, endpoint.pod, endpoint.pod_uid});
  return {all.begin(), all.end()};
}

std::optional<Endpoint> endpoint_of(const Pod& pod, const Service& service) {
  if (pod.terminal() || pod.pod_ip.empty()) return std::nullopt;
  Endpoint endpoint;
  endpoint.addresses = {pod.pod_ip};
  endpoint.serving = pod.ready();
  endpoint.terminating = pod.meta.deletion_wall_ns != 0;
  endpoint.ready = service.publish_not_ready || (*endpoint.serving && !*endpoint.terminating);
  endpoint.node = pod.node;
  endpoint.pod = pod.meta.name;
  endpoint.pod_uid = pod.meta.uid;
  return endpoint;
}

}  // namespace straycat::model
