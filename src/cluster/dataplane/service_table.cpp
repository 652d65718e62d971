// From Services and EndpointSlices to the table, by kube-proxy's rules (see proxier.hpp).
#include <algorithm>
#include <map>
#include <tuple>

#include "cluster/dataplane/proxier.hpp"
#include <straycat/model/objects.hpp>

namespace straycat::cluster {
namespace {

struct Candidate {
  std::string pod;
  bool ready = false, terminating_but_serving = false;
  bool local = false;  // a slice says that it stands on the proxy's own node; one written by hand need not say
};
using Candidates = std::map<std::pair<std::string, int>, Candidate>;

bool is_ours(const model::Service& service) {
  return service.type != "ExternalName" && !service.cluster_ip.empty() && service.cluster_ip != "None" &&
         service.meta.labels.count("service.kubernetes.io/service-proxy-name") == 0;
}

// Whose proxy it is, and whether the Service wants endpoints of that node only.
struct Proxy {
  std::string node;
  bool local_only = false;
};

void collect(const model::EndpointSlice& slice, int port, const Proxy& proxy, Candidates& out) {
  for (const auto& endpoint : slice.endpoints) {
    if (endpoint.addresses.empty()) continue;
    auto& found = out[{endpoint.addresses.front(), port}];
    // While an endpoint moves between two slices they may differ for a moment: then it is what the better one says.
    found.ready |= endpoint.is_ready();
    found.terminating_but_serving |= endpoint.is_serving() && endpoint.is_terminating();
    found.local |= !endpoint.node.empty() && endpoint.node == proxy.node;
    if (found.pod.empty()) found.pod = endpoint.pod;
  }
}

struct Usable {
  std::vector<ServiceEndpoint> endpoints;
  bool only_elsewhere = false;
};

Usable usable(const Candidates& candidates, const Proxy& proxy) {
  std::vector<ServiceEndpoint> ready, ending;
  bool any = false;
  for (const auto& [where, candidate] : candidates) {
    any |= candidate.ready || candidate.terminating_but_serving;
    if (proxy.local_only && !candidate.local) continue;
    const ServiceEndpoint endpoint{where.first, static_cast<std::uint16_t>(where.second), candidate.pod};
    if (candidate.ready) ready.push_back(endpoint);
    if (candidate.terminating_but_serving) ending.push_back(endpoint);
  }
  const bool none = ready.empty() && ending.empty();
  return {ready.empty() ? ending : ready, any && none};
}

Usable endpoints_of(const model::Service& service, const model::ServicePort& port,
                    const std::vector<const model::EndpointSlice*>& slices, const std::string& node) {
  const Proxy proxy{node, service.internal_traffic_policy == "Local"};
  Candidates candidates;
  for (const auto* slice : slices)
    for (const auto& offered : slice->ports)
      if (offered.name == port.name && offered.protocol == port.protocol && offered.port &&
          slice->meta.ns == service.meta.ns)
        collect(*slice, *offered.port, proxy, candidates);
  return usable(candidates, proxy);
}

// model::Service leaves the timeout out; its default is the API server's.
int affinity_seconds(const json& service) {
  const json::json_pointer path("/spec/sessionAffinityConfig/clientIP/timeoutSeconds");
  return service.contains(path) && service.at(path).is_number_integer() ? service.at(path).get<int>() : 10800;
}

using SlicesByService = std::map<std::pair<std::string, std::string>, std::vector<const model::EndpointSlice*>>;

SlicesByService group(const std::vector<model::EndpointSlice>& slices) {
  SlicesByService out;
  for (const auto& slice : slices)
    if (slice.address_type == "IPv4") out[{slice.meta.ns, slice.service}].push_back(&slice);
  return out;
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
    const auto own = by_service.find({service.meta.ns, service.meta.name});
    for (const auto& port : service.ports) {
      if (port.protocol != "TCP") continue;
      auto found = own == by_service.end() ? Usable() : endpoints_of(service, port, own->second, node);
      table.rules.push_back({service.meta.ns, service.meta.name, port.name, service.cluster_ip,
                             static_cast<std::uint16_t>(port.port), std::move(found.endpoints),
                             service.session_affinity == "ClientIP", affinity_seconds(*object), found.only_elsewhere});
    }
  }
  std::sort(table.rules.begin(), table.rules.end(), [](const ServiceRule& a, const ServiceRule& b) {
    return std::tie(a.ns, a.name, a.port) < std::tie(b.ns, b.name, b.port);
  });
  return table;
}

}  // namespace straycat::cluster
