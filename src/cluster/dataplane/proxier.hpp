// kube-proxy's part: keeps the data plane equal to the Services and EndpointSlices of the store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/store/store.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {

// The table that kube-proxy would write. Pure.
//
// Rules, from kubernetes pkg/proxy: topology.go CategorizeEndpoints (ready endpoints; when there is none, those that
// serve while they terminate), endpointslicecache.go (slices of the Service by label; a slice's port by name; ports
// without a number send nothing; one endpoint in two slices is one), util ShouldSkipService (headless, ExternalName),
// the label service.kubernetes.io/service-proxy-name (somebody else's Service). TCP and UDP, IPv4 only. With
// internalTrafficPolicy Local only endpoints whose nodeName is `node` count (endpointslicecache.go: isLocal); where
// there are only others the Service's connections are dropped, where there are none at all they are rejected
// (nftables/proxier.go, internalTrafficFilterVerdict). externalTrafficPolicy Local is the same for node ports, external
// addresses and those of a load balancer, but not for pods and the node itself (there: externalTrafficChain).
// Endpoints are in the order of their addresses, rules in the order of namespace, name, port.
[[nodiscard]] ServiceTable compute_service_table(const std::vector<Object>& services, const std::vector<Object>& slices,
                                                 const std::string& node = "");

// When to write next, as kube-proxy's runner decides it (pkg/util/async): at once when the last write is at least
// `period` ago, else when it will be. Pure. `last` is the end of the last write.
[[nodiscard]] Nanos sync_delay(std::optional<Stamp> last, Stamp now, Nanos period);

class Proxier {
 public:
  // Writes the first table at once, then follows the store, and answers on the ports of its health checks where the
  // plane has a network of its own. The three must outlive it.
  // `on_error` hears of a write that failed (it is tried again after the period). `node`: whose proxy it is.
  Proxier(boost::asio::io_context& io, Store& store, DataPlane& plane, Nanos min_sync_period,
          std::function<void(const Error&)> on_error = {}, std::string node = "");
  ~Proxier();
  Proxier(const Proxier&) = delete;
  Proxier& operator=(const Proxier&) = delete;

  // Faults on order. Stopped: nothing is written until `go_on`; then what stands by then. Lagging: each change is
  // written that much after it happened, in the order in which they happened; with 0 what still waits is written at
  // once.
  void stop();
  void go_on();
  void lag_by(Nanos length);

  // How often the kernel was written to, and when last (0: never).
  [[nodiscard]] std::uint64_t writes() const;
  [[nodiscard]] Stamp last_write() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace straycat::cluster
