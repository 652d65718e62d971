// The routable set: which endpoints a proxy may send a new connection to. Rules: kubernetes pkg/proxy/topology.go
// (CategorizeEndpoints) and endpointslice/utils.go, cluster traffic policy.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include <straycat/model/objects.hpp>

namespace straycat::model {

// One address behind a Service port.
struct RoutableEndpoint {
  std::string address;
  int port = 0;
  std::string pod, pod_uid;
  bool terminating = false;  // used only because no ready endpoint is left
  auto operator<=>(const RoutableEndpoint&) const = default;
};

// The union over all slices of one Service, for the Service port named `port_name`, deduplicated and sorted: the ready
// endpoints; when there are none, those that serve while terminating. Slices without that port contribute nothing.
[[nodiscard]] std::vector<RoutableEndpoint> routable_set(const std::vector<EndpointSlice>& slices,
                                                         const std::string& port_name);

}  // namespace straycat::model
