// How a Service's ports fit the pods of one workload.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <straycat/model/objects.hpp>

namespace straycat::finding {

// How one Service port's target fits these pods.
struct PortFit {
  std::string service_port;   // name, "" for the only one
  int port = 0;               // the Service's number
  std::string target;         // targetPort as it is written: "3000", "http"
  std::optional<int> number;  // what it means on these pods; none: they have no port of that name
  bool declared = false;      // a container declares that number
  bool probed = false;        // a readiness probe asks at it
  std::vector<int> others;    // what the containers declare instead
  bool silent = false;        // a container declares no port at all: it may listen on any
  std::size_t pods = 1;       // so many of the workload's pods were looked at
  std::size_t lacking = 0;    // ... and so many have no port of that name
  [[nodiscard]] bool fits() const { return number && (declared || probed); }
  // They surely have no such port: none of that name, or others are declared and this one is not.
  [[nodiscard]] bool misses() const { return !number || (!fits() && !silent && !others.empty()); }
};

[[nodiscard]] std::vector<PortFit> fits_of(const model::Service& service, const model::PodShape& pod);
// Whether a readiness probe asks at that port: then the kubelet itself is answered there while the pod is ready.
[[nodiscard]] bool asks_at(const model::PodShape& pod, int port);
[[nodiscard]] bool any_fits(const std::vector<PortFit>& fits);
[[nodiscard]] std::string target_text(const model::PortName& target);

}  // namespace straycat::finding
