#include <algorithm>

#include <straycat/model/routable.hpp>

namespace straycat::model {
namespace {

std::optional<int> port_of(const EndpointSlice& slice, const std::string& name) {
  for (const SlicePort& port : slice.ports) {
    if (port.name == name && port.port) return port.port;
  }
  return std::nullopt;
}

void add(std::vector<RoutableEndpoint>& set, const Endpoint& endpoint, int port, bool terminating) {
  // A proxy uses the first address only (discovery/v1 Endpoint.addresses: all are fungible).
  if (!endpoint.addresses.empty())
    set.push_back({endpoint.addresses.front(), port, endpoint.pod, endpoint.pod_uid, terminating});
}

void sort_unique(std::vector<RoutableEndpoint>& set) {
  std::sort(set.begin(), set.end());
  const auto same = [](const RoutableEndpoint& a, const RoutableEndpoint& b) {
    return a.address == b.address && a.port == b.port;
  };
  set.erase(std::unique(set.begin(), set.end(), same), set.end());
}

}  // namespace

std::vector<RoutableEndpoint> routable_set(const std::vector<EndpointSlice>& slices, const std::string& port_name) {
  std::vector<RoutableEndpoint> ready;
  std::vector<RoutableEndpoint> leaving;
  for (const EndpointSlice& slice : slices) {
    const std::optional<int> port = port_of(slice, port_name);
    if (!port) continue;
    for (const Endpoint& endpoint : slice.endpoints) {
      if (endpoint.is_ready()) {
        add(ready, endpoint, *port, false);
      } else if (endpoint.is_serving() && endpoint.is_terminating()) {
        add(leaving, endpoint, *port, true);
      }
    }
  }
  std::vector<RoutableEndpoint>& set = ready.empty() ? leaving : ready;
  sort_unique(set);
  return set;
}

}  // namespace straycat::model
