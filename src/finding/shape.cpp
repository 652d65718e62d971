#include <algorithm>
#include <cstdlib>

#include <straycat/core/json_access.hpp>
#include <straycat/finding/shape.hpp>

namespace straycat::finding {
namespace {

bool bears(const model::EndpointSlice& slice, const std::string& name) {
  return std::any_of(slice.ports.begin(), slice.ports.end(),
                     [&](const model::SlicePort& port) { return port.name == name; });
}

}  // namespace

bool sends_clients_to_unready(const model::Service& service) {
  return service.publish_not_ready && service.cluster_ip != "None";
}

const model::ServicePort* port_without_slice(const model::Service& service,
                                             const std::vector<model::EndpointSlice>& slices) {
  for (const model::ServicePort& port : service.ports)
    if (std::none_of(slices.begin(), slices.end(), [&](const auto& slice) { return bears(slice, port.name); }))
      return &port;
  return nullptr;
}

bool is_kept(const model::EndpointSlice& slice) {
  return slice.managed_by == "endpointslice-controller.k8s.io" ||
         slice.managed_by == "endpointslicemirroring-controller.k8s.io";
}

const PortFit* untranslated_port(const model::Service& service, const std::vector<PortFit>& fits) {
  if (service.cluster_ip != "None") return nullptr;
  const auto other =
      std::find_if(fits.begin(), fits.end(), [](const PortFit& fit) { return fit.number && *fit.number != fit.port; });
  return other == fits.end() ? nullptr : &*other;
}

bool has_readiness(const model::PodShape& pod) {
  return std::any_of(pod.containers.begin(), pod.containers.end(),
                     [](const model::Container& container) { return container.readiness.has_value(); });
}

int rollout_takes(const nlohmann::json& deployment) {
  const int replicas = number_at<int>(deployment, {"spec", "replicas"}, 1);
  const auto& strategy = at_path(deployment, {"spec", "strategy"});
  if (text_at(strategy, {"type"}) == "Recreate") return replicas;
  const auto& most = at_path(strategy, {"rollingUpdate", "maxUnavailable"});
  if (most.is_number_integer()) return as_number<int>(most);
  const std::string text = as_text(most, "25%");
  const auto percent = text.ends_with('%') ? std::atoi(text.c_str()) : 25;
  return static_cast<int>(static_cast<std::int64_t>(replicas) * percent / 100);
}

}  // namespace straycat::finding
