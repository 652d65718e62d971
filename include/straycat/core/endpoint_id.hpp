// Who stands behind a Service port: an address, and the pod that had it then.
#pragma once

#include <compare>
#include <string>

#include <nlohmann/json.hpp>

namespace straycat {

// An address that passes to another pod is another endpoint. In JSON its keys stand among those of what holds it:
// "address", "port", "pod", "podUid".
struct EndpointId {
  std::string address;
  int port = 0;                               // 0: there is none (a named targetPort that the pod lacks)
  std::string pod, uid;                       // of the pod, "" when it is none, or not known
  [[nodiscard]] std::string display() const;  // "10.244.0.4:3000", "[fd00::4]:3000"
  [[nodiscard]] bool same_place(const EndpointId& other) const {  // whoever stands there
    return address == other.address && port == other.port;
  }
  auto operator<=>(const EndpointId&) const = default;
};
void to_json(nlohmann::json& out, const EndpointId& id);  // writes all four, whatever they are

// For the list of fields of a record that holds one.
template <class F, class Id>
void endpoint_fields(F& f, Id& id) {
  f("address", id.address), f("port", id.port), f("pod", id.pod), f("podUid", id.uid);
}

}  // namespace straycat
