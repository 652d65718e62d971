// Who gets a Service's connections: the judge's reading of the rules, in one place. Rules: kubernetes
// pkg/proxy/topology.go (CategorizeEndpoints) and pkg/proxy/endpointslicecache.go, cluster traffic policy. (The
// embedded cluster has a reading of its own.)
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/endpoint_id.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {

// How an entry of a slice stands for a proxy, the better the higher: of several that name one endpoint the best counts,
// for a proxy keeps one of them, and nobody knows which.
enum class Standing {
  out,      // gets nothing
  leaving,  // serves while it terminates: gets connections only while nothing of the port is ready
  ready,
};
[[nodiscard]] Standing standing_of(const Endpoint& endpoint);
// Whether it gets connections, where `any_ready` says that some endpoint of the port is ready.
[[nodiscard]] constexpr bool is_routable(Standing standing, bool any_ready) {
  return standing == Standing::ready || (standing == Standing::leaving && !any_ready);
}

// Which of a slice's ports is meant: by the Service port's name, or none: the only one that the slice has.
struct PortOf {
  std::optional<std::string> name;
  std::string protocol = "TCP";
};
// Its number; none when the slice has no such port, or none that can be dialled (no number, names for addresses).
[[nodiscard]] std::optional<int> port_in(const EndpointSlice& slice, const PortOf& port);

// One address behind a Service port, as its slices list it together.
struct Listed {
  EndpointId id;
  Standing standing = Standing::out;
  bool routable = false;
  bool operator==(const Listed&) const = default;
};

// Takes the slices of one Service one by one.
class Listing {
 public:
  explicit Listing(PortOf port) : port_(std::move(port)) {}
  void add(const EndpointSlice& slice);
  // Each address and port once, in order; who is listed without a port is left out.
  [[nodiscard]] std::vector<Listed> endpoints() const;
  [[nodiscard]] std::vector<EndpointId> routable() const;

 private:
  PortOf port_;
  std::map<std::pair<std::string, int>, Listed> found_;
};

// The routable set over all slices of one Service, for the Service port of that name.
[[nodiscard]] std::vector<EndpointId> routable_set(const std::vector<EndpointSlice>& slices,
                                                   const std::string& port_name, const std::string& protocol = "TCP");

// What a headless Service's name stands for: DNS hands out every ready address, whatever its ports, and has no fallback
// (coredns plugin/kubernetes/object/endpoint.go, EndpointSliceToEndpoints).
[[nodiscard]] std::vector<EndpointId> named_addresses(const std::vector<EndpointSlice>& slices);

// What the endpoints controller writes of a pod (kubernetes staging/src/k8s.io/endpointslice/utils.go, podToEndpoint);
// none of one that it does not list (it has ended, or has no address).
[[nodiscard]] std::optional<Endpoint> endpoint_of(const Pod& pod, const Service& service);

}  // namespace straycat::model
