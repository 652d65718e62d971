// The EndpointSlices of one Service, as a watch tells them. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/kube/client.hpp>
#include <straycat/model/routable.hpp>

namespace straycat::agent {

class SliceBook {
 public:
  // What an item changed, for the log; empty when it changed nothing that the log keeps. A list is compared with what
  // was known: what it no longer holds is a deletion.
  std::vector<model::ObjectChange> take(const kube::WatchItem& item);

  [[nodiscard]] const std::map<std::string, model::EndpointSlice>& slices() const { return slices_; }

 private:
  void set(const nlohmann::json& object, std::vector<model::ObjectChange>& changes);
  void erase(const std::string& name, std::vector<model::ObjectChange>& changes);

  std::map<std::string, model::EndpointSlice> slices_;  // by name
};

// Whether some slice has more than one port, so that the Service port's name must be known.
[[nodiscard]] bool needs_port_name(const std::map<std::string, model::EndpointSlice>& slices);

// The addresses behind a Service port: each once, in order. `port_name` none: the slice's only port. Slices of FQDN
// addresses and ports without a number are no place to dial.
[[nodiscard]] std::vector<model::Listed> listed_endpoints(const std::map<std::string, model::EndpointSlice>& slices,
                                                          const std::optional<std::string>& port_name);

// The name of the Service port with this number; none when the Service has no such port.
[[nodiscard]] std::optional<std::string> port_name_of(const model::Service& service, int port);

}  // namespace straycat::agent
