// Which addresses stand behind a Service (kubernetes staging endpointslice/reconciler.go and utils.go,
// pkg/controller/endpointslice, pkg/controller/endpoint). Pure; the loop is in service_controller.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

inline constexpr std::size_t max_endpoints_per_slice = 100;

struct SliceObserved {
  const json& service;
  std::vector<Object> pods;    // that its selector matches, in any state
  std::vector<Object> slices;  // its own, made by this controller
  std::string zone;            // of the node; "" = none
  std::int64_t trigger = 0;    // seconds: the oldest change that this sync answers to; 0 leaves the annotation off
};

struct SlicePlan {
  std::vector<json> create;
  std::vector<json> update;  // whole objects
  std::vector<std::string> remove;
};

// What must be written to make the slices equal to the pods: existing endpoints stay where they are, new ones fill
// slices that are written anyway, then the fullest that can take them; a slice that would go is rewritten rather than
// replaced.
[[nodiscard]] SlicePlan decide_slices(const SliceObserved& observed);

// One endpoint as a slice names it (podToEndpoint); null when the pod must not be listed (no address, or it has ended).
[[nodiscard]] json endpoint_for(const json& pod, const json& service, const std::string& zone);

// The Service's ports on this pod, in a slice's form; null when the pod has none of them.
[[nodiscard]] json slice_ports(const json& service, const json& pod);

// The legacy Endpoints object of the same name, through which the API server's service proxy resolves
// (endpoints_controller.go).
[[nodiscard]] json decide_endpoints(const json& service, const std::vector<Object>& pods);

// Whether a pod's change can matter to a slice (endpointslice util podEndpointsChanged): readiness, address, labels,
// deletion. The end of a pod that was unready already does not, so its address stays listed until something else
// happens.
[[nodiscard]] bool matters_to_slices(const json& before, const json& after);

// Remembers which changes the last sync knew of (trigger_time_tracker.go): the annotation is the oldest *new* one.
class TriggerTimes {
 public:
  // Seconds of the oldest change of the Service or its pods that was not seen before; 0: none.
  std::int64_t compute(const json& service, const std::vector<Object>& pods);
  void forget(const Key& service) { known_.erase(service); }

 private:
  struct Known {
    std::int64_t service = 0;
    std::map<std::string, std::int64_t> pods;
  };
  std::map<Key, Known> known_;
};

}  // namespace straycat::cluster
